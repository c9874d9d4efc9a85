/** `holdfast status` on a real cluster: what Kubernetes, its scheduler, its kubelet and the storage driver really say, and the words for it. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { AppStatus, ClaimStatus, Finding, Status } from "../../cli/status/model";
import { poolDriver } from "../../sandbox/cluster/control-plane";
import { faults, type SchemaDocument } from "../support/json-schema";
import { Database } from "./support/database";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { type Outcome, World } from "./support/world";

const stack = "user-preferences";
const world = World.create("status");
const database = new Database(world);
afterAll(() => {
    report();
    world.destroy();
});

const namespace = "wards";
const busybox = "registry.sandbox.holdfast/busybox:1";
const document = JSON.parse(fs.readFileSync(path.join(__dirname, "../../docs/status-schema.json"), "utf8")) as SchemaDocument;

const labels = (app: string) => ({ "app.kubernetes.io/name": app, "app.kubernetes.io/managed-by": "holdfast" });

/** A StatefulSet such as Holdfast makes, with its claims, and with one thing that is its own. */
function patient(
    app: string,
    options: {
        image?: string;
        command?: string[];
        memory?: string;
        class?: string;
        size?: string;
        replicas?: number;
        container?: object;
    } = {},
): object[] {
    const { replicas = 1, size = "64Mi", class: storageClassName = "ward" } = options;
    const spec = { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: size } } };
    return [
        ...Array.from({ length: replicas }, (_, ordinal) => ({
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: `data-${app}-${ordinal}`, namespace, labels: labels(app) },
            spec,
        })),
        {
            apiVersion: "apps/v1",
            kind: "StatefulSet",
            metadata: { name: app, namespace, labels: labels(app) },
            spec: {
                replicas,
                serviceName: app,
                selector: { matchLabels: { "app.kubernetes.io/name": app } },
                volumeClaimTemplates: [{ metadata: { name: "data" }, spec }],
                template: {
                    metadata: { labels: labels(app) },
                    spec: {
                        terminationGracePeriodSeconds: 0,
                        automountServiceAccountToken: false,
                        containers: [
                            {
                                name: "main",
                                image: options.image ?? busybox,
                                imagePullPolicy: "IfNotPresent",
                                command: options.command ?? ["sleep", "infinity"],
                                resources: { requests: { memory: options.memory ?? "8Mi" } },
                                volumeMounts: [{ name: "data", mountPath: "/data" }],
                                ...options.container,
                            },
                        ],
                    },
                },
            },
        },
    ];
}

const storageClass = (name: string, more: object = {}) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "holdfast" } },
    provisioner: poolDriver,
    reclaimPolicy: "Retain",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    ...more,
});

/** One application's status, with what the command ended with. Every document is checked against the schema. */
function statusOf(app: string, ...options: string[]): { outcome: Outcome; status: Status; app: AppStatus; claim: ClaimStatus } {
    const outcome = world.tryHoldfast("status", app, "--json", ...options);
    if (outcome.stdout === "") throw new Error(`status ${app}: ${outcome.stderr}`);
    const status = JSON.parse(outcome.stdout) as Status;
    expect(faults(document, status, document.$defs.status, "status")).toEqual([]);
    expect(status.apps).toHaveLength(1);
    return { outcome, status, app: status.apps[0], claim: status.apps[0].claims[0] };
}

const page = (app: string, ...options: string[]) => world.tryHoldfast("status", app, ...options);

const lines = (findings: Finding[]) => findings.map(({ code, severity, text }) => `${severity} ${code}: ${text}`);
const ofMember = ({ workloads }: AppStatus, index = 0) => lines(workloads[0]?.members[index]?.findings ?? []);

/** Waits until a finding that fits is told of an application; returns its status then. */
function waitFor(app: string, found: (status: AppStatus) => string[], words: RegExp, limit = 90): ReturnType<typeof statusOf> {
    let last = statusOf(app);
    try {
        waitUntil(`${app}: ${words}`, limit, () => {
            last = statusOf(app);
            return found(last.app).some((line) => words.test(line));
        });
    } catch (error) {
        throw new Error(`${(error as Error).message}; it is said:\n${JSON.stringify(last.app, null, 2)}`);
    }
    return last;
}

test("before there is a cluster: exit 1, and which command makes one", () => {
    const { status, stdout, stderr } = page(stack);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("the sandbox is not up");
    expect(stderr).toContain("npx holdfast sandbox up");
});

describe("a healthy application", () => {
    beforeAll(() => {
        world.holdfast("sandbox", "up", "--with", "snapshots,local-path");
        world.holdfast("up");
        database.startClient();
        // What the tests below are about gets into its states while the first ones run.
        world.apply(
            { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
            storageClass("ward"),
            storageClass("hasty", { volumeBindingMode: "Immediate" }),
            storageClass("nearby", { provisioner: "rancher.io/local-path", allowVolumeExpansion: false }),
            ...patient("big", { memory: "9000Gi" }),
            ...patient("imageless", { image: "registry.sandbox.holdfast/nothing:1" }),
            ...patient("crashing", { command: ["sh", "-c", "echo out of ideas >/dev/termination-log; sleep 1; exit 3"] }),
            ...patient("unwell", { container: { readinessProbe: { exec: { command: ["cat", "/data/well"] }, periodSeconds: 2 } } }),
            ...patient("greedy", { class: "hasty", size: "900Ti" }),
            ...patient("local", { class: "nearby" }),
            ...patient("pair", { replicas: 2 }),
            {
                apiVersion: "v1",
                kind: "PersistentVolumeClaim",
                metadata: { name: "data-idle-0", namespace, labels: labels("idle") },
                spec: { accessModes: ["ReadWriteOnce"], storageClassName: "ward", resources: { requests: { storage: "64Mi" } } },
            },
        );
    });

    test("is ready: exit 0, and a page of a few lines", () => {
        const { status, stdout } = page(stack);
        const claim = database.claim("{.spec.storageClassName} {.spec.volumeName}").split(" ");
        expect(stdout.replace(/ {2}\S+ used \(\d+ %\)| {2}used: unknown|\n +used bytes unknown: .*/g, "")).toBe(
            [
                "cluster holdfast-sandbox, of stack user-preferences",
                "",
                "user-preferences: ready",
                "  StatefulSet user-preferences: 1 of 1 member ready",
                "    user-preferences-0  ready  on node-1",
                "  Claims",
                "    data-user-preferences-0  1Gi  on node-1",
                `        class ${claim[0]}, volume ${claim[1]}, no snapshot`,
                "",
            ].join("\n"),
        );
        expect(status).toBe(0);
    });

    test("has the figures of its volume, and they grow with its rows", () => {
        const mebibyte = 2 ** 20;
        const used = () => {
            const { usedBytes } = statusOf(stack).claim;
            return usedBytes === "unknown" ? 0 : usedBytes;
        };
        waitUntil("used bytes are measured", 90, () => used() > mebibyte);
        const before = used();
        database.sql("create table filler as select pg_read_binary_file('/dev/urandom', 0, 1048576) as data from generate_series(1, 60)");
        const seconds = waitUntil("60 MiB more are used", 90, () => used() >= before + 60 * mebibyte);
        measured("status: from rows written to used bytes that have grown", seconds, 90);
        const { claim, outcome, app } = statusOf(stack);
        expect(claim).toMatchObject({ phase: "Bound", asked: "1Gi", usedOfBytes: 2 ** 30, node: "node-1", usedBy: ["user-preferences-0"] });
        expect(claim.usedBytes).toBeLessThan(before + 400 * mebibyte);
        expect(app).toMatchObject({ state: "ready", workloads: [{ asked: 1, ready: 1 }], oldClasses: [] });
        expect(outcome.status).toBe(0);
    });

    test("shows the last snapshot of its claim, with its age", () => {
        expect(statusOf(stack).claim.lastSnapshot).toBe("none");
        world.apply(
            {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshotClass",
                metadata: { name: "pool" },
                driver: poolDriver,
                deletionPolicy: "Delete",
            },
            {
                apiVersion: "snapshot.storage.k8s.io/v1",
                kind: "VolumeSnapshot",
                metadata: { name: "before-upgrade", namespace: stack },
                spec: { volumeSnapshotClassName: "pool", source: { persistentVolumeClaimName: `data-${stack}-0` } },
            },
        );
        world.kubectl("-n", stack, "wait", "volumesnapshot/before-upgrade", "--for=jsonpath={.status.readyToUse}=true", "--timeout=60s");
        const { lastSnapshot } = statusOf(stack).claim;
        expect(lastSnapshot).toMatchObject({ name: "before-upgrade" });
        expect((lastSnapshot as { ageSeconds: number }).ageSeconds).toBeLessThan(60);
        expect(page(stack).stdout).toMatch(/last snapshot before-upgrade, \d+ seconds? ago/);
    });

    test("has grown when it was asked to, and is ready again", () => {
        world.configure("size", "2Gi");
        world.holdfast("up");
        waitUntil("the growth is done", 60, () => statusOf(stack).claim.findings.length === 0);
        const { claim, outcome } = statusOf(stack);
        expect([claim.asked, claim.capacity, outcome.status]).toEqual(["2Gi", "2Gi", 0]);
        waitUntil("2Gi in the kubelet's figures", 60, () => statusOf(stack).claim.usedOfBytes === 2 * 2 ** 30);
    });
});

describe("what is awaited or wrong is said: exit 2", () => {
    test("a pod that no node has room for, and the claim that waits for it", () => {
        const { app, outcome } = waitFor("big", ofMember, /unschedulable/);
        expect(ofMember(app)).toEqual([
            "problem unschedulable: no node can take it: the one node has too little memory left; it asks for 9000Gi of memory",
        ]);
        expect(lines(app.claims[0].findings)).toEqual([
            "waiting waiting-for-consumer: it waits for its pod big-0 to get a node: its volume is made there",
        ]);
        expect(outcome.status).toBe(2);
        expect(page("big").stdout).toContain("\n        ! no node can take it: the one node has too little memory left");
    });

    test("a claim that waits for a consumer", () => {
        const { app, claim, outcome } = statusOf("idle");
        expect(lines(app.findings)).toEqual(["waiting no-workload: nothing of it runs; its claims are kept"]);
        expect(lines(claim.findings)[0]).toBe(
            "note waiting-for-consumer: it waits for a consumer: its volume is made when a pod uses it for the first time",
        );
        expect(claim.usedNote).toBe("it has no volume yet");
        expect(outcome.status).toBe(2);
    });

    test("an image that isn't there", () => {
        const { app, outcome } = waitFor("imageless", ofMember, /image-pull/);
        expect(ofMember(app)).toEqual([
            "problem image-pull: the image registry.sandbox.holdfast/nothing:1 can't be pulled: its registry can't be reached",
        ]);
        expect(outcome.status).toBe(2);
    });

    test("a container that ends again and again, with its last words", () => {
        const { app } = waitFor("crashing", ofMember, /crash-loop/);
        expect(ofMember(app)[0]).toMatch(
            /^problem crash-loop: it ends again and again \((once|\d+ times) restarted\): the last time it ended with exit code 3 \(\d+ seconds? ago\): out of ideas$/,
        );
    });

    test("a readiness probe that says no, and then yes", () => {
        const { app } = waitFor("unwell", ofMember, /readiness probe says no: /);
        expect(ofMember(app)[0]).toMatch(
            /^waiting not-ready: it has been running for \d+ (seconds?|minutes?), and its readiness probe says no: .*\/data\/well.*No such file or directory$/,
        );
        world.kubectl("-n", namespace, "exec", "unwell-0", "--", "touch", "/data/well");
        waitUntil("unwell is ready", 30, () => statusOf("unwell").outcome.status === 0);
    });

    test("a claim whose volume the driver can't make, and the pod that waits for it", () => {
        const { app } = waitFor("greedy", ({ claims }) => lines(claims[0].findings), /provisioning-failed/);
        const why =
            /its volume can't be made \(\d+ (seconds?|minutes?) ago\): the storage has no room for it: \d+ bytes asked for, \d+ left in the pool: /;
        expect(lines(app.claims[0].findings)[0]).toMatch(why);
        expect(ofMember(app)[0]).toMatch(new RegExp(`^waiting waiting-for-claim: it waits for its claim data-greedy-0: ${why.source}`));
    });

    test("growth that the driver refuses", () => {
        waitUntil("unwell is bound", 30, () => statusOf("unwell").claim.phase === "Bound");
        world.kubectl(
            "-n",
            namespace,
            "patch",
            "pvc",
            "data-unwell-0",
            "--patch",
            '{"spec":{"resources":{"requests":{"storage":"900Ti"}}}}',
        );
        const { app, outcome } = waitFor("unwell", ({ claims }) => lines(claims[0].findings), /resize-failed/);
        expect(lines(app.claims[0].findings)[0]).toMatch(
            /^problem resize-failed: growth to 900Ti failed.*: the storage has no room for it: \d+ bytes asked for, .*; it stays at 64Mi$/,
        );
        expect([app.claims[0].asked, app.claims[0].capacity]).toEqual(["900Ti", "64Mi"]);
        expect(outcome.status).toBe(2);
    });

    test("an update that a partition holds back", () => {
        waitUntil("pair is ready", 60, () => statusOf("pair").outcome.status === 0);
        const update = {
            spec: {
                updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
                template: { metadata: { annotations: { changed: "yes" } } },
            },
        };
        world.kubectl("-n", namespace, "patch", "statefulset", "pair", "--patch", JSON.stringify(update));
        const { app, outcome } = waitFor(
            "pair",
            ({ workloads }) => (workloads[0].ready === 2 ? lines(workloads[0].findings) : []),
            /held-back/,
        );
        expect(lines(app.workloads[0].findings)).toEqual([
            "waiting held-back: pair-0 runs the earlier version: an update is held back by the partition 1, until that is lowered",
        ]);
        expect(outcome.status).toBe(2);
        world.kubectl(
            "-n",
            namespace,
            "patch",
            "statefulset",
            "pair",
            "--type=json",
            "-p",
            '[{"op":"remove","path":"/spec/updateStrategy/rollingUpdate"}]',
        );
        waitUntil("pair is updated", 60, () => statusOf("pair").outcome.status === 0);
    });

    test("every application of the cluster at once: the worst decides", () => {
        const outcome = world.tryHoldfast("status", "--json");
        const status = JSON.parse(outcome.stdout) as Status;
        expect(faults(document, status, document.$defs.status, "status")).toEqual([]);
        expect(status.apps.map(({ app }) => app)).toEqual([
            ...["big", "crashing", "greedy", "idle", "imageless", "local", "pair", "unwell", "user-preferences"],
        ]);
        expect([status.state, outcome.status]).toEqual(["problem", 2]);
    });
});

describe("what is kept", () => {
    test("the claim of a member that left, and after its deletion the volume", () => {
        world.kubectl("-n", namespace, "scale", "statefulset", "pair", "--replicas=1");
        waitUntil("pair-1 is gone", 60, () => statusOf("pair").app.workloads[0].members.length === 1);
        const { app, outcome } = statusOf("pair");
        const [, left] = app.claims;
        expect([left.name, left.isKept, lines(left.findings)]).toEqual([
            "data-pair-1",
            true,
            ["note kept: no member runs that it belongs to: it is kept with its data"],
        ]);
        expect(left.usedNote).toBe("no pod on a node uses it; the kubelet measures only what is mounted");
        expect(outcome.status).toBe(0);

        world.kubectl("-n", namespace, "delete", "pvc", "data-pair-1");
        waitUntil("its volume is released", 60, () => statusOf("pair").app.retainedVolumes.length === 1);
        const after = statusOf("pair");
        expect(after.app.retainedVolumes[0]).toMatchObject({
            name: left.volume,
            claim: `${namespace}/data-pair-1`,
            phase: "Released",
            capacity: "64Mi",
        });
        expect(after.app.retainedVolumes[0].finding.text).toBe(
            `its claim ${namespace}/data-pair-1 is deleted; it is kept with its data until somebody deletes it`,
        );
        expect(after.outcome.status).toBe(0);
        expect(page("pair").stdout).toMatch(
            /Volumes of deleted claims\n {4}pvc-\S+, 64Mi, released \d+ seconds? ago\n {8}- its claim wards\/data-pair-1/,
        );
    });

    test("a volume on a node's own disk: bound to the node, and nobody measures it", () => {
        const { app, claim } = waitFor("local", ({ state }) => [state], /ready/);
        expect(app.state).toBe("ready");
        expect(claim).toMatchObject({
            node: "node-1",
            usedBytes: "unknown",
            usedNote: "its driver doesn't measure it (a folder of the node's own disk)",
        });
    });

    test("a claim on a class that another took the place of is named", () => {
        const current = database.claim("{.spec.storageClassName}");
        world.apply(storageClass(`${stack}-000000`), {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name: `data-${stack}-1`, namespace: stack, labels: labels(stack) },
            spec: { accessModes: ["ReadWriteOnce"], storageClassName: `${stack}-000000`, resources: { requests: { storage: "64Mi" } } },
        });
        const old = [{ name: `${stack}-000000`, current, claims: [`data-${stack}-1`] }];
        expect(statusOf(stack).app.oldClasses).toEqual(old);
        // Without a stack nobody knows what its program makes: the newer class counts.
        const other = statusOf(stack, "--context", "holdfast-sandbox", "--kubeconfig", world.layout.kubeconfig);
        expect(other.status.cluster).toEqual({ context: "holdfast-sandbox" });
        expect(other.app.oldClasses).toEqual([{ name: current, current: `${stack}-000000`, claims: [`data-${stack}-0`] }]);
        world.kubectl("-n", stack, "delete", "pvc", `data-${stack}-1`);
    });
});

describe("what can't be told", () => {
    test("an application that isn't there: exit 1, and which are", () => {
        const { status, stdout, stderr } = page("nobody");
        expect([status, stdout]).toEqual([1, ""]);
        expect(stderr).toContain(
            'There is no application "nobody" in the cluster of context "holdfast-sandbox" (stack "user-preferences").',
        );
        expect(stderr).toContain("There are: big, crashing, greedy, idle, imageless, local, pair, unwell, user-preferences.");
        expect(page(stack, "--namespace", namespace).stderr).toContain(`There is no application "${stack}" in namespace "${namespace}"`);
    });

    test("a person who may read one namespace only is told what is missing, and the rest", () => {
        const about = { namespace, name: "reader" };
        const rules = [{ apiGroups: ["", "apps"], resources: ["pods", "statefulsets", "persistentvolumeclaims"], verbs: ["get", "list"] }];
        world.apply(
            { apiVersion: "v1", kind: "ServiceAccount", metadata: about },
            { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: about, rules },
            {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "RoleBinding",
                metadata: about,
                subjects: [{ kind: "ServiceAccount", ...about }],
                roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
            },
        );
        const token = world.kubectl("-n", namespace, "create", "token", "reader");
        const kubeconfig = path.join(world.folder, "reader.kubeconfig");
        fs.copyFileSync(world.layout.kubeconfig, kubeconfig);
        world.kubectl("--kubeconfig", kubeconfig, "config", "set-credentials", "reader", `--token=${token}`);
        world.kubectl("--kubeconfig", kubeconfig, "config", "set-context", "as-reader", "--cluster=holdfast-sandbox", "--user=reader");
        const as = ["--context", "as-reader", "--kubeconfig", kubeconfig];

        const { app, status, outcome } = statusOf("pair", ...as, "--namespace", namespace);
        expect([app.state, outcome.status]).toEqual(["ready", 0]);
        expect(status.notRead.map(({ what }) => what).sort()).toEqual([
            "Deployments",
            "PersistentVolumes",
            "StorageClasses",
            "VolumeSnapshots",
            "events",
            "namespaces",
            "nodes",
            "volume statistics of node-1",
        ]);
        expect(status.notRead.every(({ reason }) => reason.includes("not allowed: User"))).toBe(true);
        expect(status.apps[0].claims[0]).toMatchObject({ usedBytes: "unknown", lastSnapshot: "unknown", findings: [] });
        expect(page("pair", ...as, "--namespace", namespace).stdout).toContain("Not read\n");

        const everywhere = page("pair", ...as);
        expect([everywhere.status, everywhere.stdout]).toEqual([1, ""]);
        expect(everywhere.stderr).toMatch(/There is no application "pair" in .*It could not be looked for everywhere: not allowed: User/);
    });

    test("a node that is gone takes its members' readiness with it", () => {
        world.holdfast("sandbox", "kill-node", "1");
        const started = Date.now();
        const { app, claim, outcome } = waitFor(stack, ofMember, /node-unreachable/, 120);
        measured("status: from a node's death to its member not ready", (Date.now() - started) / 1000, 120);
        expect(ofMember(app)[0]).toMatch(/^problem node-unreachable: its node node-1 is unreachable, for \d+ (seconds?|minutes?)/);
        expect([app.state, outcome.status]).toEqual(["problem", 2]);
        expect(claim.usedBytes).toBe("unknown");
        expect(claim.usedNote).toMatch(/^node-1 doesn't answer/);
    });

    test("a cluster that is down: exit 1, soon, with the way to bring it up", () => {
        world.holdfast("sandbox", "down");
        const { status, stdout, stderr, seconds } = page(stack, "--json");
        expect([status, stdout]).toEqual([1, ""]);
        expect(stderr).toContain(
            'The status can\'t be told: the cluster of context "holdfast-sandbox" (stack "user-preferences") can\'t be read.',
        );
        expect(stderr).toMatch(/The connection to the server 127\.0\.0\.1:\d+ was refused/);
        expect(stderr).toContain("`npx holdfast sandbox up` starts it");
        expect(measured("status of a cluster that is down", seconds, 15)).toBeLessThanOrEqual(15);
    });
});
