import type { MemberStatus, WorkloadStatus } from "../../../cli/status/model";
import type { ContainerStatus, Pod, Reading } from "../../../cli/status/objects";
import { ago, app, condition, event, metadata, node, pending, pod, stats, status, unbound } from "./status-fixtures";

const workload = (spoil?: (reading: Reading) => void, replicas = 1): WorkloadStatus => status(spoil, replicas).apps[0].workloads[0];
const told = ({ findings }: Pick<MemberStatus, "findings">) => findings.map(({ code, severity, text }) => `${severity} ${code}: ${text}`);

/** The first member's pod, changed. */
const withPod = (change: (made: Pod, reading: Reading) => void) => (reading: Reading) => change(reading.pods[0], reading);

/** The first member's container, not ready and in some state. */
const withContainer = (state: Partial<ContainerStatus>, more: (made: Pod, reading: Reading) => void = () => {}) =>
    withPod((made, reading) => {
        made.status.conditions = [
            condition("PodScheduled"),
            condition("Ready", "False", { message: "containers with unready status: [main]" }),
        ];
        made.status.containerStatuses = [{ name: "main", ready: false, restartCount: 0, ...state }];
        more(made, reading);
    });

const waitingFor = (reason: string, message = "") => withContainer({ state: { waiting: { reason, message } } });

const unschedulable =
    (message: string, more: (made: Pod, reading: Reading) => void = () => {}) =>
    (reading: Reading) => {
        reading.pods[0] = pending(0, message);
        more(reading.pods[0], reading);
    };

const image = "registry.example.org/postgres:17";

test("a healthy workload: its members, ready and where, and nothing to say", () => {
    expect(workload(undefined, 2)).toEqual({
        kind: "StatefulSet",
        name: app,
        asked: 2,
        ready: 2,
        members: [
            { name: "ledger-0", ready: true, node: "node-1", restarts: 0, findings: [] },
            { name: "ledger-1", ready: true, node: "node-1", restarts: 0, findings: [] },
        ],
        findings: [],
    });
});

const waits: [string, (reading: Reading) => void, string][] = [
    [
        "has no pod yet",
        (reading) => {
            reading.pods = [];
        },
        "waiting pod-missing: its pod is not there yet",
    ],
    [
        "has no pod because it is refused",
        (reading) => {
            reading.pods = [];
            const message = 'create Pod ledger-0 in StatefulSet ledger failed error: pods "ledger-0" is forbidden: exceeded quota: small';
            reading.events = [event(app, "FailedCreate", message, 40)];
        },
        'problem pod-refused: its pod can\'t be made (40 seconds ago): pods "ledger-0" is forbidden: exceeded quota: small',
    ],
    ["has not been looked at by the scheduler", unschedulable(""), "waiting scheduling: the scheduler has not chosen a node yet"],
    [
        "is gated",
        (reading) => {
            reading.pods[0] = pending(0, "Scheduling is blocked due to non-empty scheduling gates", "SchedulingGated");
        },
        "waiting scheduling: it is held back by a scheduling gate",
    ],
    [
        "asks for more memory than there is",
        unschedulable(
            "0/1 nodes are available: 1 Insufficient memory. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
            (made) => {
                made.spec.containers[0].resources = { requests: { memory: "640Gi", cpu: "1" } };
            },
        ),
        "problem unschedulable: no node can take it: the one node has too little memory left; it asks for 640Gi of memory",
    ],
    [
        "finds every node unfit for reasons of its own",
        unschedulable(
            "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match PersistentVolume's node affinity, 2 node(s) had untolerated taint(s). preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
            (made, reading) => {
                made.spec.tolerations = [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" }];
                const tainted = (name: string, key: string, effect: string) => ({ ...node(name), spec: { taints: [{ key, effect }] } });
                reading.nodes = [
                    node("node-1"),
                    tainted("node-2", "node.kubernetes.io/unreachable", "NoSchedule"),
                    tainted("node-3", "gpu", "NoSchedule"),
                    tainted("node-4", "node.kubernetes.io/not-ready", "NoExecute"),
                    tainted("node-5", "soft", "PreferNoSchedule"),
                ];
            },
        ),
        "problem unschedulable: no node can take it: of 4 nodes, 1 has too little CPU left, 1 can't reach its volume and node-2 is unreachable and node-3 is tainted gpu",
    ],
    [
        "finds tainted nodes that may not be read",
        unschedulable("0/2 nodes are available: 2 node(s) had untolerated taint(s).", (_, reading) => {
            reading.nodes = [];
            reading.notRead = { nodes: "not allowed" };
        }),
        "problem unschedulable: no node can take it: of 2 nodes, 2 have taints it doesn't tolerate",
    ],
    [
        "is told a reason that isn't known here",
        unschedulable("0/2 nodes are available: 2 Insufficient example.org/gpu, 1 node(s) are odd."),
        "problem unschedulable: no node can take it: of 2 nodes, 2 have too little example.org/gpu left and 1: node(s) are odd",
    ],
    [
        "finds no node at all",
        unschedulable("no nodes available to schedule pods"),
        "problem unschedulable: no node can take it: the cluster has no node",
    ],
    [
        "finds its claim missing",
        unschedulable('0/1 nodes are available: persistentvolumeclaim "data-ledger-0" not found. not found.', (_, reading) => {
            reading.claims = [];
        }),
        "problem unschedulable: no node can take it: its claim data-ledger-0 is not there",
    ],
    [
        "waits for its claim, which says why",
        unschedulable("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", (_, reading) => {
            reading.claims = [unbound(0)];
            reading.classes[0].volumeBindingMode = "Immediate";
            reading.events = [event("data-ledger-0", "ProvisioningFailed", "rpc error: code = ResourceExhausted desc = full", 10)];
        }),
        "waiting waiting-for-claim: it waits for its claim data-ledger-0: its volume can't be made (10 seconds ago): the storage has no room for it: full",
    ],
    [
        "has its volume made ready",
        withPod((made) => {
            made.status = { phase: "Pending", conditions: [condition("PodScheduled")] };
        }),
        "waiting preparing: its volumes, network and image are made ready on node-1, for 90 seconds",
    ],
    [
        "can't mount its volume",
        withPod((made, reading) => {
            made.status = {
                phase: "Pending",
                conditions: [condition("PodScheduled")],
                containerStatuses: [{ name: "main", ready: false, restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } }],
            };
            reading.events = [
                event(
                    "ledger-0",
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "pv-0" : rpc error: code = Internal desc = no such device',
                    30,
                ),
            ];
        }),
        "problem mount-failed: a volume of it can't be mounted (30 seconds ago): the driver failed: no such device",
    ],
    [
        "can't have its volume attached: another node has it",
        withPod((made, reading) => {
            made.status = { phase: "Pending", conditions: [condition("PodScheduled")] };
            reading.events = [
                event(
                    "ledger-0",
                    "FailedAttachVolume",
                    'Multi-Attach error for volume "pv-0" Volume is already exclusively attached to one node',
                    30,
                ),
            ];
        }),
        "problem mount-failed: a volume of it can't be attached to its node (30 seconds ago): it is still in use on another node",
    ],
    [
        "gets no network",
        withPod((made, reading) => {
            made.status = { phase: "Pending", conditions: [condition("PodScheduled")] };
            reading.events = [event("ledger-0", "FailedCreatePodSandBox", "Failed to create pod sandbox: plugin bridge is missing", 30)];
        }),
        "waiting preparing: its network could not be made (30 seconds ago): Failed to create pod sandbox: plugin bridge is missing",
    ],
    [
        "has an image that isn't there",
        waitingFor("ErrImagePull", `failed to resolve reference "${image}": not found`),
        `problem image-pull: the image ${image} can't be pulled: there is no such image or tag`,
    ],
    [
        "has an image of a registry that can't be reached",
        waitingFor("ErrImagePull", "dial tcp: lookup registry.example.org: no such host"),
        `problem image-pull: the image ${image} can't be pulled: its registry can't be reached`,
    ],
    [
        "has a private image",
        waitingFor("ImagePullBackOff", "pull access denied, repository does not exist or may require authorization: authorization failed"),
        `problem image-pull: the image ${image} can't be pulled: its registry refuses: the image is private, or not there`,
    ],
    [
        "pulls too often",
        waitingFor("ErrImagePull", "429 Too Many Requests: toomanyrequests"),
        `problem image-pull: the image ${image} can't be pulled: its registry allows no more pulls for now`,
    ],
    ["has an image that isn't one", waitingFor("InvalidImageName"), `problem image-pull: "${image}" is not the name of an image`],
    [
        "may not pull",
        waitingFor("ErrImageNeverPull"),
        `problem image-pull: the image ${image} is not on the node, and its policy forbids pulling it`,
    ],
    [
        "has an image whose reason is in an event",
        withContainer(
            { state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } } },
            (_, reading) => {
                reading.events = [
                    event("ledger-0", "Failed", "Error: ImagePullBackOff", 5),
                    event(
                        "ledger-0",
                        "Failed",
                        "Failed to pull image: failed to do request: dial tcp 10.0.0.1:443: connect: connection refused",
                        4,
                    ),
                ];
            },
        ),
        `problem image-pull: the image ${image} can't be pulled: its registry can't be reached`,
    ],
    [
        "crashes again and again",
        withContainer({
            restartCount: 5,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: {
                terminated: { exitCode: 1, reason: "Error", message: "starting\nno space left on device\n", finishedAt: ago(40) },
            },
        }),
        "problem crash-loop: it ends again and again (5 times restarted): the last time it ended with exit code 1 (40 seconds ago): no space left on device",
    ],
    [
        "runs out of memory again and again",
        withContainer(
            {
                restartCount: 1,
                state: { waiting: { reason: "CrashLoopBackOff" } },
                lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: ago(40) } },
            },
            (made) => {
                made.spec.containers[0].resources = { limits: { memory: "256Mi" } };
            },
        ),
        "problem crash-loop: it ends again and again (once restarted): the last time it was killed for using more memory than its limit of 256Mi (40 seconds ago)",
    ],
    [
        "was killed and has just ended",
        withContainer({ state: { terminated: { exitCode: 137, reason: "Error", finishedAt: ago(2) } } }),
        "waiting restarting: it was ended by signal 9 (killed) (2 seconds ago), and is about to be started again",
    ],
    [
        "lacks a Secret",
        waitingFor("CreateContainerConfigError", 'secret "ledger-password" not found'),
        'problem cannot-start: it can\'t be started: secret "ledger-password" not found',
    ],
    [
        "has an init container that fails",
        withPod((made) => {
            made.spec.initContainers = [{ name: "restore", image }];
            made.status.conditions = [condition("PodScheduled"), condition("Ready", "False")];
            made.status.initContainerStatuses = [
                {
                    name: "restore",
                    ready: false,
                    restartCount: 3,
                    state: { waiting: { reason: "CrashLoopBackOff" } },
                    lastState: { terminated: { exitCode: 2, finishedAt: ago(40) } },
                },
            ];
            made.status.containerStatuses = [
                { name: "main", ready: false, restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
            ];
        }),
        "problem crash-loop: its container restore ends again and again (3 times restarted): the last time it ended with exit code 2 (40 seconds ago)",
    ],
    [
        "is starting",
        withContainer({ started: false, state: { running: { startedAt: ago(30) } } }, (_, reading) => {
            reading.events = [event("ledger-0", "Unhealthy", "Startup probe failed: /run/postgres - no response\n", 5)];
        }),
        "waiting starting: it is starting: its startup probe has not said yes (/run/postgres - no response)",
    ],
    [
        "is running and not ready, says its probe",
        withContainer(
            {
                started: true,
                restartCount: 1,
                state: { running: { startedAt: ago(300) } },
                lastState: { terminated: { exitCode: 1, finishedAt: ago(301) } },
            },
            (_, reading) => {
                reading.events = [event("ledger-0", "Unhealthy", "Readiness probe failed: connection refused", 5)];
            },
        ),
        "waiting not-ready: it has been running for 5 minutes, and its readiness probe says no: connection refused; before that it ended with exit code 1 (5 minutes ago)",
    ],
    [
        "is running and not ready, and what its probe said was before this start",
        withContainer({ started: true, state: { running: { startedAt: ago(10) } } }, (_, reading) => {
            reading.events = [event("ledger-0", "Unhealthy", "Readiness probe failed: connection refused", 50)];
        }),
        "waiting not-ready: it has been running for 10 seconds, and its readiness probe says no",
    ],
    [
        "waits for a readiness gate",
        withPod((made) => {
            made.status.conditions = [
                condition("PodScheduled"),
                condition("Ready", "False", {
                    reason: "ReadinessGatesNotReady",
                    message: 'the status of pod readiness gate "example" is not True',
                }),
            ];
        }),
        'waiting not-ready: it is not ready: the status of pod readiness gate "example" is not True',
    ],
    [
        "is on a node that is unreachable, though it was ready",
        (reading) => {
            reading.nodes = [node("node-1", condition("Ready", "Unknown", { lastTransitionTime: ago(180) }))];
        },
        "problem node-unreachable: its node node-1 is unreachable, for 3 minutes",
    ],
    [
        "is given up with its node",
        withPod((made, reading) => {
            made.metadata.deletionTimestamp = ago(10);
            reading.nodes = [node("node-1", condition("Ready", "Unknown", { lastTransitionTime: ago(180) }))];
        }),
        "problem node-unreachable: its node node-1 is unreachable, for 3 minutes; it is started elsewhere once that node is back, deleted or declared out of service",
    ],
    [
        "is on a node that isn't ready",
        (reading) => {
            reading.nodes = [
                node("node-1", condition("Ready", "False", { lastTransitionTime: ago(60), message: "container runtime is down" })),
            ];
        },
        "problem node-unreachable: its node node-1 is not ready, for 60 seconds: container runtime is down",
    ],
    [
        "is on a node that was deleted",
        (reading) => {
            reading.nodes = [];
        },
        "problem node-unreachable: its node node-1 is gone from the cluster",
    ],
    [
        "is being stopped",
        withPod((made) => {
            made.metadata.deletionTimestamp = ago(-100);
            made.metadata.deletionGracePeriodSeconds = 120;
        }),
        "waiting stopping: it is being stopped, and may take 120 seconds",
    ],
    [
        "should have stopped",
        withPod((made) => {
            made.metadata.deletionTimestamp = ago(300);
        }),
        "problem stopping: it should have stopped 5 minutes ago and has not",
    ],
    [
        "was evicted",
        withPod((made) => {
            made.status = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." };
        }),
        "problem ended: it has ended (Evicted): The node was low on resource: memory",
    ],
];

test.each(waits)("a member that %s", (_, spoil, words) => {
    const { members, ready } = workload(spoil);
    expect(members).toHaveLength(1);
    expect(told(members[0])).toEqual([words]);
    expect([ready, members[0].ready]).toEqual([0, false]);
    expect(status(spoil).state).not.toBe("ready");
});

test("a container is named where there are several", () => {
    const { members } = workload(
        withContainer({}, (made) => {
            made.spec.containers.push({ name: "metrics", image: "metrics:1" });
            made.status.containerStatuses?.push({
                name: "metrics",
                ready: false,
                restartCount: 0,
                state: { waiting: { reason: "ErrImagePull", message: "not found" } },
            });
            made.status.containerStatuses?.splice(0, 1, { name: "main", ready: true, restartCount: 2, state: { running: {} } });
        }),
    );
    expect(told(members[0])).toEqual(["problem image-pull: the image metrics:1 can't be pulled: there is no such image or tag"]);
    expect(members[0].restarts).toBe(2);
});

test("an init container that did its work is not waited for", () => {
    const { members } = workload(
        withPod((made) => {
            made.spec.initContainers = [{ name: "restore", image }];
            made.status.initContainerStatuses = [{ name: "restore", ready: true, restartCount: 2, state: { terminated: { exitCode: 0 } } }];
        }),
    );
    expect(members[0]).toMatchObject({ ready: true, findings: [] });
});

describe("members one after the other", () => {
    const second = (reading: Reading) => {
        reading.pods = [reading.pods[0]];
        reading.pods[0].status.conditions = [condition("PodScheduled"), condition("Ready", "False")];
        reading.pods[0].status.containerStatuses = [
            { name: "main", ready: false, restartCount: 0, state: { waiting: { reason: "ErrImagePull", message: "not found" } } },
        ];
    };

    test("the later ones wait for the first that isn't ready", () => {
        const { members, ready } = workload(second, 3);
        expect(ready).toBe(0);
        expect(members.map(({ name }) => name)).toEqual(["ledger-0", "ledger-1", "ledger-2"]);
        const wait = "waiting waiting-for-member: it waits for ledger-0: members are started one after the other";
        expect([told(members[1]), told(members[2])]).toEqual([[wait], [wait]]);
    });

    test("started in parallel, nobody waits for another", () => {
        const { members } = workload((reading) => {
            second(reading);
            reading.statefulsets[0].spec.podManagementPolicy = "Parallel";
        }, 2);
        expect(told(members[1])).toEqual(["waiting pod-missing: its pod is not there yet"]);
    });
});

describe("an update", () => {
    const old =
        (...ordinals: number[]) =>
        (reading: Reading) => {
            for (const ordinal of ordinals)
                reading.pods[ordinal].metadata.labels = { ...metadata("").labels, "controller-revision-hash": "r1" };
        };

    test("that has not been taken up yet", () => {
        const spoil = (reading: Reading) => {
            reading.statefulsets[0].metadata.generation = 4;
        };
        expect(told(workload(spoil))).toEqual(["waiting update-unseen: its last change has not been taken up by Kubernetes yet"]);
        expect(status(spoil).state).toBe("waiting");
    });

    test("is under way, and goes on when the member it is at is ready", () => {
        const spoil = (reading: Reading) => {
            old(0, 1)(reading);
            withContainer({ started: true, state: { running: { startedAt: ago(5) } } })({ ...reading, pods: [reading.pods[2]] });
        };
        expect(told(workload(spoil, 3))).toEqual([
            "waiting updating: an update is under way: ledger-0 and ledger-1 run the earlier version; the update goes on when ledger-2 is ready",
        ]);
    });

    test("is held back by a partition", () => {
        const spoil = (reading: Reading) => {
            old(0, 1)(reading);
            reading.statefulsets[0].spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
        };
        const { ready, asked, findings } = workload(spoil, 3);
        expect([ready, asked]).toEqual([3, 3]);
        expect(told({ findings })).toEqual([
            "waiting held-back: ledger-0 and ledger-1 run the earlier version: an update is held back by the partition 2, until that is lowered",
        ]);
        expect(status(spoil, 3).state).toBe("waiting");
    });

    test("is nobody's business where a partition is set and there is none", () => {
        const spoil = (reading: Reading) => {
            reading.statefulsets[0].spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
        };
        expect(status(spoil, 3).state).toBe("ready");
    });

    test("is done by hand", () => {
        const spoil = (reading: Reading) => {
            old(0)(reading);
            reading.statefulsets[0].spec.updateStrategy = { type: "OnDelete" };
        };
        expect(told(workload(spoil))).toEqual([
            "waiting update-by-hand: ledger-0 runs the earlier version until deleted by hand: the update strategy is OnDelete",
        ]);
    });
});

test("a member counts after as long as the StatefulSet wants it ready", () => {
    const settling = (seconds: number) =>
        told(
            workload((reading) => {
                reading.statefulsets[0].spec.minReadySeconds = seconds;
            }).members[0],
        );
    expect(settling(120)).toEqual(["waiting settling: it has been ready for 90 seconds, and is counted on after 120 seconds"]);
    expect(settling(60)).toEqual([]);
});

test("a member that goes is shown until it is gone, and isn't counted", () => {
    const { members, asked, ready } = workload((reading) => {
        reading.statefulsets[0].spec.replicas = 1;
        reading.pods[1].metadata.deletionTimestamp = ago(-20);
        reading.stats = { "node-1": stats(0) };
    }, 2);
    expect([asked, ready]).toEqual([1, 1]);
    expect(members[1].name).toBe("ledger-1");
    expect(told(members[1])).toEqual([
        "waiting leaving: it is no longer asked for, and is still there",
        "waiting stopping: it is being stopped, and may take 30 seconds",
    ]);
});

test("nothing asked for is not ready: nothing runs", () => {
    const spoil = (reading: Reading) => {
        reading.statefulsets[0].spec.replicas = 0;
        reading.pods = [];
    };
    expect(told(workload(spoil))).toEqual(["waiting stopped: no member is asked for (replicas: 0): nothing runs"]);
    expect(status(spoil).state).toBe("waiting");
});

test("pods of a neighbour whose name begins alike are not members", () => {
    const { members } = workload((reading) => {
        reading.pods.push(pod(0), pod(0));
        reading.pods[1].metadata = metadata("ledger-archive-0");
        reading.pods[2].metadata = { ...metadata("ledger-0"), namespace: "web" };
    });
    expect(members).toHaveLength(1);
});
