import * as pulumi from "@pulumi/pulumi";
import { LocalStorage, NetworkStorage } from "../../../components";
import { type Answer, type Ask, askInstead } from "../../../components/storage/cluster-look";
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
    const note = (level: string) => async (message: string, resource?: pulumi.Resource) => {
        logged.push(`${level} ${resource ? "of a component" : ""}: ${message}`);
    };
    jest.spyOn(pulumi.log, "error").mockImplementation(note("error"));
    jest.spyOn(pulumi.log, "warn").mockImplementation(note("warn"));
});
afterEach(() => {
    jest.restoreAllMocks();
    askInstead(undefined);
});

const longhorn = "csidriver.storage.k8s.io/driver.longhorn.io";
const snapshots = "customresourcedefinition.apiextensions.k8s.io/volumesnapshotclasses.snapshot.storage.k8s.io";
const preview = (program: () => unknown) => record(program, { preview: true });

describe("a preview", () => {
    it("names the driver that is missing, how to install it, and the other things that are missing", async () => {
        cluster();
        await preview(() => {
            new NetworkStorage("shared", { driver: "longhorn", attributes: undefined, context });
            new NetworkStorage("other", { driver: "acme", provisioner: "block.acme.example", attributes: { a: { b: "c" } }, context });
        });
        expect(logged).toHaveLength(4);
        expect(logged).toEqual(
            expect.arrayContaining([
                expect.stringMatching(
                    /^error of a component: driver: Longhorn is not in the cluster\..*helm install longhorn.*driver\.longhorn\.io\)/,
                ),
                expect.stringMatching(/makesSnapshotClass: the cluster has no VolumeSnapshots\..*or write makesSnapshotClass: false/),
                expect.stringMatching(/provisioner: no driver in the cluster answers to block\.acme\.example\./),
                expect.stringMatching(/attributes: the cluster has no VolumeAttributesClasses: they take Kubernetes 1\.34/),
            ]),
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
        await preview(() => void new LocalStorage("fast", { driver: "local-path", context }));
        expect(logged).toEqual([]);
        cluster();
        await preview(() => void new LocalStorage("fast", { driver: "local-path", context }));
        expect(logged).toEqual([expect.stringContaining("driver: local-path-provisioner is not in the cluster")]);
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
        expect(logged).toEqual([expect.stringMatching(/^warn .*in the cluster "away" could not be seen: kubectl is not installed$/)]);
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
