/** PostgreSQL with standbys, and the web servers beside it, as a status tells them. */

import type { WorkloadStatus } from "../../../cli/status/model";
import type { DatabaseCluster, Pod, Reading } from "../../../cli/status/objects";
import { statusOf } from "../../../cli/status/status";
import { statusPage } from "../../../cli/status/terminal";
import { labelsOf, partLabelsOf } from "../../../components/workloads/labels";
import { ago, app, claim, cluster, condition, metadata, pending, pod, volume } from "./status-fixtures";

const operators = { "app.kubernetes.io/name": "postgresql", "app.kubernetes.io/managed-by": "cloudnative-pg", "cnpg.io/cluster": app };
const labelled = (name: string, more = {}) => metadata(name, { labels: { ...operators, "cnpg.io/instanceName": name, ...more } });

const server = (serial: number, node: string): Pod => {
    const made = pod(serial, node);
    const name = `${app}-${serial}`;
    made.spec.volumes = [{ name: "pgdata", persistentVolumeClaim: { claimName: name } }];
    return { ...made, metadata: labelled(name, { "cnpg.io/podRole": "instance" }) };
};

const memberClaim = (serial: number): Reading["claims"][0] => ({ ...claim(serial), metadata: labelled(`${app}-${serial}`) });

/** A Job of the operator's that makes the files of a member. */
const job = (serial: number, role: string): Pod => {
    const made = server(serial, "node-1");
    const labels = { ...operators, "cnpg.io/instanceName": `${app}-${serial}`, "cnpg.io/jobRole": role };
    return { ...made, metadata: metadata(`${app}-${serial}-${role}-x7k2p`, { labels }) };
};

const database = (): DatabaseCluster & { status: NonNullable<DatabaseCluster["status"]> } => ({
    metadata: metadata(app),
    spec: { instances: 3, postgresql: { synchronous: { number: 1, dataDurability: "required" } } },
    status: {
        phase: "Cluster in healthy state",
        currentPrimary: `${app}-1`,
        targetPrimary: `${app}-1`,
        readyInstances: 3,
        conditions: [condition("Ready")],
    },
});

/** Three members, all well, after one thing was spoiled. */
function told(spoil: (reading: Reading, database: ReturnType<typeof made>["databases"][0]) => void = () => {}) {
    const reading = made();
    spoil(reading, reading.databases[0]);
    return statusOf(reading, { context: "test" });
}
function made() {
    const reading = cluster(0);
    const serials = [1, 2, 3];
    return {
        ...reading,
        statefulsets: [],
        databases: [database()],
        pods: serials.map((serial) => server(serial, `node-${serial}`)),
        claims: serials.map(memberClaim),
        volumes: serials.map(volume),
        nodes: serials.map((serial) => ({ ...reading.nodes[0], metadata: { name: `node-${serial}` } })),
    };
}
const first = (status: ReturnType<typeof told>): WorkloadStatus => status.apps[0].workloads[0];
const words = ({ findings }: Pick<WorkloadStatus, "findings">) =>
    findings.map(({ severity, code, text }) => `${severity} ${code}: ${text}`);
const memberWords = (status: ReturnType<typeof told>) =>
    first(status).members.flatMap((each) => words(each).map((text) => `${each.name} ${text}`));
const notReady = (reading: Reading, ...indexes: number[]) => {
    for (const index of indexes) {
        const status = reading.pods[index].status;
        status.conditions = [condition("PodScheduled"), condition("Ready", "False", { message: "containers are not ready" })];
        status.containerStatuses = [];
    }
};

describe("a database with standbys", () => {
    test("is ready with every member, of which one is the primary, and its claims are in use", () => {
        const status = told();
        expect(status.apps).toHaveLength(1);
        expect(status.apps[0]).toMatchObject({ app, namespace: app, state: "ready", findings: [] });
        expect(first(status)).toEqual({
            kind: "Cluster",
            name: app,
            asked: 3,
            ready: 3,
            members: [
                { name: "ledger-1", role: "primary", ready: true, node: "node-1", restarts: 0, findings: [] },
                { name: "ledger-2", role: "standby", ready: true, node: "node-2", restarts: 0, findings: [] },
                { name: "ledger-3", role: "standby", ready: true, node: "node-3", restarts: 0, findings: [] },
            ],
            findings: [],
        });
        expect(status.apps[0].claims.map(({ name, isKept, usedBy }) => [name, isKept, usedBy])).toEqual([
            ["ledger-1", false, ["ledger-1"]],
            ["ledger-2", false, ["ledger-2"]],
            ["ledger-3", false, ["ledger-3"]],
        ]);
        expect(statusPage(status)).toContain("Cluster ledger: 3 of 3 members ready\n    ledger-1  primary, ready  on node-1\n");
    });

    test("somebody else's in the same namespace is not an application's, nor are its pods and claims", () => {
        const status = told((reading) => {
            const labels = { ...operators, "cnpg.io/cluster": "theirs" };
            reading.databases.push({ ...database(), metadata: metadata("theirs", { labels: {} }) });
            reading.pods.push({ ...server(1, "node-1"), metadata: metadata("theirs-1", { labels }) });
            reading.claims.push({ ...memberClaim(1), metadata: metadata("theirs-1", { labels }) });
        });
        expect(status).toMatchObject({ state: "ready", apps: [{ app }] });
        expect(status.apps[0].workloads).toHaveLength(1);
        expect(status.apps[0].claims).toHaveLength(3);
    });

    test("one at rest says so, and its claims are kept; on the way there it says what is waited for", () => {
        const rest = (conditionStatus: string, message: string) => (_: Reading, each: DatabaseCluster) => {
            each.metadata.annotations = { "cnpg.io/hibernation": "on" };
            each.status?.conditions?.push(condition("cnpg.io/hibernation", conditionStatus, { message }));
        };
        const down = told((reading, each) => {
            reading.pods = [];
            rest("True", "Cluster has been hibernated")(reading, each);
        });
        expect(words(first(down))).toEqual([
            "waiting at-rest: it is at rest: its members are stopped and its claims kept, until `holdfast up`",
        ]);
        expect(first(down)).toMatchObject({ asked: 3, ready: 0, members: [] });
        expect(down.apps[0]).toMatchObject({ state: "waiting", findings: [] });
        expect(down.apps[0].claims.map(({ isKept }) => isKept)).toEqual([true, true, true]);

        const going = told((reading, each) => {
            reading.pods.shift();
            rest("False", "Waiting for ledger-2 to be deleted")(reading, each);
        });
        expect(words(first(going))).toEqual(["waiting going-to-rest: its members are to be stopped: Waiting for ledger-2 to be deleted"]);
        expect(first(going).members.map(({ name }) => name)).toEqual(["ledger-2", "ledger-3"]);
    });

    test.each([
        ["pending", "waiting takeover: another member is about to take over from the primary ledger-1"],
        ["ledger-3", "waiting takeover: ledger-3 is taking over from the primary ledger-1"],
    ])("a takeover is told once: %s", (target, text) => {
        const status = told((reading, each) => {
            Object.assign(each.status ?? {}, { targetPrimary: target, phase: "Failing over", phaseReason: "Initiating a failover" });
            notReady(reading, 0);
        });
        expect(words(first(status))).toEqual([text]);
        expect(memberWords(status)).toEqual([
            "ledger-1 waiting preparing: its volumes, network and image are made ready on node-1, for 90 seconds",
        ]);
    });

    test("commits that wait for too few standbys are told, and not where they don't wait for any", () => {
        const alone = (durability?: string) => (reading: Reading, each: DatabaseCluster) => {
            notReady(reading, 1, 2);
            each.spec.postgresql = durability ? { synchronous: { number: 1, dataDurability: durability } } : undefined;
        };
        expect(words(first(told(alone("required"))))).toEqual([
            "waiting commits-wait: commits wait: each is to be held by 1 of its standbys, and none is ready",
        ]);
        expect(words(first(told(alone("preferred"))))).toEqual([]);
        expect(words(first(told(alone())))).toEqual([]);
        expect(words(first(told((reading) => notReady(reading, 1))))).toEqual([]);
    });

    test("a primary that isn't ready is told, and why nobody takes over", () => {
        const failing = (...indexes: number[]) =>
            words(
                first(
                    told((reading, each) => {
                        notReady(reading, ...indexes);
                        Object.assign(each.status ?? {}, { currentPrimaryFailingSinceTimestamp: ago(20) });
                    }),
                ),
            );
        expect(failing(0)).toEqual(["waiting no-primary: its primary ledger-1 is not ready, for 20 seconds: nothing can be written"]);
        expect(failing(0, 1)).toEqual([
            "waiting no-primary: its primary ledger-1 is not ready, for 20 seconds: nothing can be written; none takes over with 1 of 2 standbys ready: it may lack a commit",
        ]);
    });

    test("a member that is being made says by what, one that is awaited says so, and the others are counted", () => {
        const status = told((reading, each) => {
            each.status = { phase: "Creating a new replica", currentPrimary: `${app}-1`, targetPrimary: `${app}-1` };
            reading.pods = [reading.pods[0], job(2, "join")];
            reading.claims.pop();
        });
        expect(memberWords(status)).toEqual(["ledger-2 waiting filling: its files are being copied from the primary"]);
        expect(words(first(status))).toEqual([
            "waiting commits-wait: commits wait: each is to be held by 1 of its standbys, and none is ready",
            "waiting members-missing: 1 of 3 members are not there yet: they are made one after the other",
        ]);
        const between = told((reading) => {
            const done = job(3, "join");
            done.status.phase = "Succeeded";
            reading.pods = [...reading.pods.slice(0, 2), done];
        });
        expect(memberWords(between)).toEqual(["ledger-3 waiting pod-missing: its pod is not there yet"]);
        const stuck = told((reading) => {
            const waits = { ...pending(3, "0/3 nodes are available: 3 Insufficient memory."), metadata: job(3, "join").metadata };
            reading.pods = [...reading.pods.slice(0, 2), waits];
        });
        expect(first(stuck).members[2].findings).toMatchObject([{ severity: "problem", code: "unschedulable" }]);
    });

    test("one without anything yet waits for its operator", () => {
        const status = told((reading, each) => {
            each.status = undefined as never;
            reading.pods = [];
            reading.claims = [];
        });
        expect(words(first(status))).toEqual([
            "waiting members-missing: 3 of 3 members are not there yet: they are made one after the other",
            "waiting update-unseen: the operator has not taken it up yet",
        ]);
    });

    test.each([
        ["Upgrading cluster", "rolling ledger-2", "waiting updating: an update is under way: rolling ledger-2"],
        [
            "Waiting for the instances to become active",
            "",
            "waiting operator-busy: its operator is at work: Waiting for the instances to become active",
        ],
        ["Not enough disk space", "no room", "problem operator-stuck: its operator can't go on: Not enough disk space: no room"],
        [
            "Cluster is unrecoverable and needs manual intervention",
            "",
            "problem operator-stuck: its operator can't go on: Cluster is unrecoverable and needs manual intervention",
        ],
    ])("what the operator is at: %s", (phase, phaseReason, text) => {
        expect(words(first(told((_, each) => Object.assign(each.status, { phase, phaseReason }))))).toEqual([text]);
    });

    test("the volume of a member that was made anew is the application's", () => {
        const status = told((reading) => {
            const former = volume(1);
            former.metadata.name = "pv-former";
            former.spec.claimRef = { namespace: app, name: "ledger-1", uid: "uid-former" };
            reading.volumes.push({ ...former, status: { phase: "Released" } });
        });
        expect(status.apps[0].retainedVolumes.map(({ name }) => name)).toEqual(["pv-former"]);
        expect(status.retainedVolumes).toEqual([]);
    });

    test("what can't be read is not taken for what isn't there", () => {
        const noPods = told((reading) => {
            reading.notRead.pods = "not allowed";
            reading.pods = [];
        });
        expect(first(noPods)).toMatchObject({ ready: 3, members: [], findings: [{ code: "pods-unknown" }] });
        const noDatabases = told((reading) => {
            reading.notRead.databases = "not allowed";
            reading.databases = [];
        });
        expect(noDatabases).toMatchObject({ state: "unknown", notRead: [{ what: "Clusters of CloudNativePG", reason: "not allowed" }] });
        expect(noDatabases.apps[0].claims.map(({ isKept }) => isKept)).toEqual([false, false, false]);
    });
});

describe("web servers beside a database", () => {
    const files = `${app}-media`;
    const withFiles = (spoil: (reading: Reading, deployment: Reading["deployments"][0]) => void = () => {}) =>
        told((reading) => {
            const volumes = [{ name: "files", persistentVolumeClaim: { claimName: `media-${app}-0` } }];
            const labels = partLabelsOf(app, files);
            reading.deployments.push({
                metadata: metadata(files, { labels, generation: 2 }),
                spec: { replicas: 2, selector: { matchLabels: { "app.kubernetes.io/name": files } }, template: { spec: { volumes } } },
                status: { observedGeneration: 2, readyReplicas: 2, updatedReplicas: 2 },
            });
            for (const suffix of ["b", "a"]) {
                const each = pod(0, "node-1");
                reading.pods.push({ ...each, metadata: metadata(`${files}-${suffix}`, { labels }), spec: { ...each.spec, volumes } });
            }
            reading.volumes.push(volume(0));
            reading.claims.push({ ...claim(0), metadata: metadata(`media-${app}-0`, { labels: labelsOf(app) }) });
            spoil(reading, reading.deployments[0]);
        });
    const second = (status: ReturnType<typeof told>) => status.apps[0].workloads[1];

    test("are part of the application, with their claim in use", () => {
        const status = withFiles();
        expect(status).toMatchObject({ state: "ready", apps: [{ app }] });
        expect(second(status)).toMatchObject({ kind: "Deployment", name: files, asked: 2, ready: 2, findings: [] });
        expect(second(status).members.map(({ name }) => name)).toEqual([`${files}-a`, `${files}-b`]);
        const media = status.apps[0].claims.find(({ name }) => name === `media-${app}-0`);
        expect(media).toMatchObject({ isKept: false, usedBy: [`${files}-b`, `${files}-a`] });
    });

    test("keep their claim when they are gone, or not asked for", () => {
        const kept = (status: ReturnType<typeof told>) => status.apps[0].claims.find(({ name }) => name === `media-${app}-0`)?.isKept;
        expect(kept(withFiles((reading) => reading.deployments.pop()))).toBe(true);
        const none = withFiles((_, each) => {
            each.spec.replicas = 0;
        });
        expect(kept(none)).toBe(true);
        expect(words(second(none))).toEqual(["waiting stopped: no member is asked for (replicas: 0): nothing runs"]);
    });

    test("say what they wait for", () => {
        const said = (spoil: Parameters<typeof withFiles>[0]) => words(second(withFiles(spoil)));
        expect(said((_, each) => Object.assign(each.status ?? {}, { observedGeneration: 1 }))).toEqual([
            "waiting update-unseen: its last change has not been taken up by Kubernetes yet",
        ]);
        expect(said((_, each) => Object.assign(each.status ?? {}, { updatedReplicas: 1 }))).toEqual([
            "waiting updating: an update is under way: 1 of 2 members run the new version",
        ]);
        expect(said((reading) => reading.pods.pop())).toEqual(["waiting members-missing: 1 of 2 members are not there yet"]);
        expect(
            said((reading, each) => {
                reading.pods.pop();
                each.status = { ...each.status, conditions: [condition("ReplicaFailure", "True", { message: "exceeded quota: none" })] };
            }),
        ).toEqual(["problem pod-refused: a pod of it can't be made: exceeded quota: none"]);
        expect(
            said((reading) => {
                reading.notRead.pods = "not allowed";
            }),
        ).toEqual(["note pods-unknown: its pods could not be read"]);
    });
});
