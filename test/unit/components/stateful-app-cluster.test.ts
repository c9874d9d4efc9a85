import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { appObjects } from "../../../components/permissions/app-objects";
import { planOf } from "../../../components/stateful-app";
import { type Recording, record } from "../../support/mocks";

const base: StatefulAppArgs = { useCase: "banking-ledger", target: "sandbox" };
const clusterType = "kubernetes:postgresql.cnpg.io/v1:Cluster";

const app = (args: Partial<StatefulAppArgs> = {}): Promise<Recording> =>
    record(() => {
        const { host, port, database, user, passwordSecret, claimNames } = new StatefulApp("ledger", { ...base, ...args });
        return { host, port, database, user, passwordSecret, claimNames };
    });
const specOf = async (args: Partial<StatefulAppArgs> = {}) => (await app(args)).only(clusterType).inputs.spec;

describe("an application on PostgreSQL with standbys", () => {
    it("is made from the plan of its use case", async () => {
        const recording = await app();
        expect(recording.outputs).toEqual({
            host: "ledger-rw.ledger.svc.cluster.local",
            port: 5432,
            database: "ledger",
            user: "ledger_app",
            passwordSecret: "ledger-password",
            claimNames: ["ledger-1", "ledger-2", "ledger-3"],
        });
        const { plan } = planOf("ledger", base);
        expect(recording.only(clusterType).inputs.spec).toMatchObject({
            instances: plan?.replicas,
            imageName: plan?.engine.image,
            postgresUID: plan?.engine.runAsUser,
            postgresGID: plan?.engine.runAsGroup,
            storage: { size: plan?.volumes[0].size, pvcTemplate: { accessModes: [plan?.volumes[0].accessMode] } },
            resources: plan?.resources,
            switchoverDelay: 30,
        });
    });

    it("keeps namespace and class as long as the Cluster", async () => {
        expect((await app()).only(clusterType).dependsOn).toEqual(expect.arrayContaining(["ledger-namespace", "ledger-storage-class"]));
    });

    it("replicates as its use case promises", async () => {
        expect((await specOf()).postgresql.synchronous).toMatchObject({ number: 1, dataDurability: "required", failoverQuorum: true });
        expect((await specOf({ useCase: "chat-history" })).postgresql).not.toHaveProperty("synchronous");
    });

    it("has permissions for what it makes, by name", () => {
        const { plan } = planOf("ledger", base);
        expect(plan && appObjects(plan, {})).toEqual([
            "cluster/ledger",
            "secret/ledger-password",
            "secret/ledger-owner",
            "secret/ledger-reader",
            "namespace/ledger",
            "secret/ledger-backup-repository",
        ]);
    });

    it("warns of a permission that nearly names its Cluster", async () => {
        const { warnings } = await app({ allow: ["delete cluster/leger"] });
        expect(warnings).toEqual([expect.stringContaining('Did you mean "delete cluster/ledger"?')]);
    });

    it("refuses what the operator does in its own way, all at once", () => {
        const name = `l${"o".repeat(51)}`;
        const { problems } = planOf(name, {
            ...base,
            keepClaims: 3,
            restoreFrom: { [`data-${name}-0`]: "snapshot/before" },
            passwordSecret: "mine",
        });
        const paths = problems.map(({ path }) => path);
        expect(paths).toEqual(expect.arrayContaining(["keepClaims", "restoreFrom", "passwordSecret", "app"]));
    });
});
