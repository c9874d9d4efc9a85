/** The same database on three kinds of storage: the sandbox's CSI driver, local-path, and disks that are in the node already. */
import * as fs from "node:fs";
import * as path from "node:path";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const world = World.create("drivers");
afterAll(() => {
    report();
    world.destroy();
});

/** The stacks, each an application of its own in a namespace of its own. */
const storage: Record<string, Record<string, unknown>> = {
    "on-pool": { storageDriver: "sandbox-pool" },
    "on-local-path": { storageDriver: "local-path" },
    "on-disks": { storageDriver: "static-local", disks: [{ node: "node-1", path: "/mnt/disks/disk-1", size: "1Gi" }] },
};
const apps = Object.keys(storage);

const writeStack = (stack: string, config: Record<string, unknown>) =>
    world.addStack(stack, { useCase: "user-preferences", app: stack, ...config });

/** One statement in an application's database. */
function sql(app: string, statement: string): string {
    const database = app.replaceAll("-", "_");
    return world.kubectl(
        "-n",
        app,
        "exec",
        `${app}-0`,
        "--",
        "psql",
        "-U",
        database,
        "-d",
        database,
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        statement,
    );
}

const claim = (app: string, jsonpath: string) => world.kubectl("-n", app, "get", "pvc", `data-${app}-0`, "-o", `jsonpath=${jsonpath}`);
const identity = (app: string) => claim(app, "{.metadata.uid} {.spec.volumeName} {.spec.storageClassName}");
const incarnation = (app: string) =>
    world.kubectl("-n", app, "get", "pod", `${app}-0`, "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}");
const rows = (app: string) => sql(app, "select count(*), md5(string_agg(id || text, ',' order by id)) from kept");

function answers(app: string): boolean {
    const database = app.replaceAll("-", "_");
    return world.tryKubectl("-n", app, "exec", `${app}-0`, "--", "pg_isready", "-q", "-h", "localhost", "-U", database).status === 0;
}

interface Step {
    op: string;
    urn: string;
}

beforeAll(() => {
    world.holdfast("sandbox", "up");
    for (const [stack, config] of Object.entries(storage)) writeStack(stack, { target: "sandbox", ...config });
});

describe("a preview", () => {
    test("is refused where the driver isn't installed, with how to install it and everything else that is wrong", () => {
        writeStack("on-local-path", { target: "sandbox", ...storage["on-local-path"], siez: "2Gi" });
        world.pulumi("stack", "init", "on-local-path");
        const refused = world.tryPulumi("preview", "--stack", "on-local-path");
        expect(refused.status).not.toBe(0);
        const said = refused.stdout + refused.stderr;
        expect(said).toMatch(/2 problems, nothing was changed[\s\S]*siez: there is no such key/);
        expect(said).toMatch(/holdfast:storageDriver: local-path-provisioner is not in the cluster\.[\s\S]*kubectl apply -f https:/);
        expect(said).not.toMatch(/at .*\.ts:\d+/);
    });

    const elsewhere = { target: "kubernetes", environment: "development", storageDriver: "longhorn", context: "holdfast-sandbox" };

    test("of a CSI driver looks for its CSIDriver object", () => {
        writeStack("elsewhere", { ...elsewhere, kubeconfig: world.layout.kubeconfig });
        world.pulumi("stack", "init", "elsewhere");
        const refused = world.tryPulumi("preview", "--stack", "elsewhere");
        expect(refused.status).not.toBe(0);
        expect(refused.stdout + refused.stderr).toMatch(
            /Longhorn is not in the cluster\.[\s\S]*helm install longhorn[\s\S]*driver\.longhorn\.io/,
        );
    });

    test("goes on with a warning where the cluster doesn't answer", () => {
        const kubeconfig = path.join(world.folder, "gone");
        const text = fs.readFileSync(world.layout.kubeconfig, "utf8").replace(/server: .*/, "server: https://127.0.0.1:1");
        fs.writeFileSync(kubeconfig, text, { mode: 0o600 });
        writeStack("elsewhere", { ...elsewhere, kubeconfig });
        const preview = world.pulumi("preview", "--stack", "elsewhere");
        expect(preview.stdout + preview.stderr).toMatch(
            /whether the storage drivers are in the cluster "holdfast-sandbox" could not be seen/,
        );
    });

    test("of a program of one's own names all that its components lack", () => {
        const folder = path.join(world.checkout, "own-program");
        fs.mkdirSync(folder);
        fs.writeFileSync(
            path.join(folder, "Pulumi.yaml"),
            "name: own-program\nruntime: { name: nodejs, options: { typescript: false } }\n",
        );
        fs.writeFileSync(path.join(folder, "Pulumi.own.yaml"), "config: {}\n");
        fs.writeFileSync(path.join(folder, "package.json"), '{ "name": "own-program", "main": "index.js" }\n');
        fs.writeFileSync(
            path.join(folder, "index.js"),
            `const { Provider } = require("@pulumi/kubernetes/provider");
            const { LocalStorage, NetworkStorage } = require("../components");
            const where = { kubeconfig: ${JSON.stringify(world.layout.kubeconfig)}, context: "holdfast-sandbox" };
            const options = { provider: new Provider("kubernetes", { ...where, clusterIdentifier: "holdfast-sandbox" }) };
            new NetworkStorage("shared", { driver: "longhorn", ...where }, options);
            new NetworkStorage("pool", { driver: "sandbox-pool", makesSnapshotClass: false, ...where }, options);
            new LocalStorage("fast", { driver: "topolvm", ...where }, options);`,
        );
        world.pulumi("stack", "init", "own", "--cwd", folder);
        const refused = world.tryPulumi("preview", "--stack", "own", "--cwd", folder);
        expect(refused.status).not.toBe(0);
        const said = refused.stdout + refused.stderr;
        expect(said).toMatch(/NetworkStorage "shared" can't be made in this cluster:\s+- driver: Longhorn is not in the cluster\./);
        expect(said).toContain("makesSnapshotClass: the cluster has no VolumeSnapshots.");
        expect(said).toContain("driver: TopoLVM is not in the cluster.");
        expect(said).not.toContain("the sandbox's pool is not");
        expect(said).not.toMatch(/at .*\.ts:\d+/);
    });
});

describe("PostgreSQL on three kinds of storage", () => {
    test("comes up on each, with a class that keeps its volumes", () => {
        writeStack("on-local-path", { target: "sandbox", ...storage["on-local-path"] });
        for (const app of apps) {
            const { seconds } = world.holdfast("up", app);
            measured(`${app}: up`, seconds, 90);
            sql(app, "create table kept as select id, md5(id::text) as text from generate_series(1, 100000) id");
            const volume = claim(app, "{.spec.volumeName}");
            expect(world.kubectl("get", "pv", volume, "-o", "jsonpath={.spec.persistentVolumeReclaimPolicy}")).toBe("Retain");
        }
        const disk = world.kubectl(
            "get",
            "pv",
            claim("on-disks", "{.spec.volumeName}"),
            "-o",
            "jsonpath={.metadata.name} {.spec.local.path}",
        );
        expect(disk).toMatch(/^on-disks-node-1-[0-9a-f]{6} \/mnt\/disks\/disk-1$/);
    });

    test("has the same rows, claims and volumes after its node was killed and started", () => {
        const before = apps.map((app) => [identity(app), rows(app)]);
        for (let round = 0; round < rounds(5); round++) {
            const started = Date.now();
            world.holdfast("sandbox", "kill-node", "1");
            world.holdfast("sandbox", "start-node", "1");
            for (const app of apps) waitUntil(`${app} answers`, 120, () => answers(app));
            expect(measured("node killed and started: three databases answer", (Date.now() - started) / 1000, 120)).toBeLessThanOrEqual(
                120,
            );
            expect(apps.map((app) => [identity(app), rows(app)])).toEqual(before);
        }
    });

    test("on disks is found again by an `up` after a `down`", () => {
        const before = [identity("on-disks"), rows("on-disks")];
        world.holdfast("down", "on-disks");
        expect(world.kubectl("-n", "on-disks", "get", "statefulset", "-o", "name")).toBe("");
        world.holdfast("up", "on-disks");
        expect([identity("on-disks"), rows("on-disks")]).toEqual(before);
    });

    test("has nothing to change, as a preview says that looks at the cluster again", () => {
        for (const app of apps) world.pulumi("preview", "--stack", app, "--expect-no-changes");
    });
});

describe("a changed parameter of the class", () => {
    const app = "on-pool";
    const parameter = '{ "storage.parameters.csi.storage.k8s.io/fstype": "btrfs" }';
    const classes = () =>
        world
            .kubectl("get", "storageclass", "-o", "jsonpath={.items[*].metadata.name}")
            .split(" ")
            .filter((name) => name.startsWith(app));
    const changed = () =>
        (JSON.parse(world.pulumi("preview", "--stack", app, "--json").stdout).steps as Step[])
            .filter(({ op }) => op !== "same")
            .map(({ urn }) => urn.split("::").pop());
    let first = "";

    test("makes a new class beside the old one, which the claim keeps, and touches nothing else", () => {
        [first] = classes();
        const before = [identity(app), incarnation(app), rows(app)];
        expect(before[0]).toContain(first);
        world.configure("set", parameter, app);
        expect([...new Set(changed())]).toEqual([`${app}-storage-class`]);
        const { stdout, stderr } = world.holdfast("up", app);
        expect(stdout + stderr).toContain(`stays on class ${first}`);
        expect(classes()).toHaveLength(2);
        expect(classes()).toContain(first);
        expect([identity(app), incarnation(app), rows(app)]).toEqual(before);
        world.pulumi("preview", "--stack", app, "--expect-no-changes");
    });

    test("leaves the old volume able to grow, and the new class able to make volumes", () => {
        const before = [identity(app), incarnation(app), rows(app)];
        world.configure("size", "2Gi", app);
        world.holdfast("up", app);
        waitUntil("a capacity of 2Gi", 60, () => claim(app, "{.status.capacity.storage}") === "2Gi");
        expect([identity(app), incarnation(app), rows(app)]).toEqual(before);

        const second = classes().find((name) => name !== first);
        world.apply(
            {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: "new", namespace: "default" },
                spec: { storageClassName: second, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Mi" } } },
            },
            {
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: "new", namespace: "default" },
                spec: {
                    terminationGracePeriodSeconds: 0,
                    containers: [
                        {
                            name: "main",
                            image: "registry.sandbox.holdfast/busybox:1",
                            imagePullPolicy: "IfNotPresent",
                            command: ["sleep", "infinity"],
                            volumeMounts: [{ name: "data", mountPath: "/data" }],
                        },
                    ],
                    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "new" } }],
                },
            },
        );
        world.kubectl("wait", "pod/new", "--for=condition=Ready", "--timeout=60s");
    });

    test("can be taken back: the class that was left is used again", () => {
        const before = [identity(app), incarnation(app), rows(app)];
        world.configure("set", undefined, app);
        const { stdout, stderr } = world.holdfast("up", app);
        expect(stdout + stderr).not.toContain("stays on class");
        expect(classes()).toHaveLength(2);
        expect([identity(app), incarnation(app), rows(app)]).toEqual(before);
        world.pulumi("preview", "--stack", app, "--expect-no-changes");
    });
});
