import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { neededImages } from "../../../cli/sandbox-images";
import { askInstead } from "../../../components/storage/cluster-look";
import { checkConfig } from "../../../stacks/check";
import { deploy } from "../../../stacks/program";
import { surroundings } from "../../../stacks/surroundings";
import { expectGolden } from "../../support/golden";
import { record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

withSandboxHome();
afterEach(() => askInstead(undefined));

const configOf = (stack: string) =>
    (parse(readFileSync(join(__dirname, `../../../stacks/Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, string> }).config;
const run = (stack: string, preview = false) => record(deploy, { config: configOf(stack), preview, stack });
const checked = (stack: string) => checkConfig(configOf(stack), () => surroundings);

describe.each(["banking-ledger", "chat-history", "social-feed"])("the stack %s", (stack) => {
    it("is made of these resources in the sandbox, and of the same in a preview", async () => {
        expectGolden(`${stack}.sandbox`, (await run(stack)).resources);
        expectGolden(`${stack}.sandbox`, (await run(stack, true)).resources);
    });

    it("is made with images that the sandbox has", () => {
        const { settings, plan } = checked(stack).checked ?? {};
        expect(settings && plan && neededImages(settings, plan)).toEqual(expect.arrayContaining(["postgres-cluster:17"]));
    });
});

describe("the outputs of banking-ledger", () => {
    it("say how to connect: the primary's name, the application's role, a shell in whichever pod is the primary", async () => {
        const { connection, password, claims } = (await run("banking-ledger")).outputs;
        expect(connection).toMatchObject({
            host: "banking-ledger-rw.banking-ledger.svc.cluster.local",
            port: 5432,
            database: "banking_ledger",
            user: "banking_ledger_app",
            command: expect.stringMatching(/ -n banking-ledger exec -it service\/banking-ledger-rw -c postgres -- psql banking_ledger$/),
        });
        expect(password).toMatchObject({ secret: "banking-ledger-password", key: "password" });
        expect(claims).toEqual(
            [1, 2, 3].map((member) => ({
                name: `banking-ledger-${member}`,
                namespace: "banking-ledger",
                size: "2Gi",
                storageClass: expect.stringMatching(/^banking-ledger-[0-9a-f]{6}$/),
            })),
        );
    });

    it("say that no backup is made, whatever its policy plans", async () => {
        const { promise } = (await run("banking-ledger")).outputs;
        expect(promise.notYet).toEqual([expect.stringContaining('backups are planned by the policy "continuous-locked" and none is made')]);
    });
});

it("names the operator at preview where the cluster hasn't got it", async () => {
    const operator = "customresourcedefinition.apiextensions.k8s.io/clusters.postgresql.cnpg.io";
    const cluster = (has: (name: string) => boolean) =>
        askInstead(async (_, argv) => ({
            isDone: true,
            stdout: argv.filter((name) => name.includes("/") && has(name)).join("\n"),
            reason: "",
        }));
    cluster((name) => name !== operator);
    await expect(run("banking-ledger", true)).rejects.toThrow(
        /one problem, nothing was changed\.[\s\S]*holdfast:useCase: CloudNativePG, .* sandbox up --with cloudnative-pg/,
    );
    cluster(() => true);
    expect((await run("banking-ledger", true)).all("kubernetes:postgresql.cnpg.io/v1:Cluster")).toHaveLength(1);
});
