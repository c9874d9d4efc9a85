import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

const sandbox = { "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox" };
const home = withSandboxHome();
beforeAll(() => writeFileSync(join(home(), "config"), "contexts: [{ name: kind-kind }, { name: other }]\n"));

function run(config: Record<string, string>, preview = false): Promise<Recording> {
    return record(deploy, { config, preview, stack: "user-preferences" });
}

describe("the stack of user preferences", () => {
    it("is made of these resources in the sandbox", async () => {
        expectGolden("user-preferences.sandbox", (await run(sandbox)).resources);
    });

    it("is made of the same resources in a preview", async () => {
        expectGolden("user-preferences.sandbox", (await run(sandbox, true)).resources);
    });

    it("is made of these resources on a cluster with local-path alone", async () => {
        const recording = await run({
            "holdfast:useCase": "user-preferences",
            "holdfast:target": "kubernetes",
            "holdfast:environment": "development",
            "holdfast:storageDriver": "local-path",
            "holdfast:context": "kind-kind",
            "holdfast:kubeconfig": join(home(), "config"),
        });
        expectGolden("user-preferences.kubernetes-development", recording.resources);
    });

    it("uses one provider, with the context and an identifier that outlives a moved kubeconfig", async () => {
        const { resources, only } = await run(sandbox);
        expect(only("pulumi:providers:kubernetes").inputs).toMatchObject({
            context: "holdfast-sandbox",
            clusterIdentifier: "holdfast-sandbox",
        });
        const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
        expect(objects.length).toBeGreaterThan(8);
        expect(objects.map(({ provider }) => provider)).toEqual(objects.map(() => "kubernetes"));
    });

    it("says how to connect, where the password is, and what is promised and not yet kept", async () => {
        const { outputs, only } = await run(sandbox);
        const password = only("kubernetes:core/v1:Secret").inputs.data.password;
        expect(JSON.stringify(outputs)).not.toContain(password);
        expect(JSON.stringify(outputs)).not.toContain(Buffer.from(password, "base64").toString());
        expect(outputs.connection).toMatchObject({
            host: "user-preferences.user-preferences.svc.cluster.local",
            port: 5432,
            database: "user_preferences",
            user: "user_preferences",
        });
        expect(outputs.connection.command).toMatch(/^kubectl --kubeconfig \S+ --context holdfast-sandbox -n user-preferences exec -it /);
        expect(outputs.password).toMatchObject({ secret: "user-preferences-password", key: "password" });
        expect(outputs.promise.notYet).toEqual([expect.stringContaining('backups are planned by the policy "hourly"')]);
        expect(outputs.claims).toEqual([
            {
                name: "data-user-preferences-0",
                namespace: "user-preferences",
                size: "1Gi",
                storageClass: expect.stringMatching(/^user-preferences-[0-9a-f]{6}$/),
            },
        ]);
    });

    it("grows by one line, which changes the claim alone", async () => {
        const changed = async (more: Record<string, string>) =>
            (await run({ ...sandbox, ...more })).resources
                .filter(({ type }) => !type.endsWith(":Secret"))
                .map((resource) => {
                    const inputs = structuredClone(resource.inputs);
                    for (const path of resource.ignoreChanges) {
                        const [parent, list, key] = path.split(/\[\*\]\.|\./);
                        for (const item of inputs[parent]?.[list] ?? []) {
                            delete item[key];
                        }
                    }
                    return { name: resource.name, inputs };
                });
        const before = await changed({});
        const after = await changed({ "holdfast:size": "2Gi" });
        expect(after.filter((_, i) => JSON.stringify(after[i]) !== JSON.stringify(before[i])).map(({ name }) => name)).toEqual([
            "user-preferences-postgres-server-claims-data-0",
        ]);
    });

    it("is refused with every problem at once, and nothing is registered", async () => {
        await expect(
            run({
                "holdfast:useCase": "user-preferences",
                "holdfast:target": "kubernetes",
                "holdfast:siez": "2Gi",
                "holdfast:size": "10",
                "holdfast:accept": "all",
                "holdfast:allow": '["delete everything please"]',
            }),
        ).rejects.toThrow(
            expect.objectContaining({
                __pulumiRunError: true,
                message: expect.stringMatching(
                    /^stack "user-preferences" can't be deployed: \d+ problems, nothing was changed\.[\s\S]*siez: there is no such key\. Did you mean holdfast:size\?[\s\S]*"10" has no unit[\s\S]*accept: "all" is not a list[\s\S]*context: missing[\s\S]*not a permission/,
                ),
            }),
        );
    });
});
