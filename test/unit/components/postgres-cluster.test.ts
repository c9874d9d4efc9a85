import * as pulumi from "@pulumi/pulumi";
import { PostgresCluster, type PostgresClusterArgs } from "../../../components";
import { askInstead } from "../../../components/storage/cluster-look";
import { missingFrom } from "../../../components/storage/driver-presence";
import { cloudnativePgNeed, podMonitorNeed } from "../../../components/workloads/cloudnative-pg-presence";
import { clusterSpec } from "../../../components/workloads/postgres-cluster-spec";
import { type Recording, record } from "../../support/mocks";

const base: PostgresClusterArgs = {
    namespace: "bank",
    image: "ghcr.io/cloudnative-pg/postgresql:17.5",
    size: "10Gi",
    storageClass: "fast-123456",
    resources: { cpu: "1", memory: "1Gi" },
};
afterEach(() => askInstead(undefined));

const clusterType = "kubernetes:postgresql.cnpg.io/v1:Cluster";
const secretType = "kubernetes:core/v1:Secret";

const made = (args: Partial<PostgresClusterArgs> = {}, preview = false): Promise<Recording> =>
    record(() => ({ ...new PostgresCluster("ledger", { ...base, ...args }) }), { preview });
const specOf = (args: Partial<PostgresClusterArgs> = {}) => clusterSpec("ledger", "ledger", { ...base, ...args });
const decoded = (text: string) => Buffer.from(text, "base64").toString();

describe.each([
    ["update", false],
    ["preview", true],
])("a cluster, in an %s", (_, preview) => {
    it("is kept with its passwords, because its claims would go with it", async () => {
        const { only, all } = await made({}, preview);
        expect(
            [only(clusterType), ...all(secretType)].map((each) => [each.inputs.metadata.name, each.protect, each.retainOnDelete]),
        ).toEqual([["ledger", true, true], ...["ledger-password", "ledger-owner", "ledger-reader"].map((name) => [name, true, true])]);
    });

    it("waits for its passwords and for who may talk to it, and counts as there when every member and role is", async () => {
        const { dependsOn, inputs, ignoreChanges } = (await made({}, preview)).only(clusterType);
        expect(dependsOn).toEqual(expect.arrayContaining(["ledger-password", "ledger-owner", "ledger-reader", "ledger-network"]));
        expect(JSON.parse(inputs.metadata.annotations["pulumi.com/waitFor"])).toEqual([
            "condition=Ready",
            "jsonpath={.status.managedRolesStatus.byStatus.reconciled[1]}",
        ]);
        expect(ignoreChanges).toEqual(["spec.bootstrap"]);
    });

    it("has a class that is known only later", async () => {
        const { only } = await made({ storageClass: pulumi.output(Promise.resolve("late-1")) }, preview);
        expect(only(clusterType).inputs.spec.storage.storageClass).toBe("late-1");
    });
});

describe("the roles", () => {
    it("are three, each with its own password, in nothing but its Secret", async () => {
        const recording = await made({ password: "chosen by me" });
        const secrets = recording.all(secretType);
        const passwords = secrets.map(({ inputs }) => decoded(inputs.data.password));
        expect(secrets.map(({ inputs }) => decoded(inputs.data.username))).toEqual(["ledger_app", "ledger", "ledger_reader"]);
        expect(passwords[0]).toBe("chosen by me");
        expect(new Set(passwords).size).toBe(3);
        expect(secrets.map(({ secrets: hidden, ignoreChanges }) => [hidden, ignoreChanges])).toEqual(
            secrets.map(() => [["data"], ["data", "stringData"]]),
        );
        const elsewhere = JSON.stringify([recording.resources.filter(({ type }) => type !== secretType), recording.outputs]);
        for (const password of passwords) expect(elsewhere).not.toContain(password);
    });

    it("are the owner, who makes the database, and two that the operator gives a login", () => {
        const { bootstrap, managed } = specOf();
        expect(bootstrap.initdb).toMatchObject({
            database: "ledger",
            owner: "ledger",
            secret: { name: "ledger-owner" },
            dataChecksums: true,
        });
        expect(managed.roles.map(({ name, passwordSecret }) => [name, passwordSecret.name])).toEqual([
            ["ledger_app", "ledger-password"],
            ["ledger_reader", "ledger-reader"],
        ]);
        expect(managed.roles.every((role) => !("superuser" in role || "createdb" in role || "createrole" in role))).toBe(true);
    });

    it("have no more rights than they need", () => {
        const sql = specOf().bootstrap.initdb?.postInitApplicationSQL ?? [];
        expect(sql).toContain('REVOKE ALL ON DATABASE "ledger" FROM PUBLIC');
        expect(sql.filter((line) => line.includes("_reader") && /INSERT|UPDATE|DELETE|CREATE ON|TEMPORARY/.test(line))).toEqual([]);
        expect(sql.filter((line) => /GRANT (ALL|CREATE)/.test(line))).toEqual([]);
    });

    it("lose their protection by exact name, and so does the cluster", async () => {
        const allow = ["delete cluster/ledger", "delete secret/ledger-owner"];
        const { resources } = await made({ allow });
        expect(resources.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["ledger-password", "ledger-reader"]);
    });
});

it("has its metrics read where a Prometheus is named, and nowhere else", async () => {
    const type = "kubernetes:monitoring.coreos.com/v1:PodMonitor";
    expect((await made()).all(type)).toEqual([]);
    expect((await made({ monitoringNamespace: "monitoring" })).only(type).inputs.spec).toEqual({
        selector: { matchLabels: { "cnpg.io/cluster": "ledger" } },
        podMetricsEndpoints: [{ port: "metrics" }],
    });
});

describe("it is refused", () => {
    it("with everything that is wrong at once", async () => {
        const wrong = {
            app: `l${"o".repeat(50)}`,
            database: `l${"o".repeat(57)}`,
            replicas: 2,
            synchronousStandbys: 2,
            size: "10",
            accessMode: "ReadWriteMany",
            runAsUser: 0,
            failoverSeconds: 5,
            settings: { ssl: "off", work_mem: "1MB" },
            resources: { cpu: "1", memory: "128Mi", memoryLimit: "1Gi" },
            allow: ["everything goes"],
        };
        const error: Error = await made(wrong).then(
            () => Promise.reject(new Error("was made")),
            (reason) => reason,
        );
        expect(
            error.message
                .split("\n")
                .slice(1)
                .map((line) => line.split(":")[0].trim()),
        ).toEqual([
            "- app",
            "- database",
            "- runAsUser",
            "- accessMode",
            "- synchronousStandbys",
            "- size",
            "- allow[0]",
            "- settings.ssl",
            "- resources.memory",
            "- failoverSeconds",
        ]);
        expect(error.message).toContain("nothing would ever be acknowledged. Write 1 at most, or replicas: 3.");
    });

    it("at preview where the operator isn't in the cluster, and not where it is", async () => {
        const need = cloudnativePgNeed("app");
        const monitoring = podMonitorNeed("monitoringNamespace");
        const asked: string[][] = [];
        const cluster = (...there: string[]) =>
            askInstead(async (_, argv) => {
                // No data is there yet, whose version could be another one.
                if (argv.includes("--output=json")) return { isDone: true, stdout: "", reason: "" };
                asked.push(argv);
                return { isDone: true, stdout: argv.filter((name) => there.includes(name)).join("\n"), reason: "" };
            });
        const missing = async () => (await missingFrom({ context: "kind" }, [need, monitoring])).problems;
        cluster();
        expect(await missing()).toEqual([
            {
                path: "app",
                reason: expect.stringMatching(
                    /^CloudNativePG, .* is not in the cluster\. Install it first: the part cloudnative-pg of stacks\/platform, or https:\/\//,
                ),
            },
            { path: "monitoringNamespace", reason: expect.stringMatching(/^the Prometheus operator is not in the cluster/) },
        ]);
        cluster(...need.shownBy, ...monitoring.shownBy);
        expect(await missing()).toEqual([]);
        asked.length = 0;
        cluster(...need.shownBy);
        await made({ context: "kind" }, true);
        await made({}, true);
        await made({ context: "kind" });
        expect(asked).toEqual([["get", ...need.shownBy, "--ignore-not-found", "--output=name"]]);
    });
});
