import * as pulumi from "@pulumi/pulumi";
import { LocalStorage, NetworkStorage, type StorageClassArgs } from "../../../components";
import { classSpecOf } from "../../../components/storage/class-spec";
import { type Answer, type Ask, askInstead, withoutSecrets } from "../../../components/storage/cluster-look";
import { checkedAtPreview, neededBy } from "../../../components/storage/driver-presence";
import type { StorageKind } from "../../../components/usecases/plan";
import { record } from "../../support/mocks";

const context = "kind-kind";
let asked: string[][] = [];
let logged: string[] = [];

/** A cluster that has these objects, by the names that `kubectl get -o name` prints. */
function cluster(...there: string[]): void {
    const ask: Ask = async (_, argv): Promise<Answer> => {
        asked.push(argv);
        const resources = JSON.stringify({ resources: [{ name: "storageclasses" }, ...there.map((name) => ({ name }))] });
        const stdout = argv.includes("--raw") ? resources : argv.filter((name) => there.includes(name)).join("\n");
        return { isDone: true, stdout, reason: "" };
    };
    askInstead(ask);
}

function unreachable(reason: string): void {
    askInstead(async () => ({ isDone: false, stdout: "", reason }));
}

beforeEach(() => {
    asked = [];
    logged = [];
    jest.spyOn(pulumi.log, "warn").mockImplementation(async (message: string) => {
        logged.push(message);
    });
});
afterEach(() => {
    jest.restoreAllMocks();
    askInstead(undefined);
});

const longhorn = "csidriver.storage.k8s.io/driver.longhorn.io";
const snapshots = "customresourcedefinition.apiextensions.k8s.io/volumesnapshotclasses.snapshot.storage.k8s.io";
const preview = (program: () => unknown) => record(program, { preview: true });

/** What a component of these arguments waits for in a preview; a component of its own would take its rejection to the end of the run. */
async function checked(args: StorageClassArgs, kind: StorageKind = "network"): Promise<void> {
    let looking: Promise<void> | undefined;
    await preview(() => {
        const component = new pulumi.ComponentResource("test:index:Any", "any");
        looking = checkedAtPreview('LocalStorage "any"', component, { context }, neededBy(classSpecOf("any", kind, args).spec));
        // Awaited below; until then nobody is to call it unhandled.
        looking.catch(() => undefined);
    });
    await looking;
}

describe("a preview", () => {
    it("rejects with the driver that is missing, how to install it, and the other things that are missing", async () => {
        cluster();
        await expect(checked({ driver: "longhorn" })).rejects.toThrow(
            /^LocalStorage "any" can't be made in this cluster:\n {2}- driver: Longhorn is not in the cluster\..*helm install longhorn.*driver\.longhorn\.io\)\.\n {2}- makesSnapshotClass: the cluster has no VolumeSnapshots\..*or write makesSnapshotClass: false\.$/,
        );
        await expect(checked({ driver: "acme", provisioner: "block.acme.example", attributes: { a: { b: "c" } } })).rejects.toThrow(
            /provisioner: no driver in the cluster answers to block\.acme\.example\.[\s\S]*attributes: the cluster has no VolumeAttributesClasses: they take Kubernetes 1\.34/,
        );
    });

    it("says nothing where everything is there", async () => {
        cluster(longhorn, snapshots, "csidriver.storage.k8s.io/pool.csi.sandbox.holdfast", "volumeattributesclasses");
        await preview(() => {
            new NetworkStorage("shared", { driver: "longhorn", context });
            new NetworkStorage("pool", { driver: "sandbox-pool", attributes: { small: { compression: "zstd" } }, context });
        });
        expect(logged).toEqual([]);
    });

    it("asks once for all components of a program, and never twice for the same", async () => {
        cluster(longhorn, snapshots);
        await preview(() => {
            for (let i = 0; i < 20; i++) {
                new NetworkStorage(`storage-${i}`, { driver: "longhorn", context });
            }
        });
        await preview(() => void new NetworkStorage("later", { driver: "longhorn", context }));
        expect(asked).toEqual([["get", longhorn, snapshots, "--ignore-not-found", "--output=name"]]);
    });

    it.each([
        ["namespace/local-path-storage"],
        ["clusterrole.rbac.authorization.k8s.io/local-path-provisioner-role"],
        ["storageclass.storage.k8s.io/local-path"],
    ])("knows a provisioner without a CSIDriver object by %s", async (object) => {
        cluster(object);
        await checked({ driver: "local-path" }, "local");
        cluster();
        await expect(checked({ driver: "local-path" }, "local")).rejects.toThrow("driver: local-path-provisioner is not in the cluster");
    });

    it("asks nothing for disks, for a provisioner that has no object of its own, or without a cluster to ask", async () => {
        cluster();
        await preview(() => {
            new LocalStorage("bare", { driver: "static-local", context });
            new NetworkStorage("old", { driver: "old", provisioner: "example.com/nfs", context });
            new NetworkStorage("shared", { driver: "longhorn" });
        });
        expect(asked).toEqual([]);
        expect(logged).toEqual([]);
    });

    it("goes on with one warning where the cluster doesn't answer", async () => {
        unreachable("kubectl is not installed");
        const recording = await preview(() => {
            const { className } = new NetworkStorage("shared", { driver: "longhorn", context: "away" });
            new LocalStorage("fast", { driver: "local-path", context: "away" });
            return className;
        });
        expect(recording.outputs).toMatch(/^shared-[0-9a-f]{6}$/);
        expect(logged).toEqual([expect.stringMatching(/in the cluster "away" could not be seen: kubectl is not installed$/)]);
    });
});

it("an update doesn't look: its preview has", async () => {
    cluster();
    await record(() => void new NetworkStorage("shared", { driver: "longhorn", context }));
    expect(asked).toEqual([]);
});

it("a preview under mocks doesn't look unless somebody answers in kubectl's place", async () => {
    await preview(() => void new NetworkStorage("shared", { driver: "longhorn", context: "no-such-context" }));
    expect(logged).toEqual([]);
});

test("kubectl gets the program's environment without what Pulumi and the sandbox hand the program in it", () => {
    const env = { PATH: "/bin", KUBECONFIG: "k", HTTPS_PROXY: "p", HOLDFAST_TARGET: "t" };
    const more = { PULUMI_CONFIG: "{}", PULUMI_CONFIG_SECRET_KEYS: "[]", HOLDFAST_BACKUP_KEY: "x", HOLDFAST_BACKUP_SECRET_ACCESS_KEY: "y" };
    expect(withoutSecrets({ ...env, ...more })).toEqual(env);
});
