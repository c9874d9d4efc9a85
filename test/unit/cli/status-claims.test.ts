import type { ClaimStatus } from "../../../cli/status/model";
import type { Reading } from "../../../cli/status/objects";
import { ago, app, claim, condition, event, metadata, pending, pod, status, storageClass, unbound, volume } from "./status-fixtures";

const name = `data-${app}-0`;
const claimAfter = (spoil?: (reading: Reading) => void, replicas = 1): ClaimStatus => status(spoil, replicas).apps[0].claims[0];
const told = ({ findings }: ClaimStatus) => findings.map(({ code, severity, text }) => `${severity} ${code}: ${text}`);

/** Puts a claim without a volume in the place of the first one, with its pod waiting or gone. */
const withUnbound =
    (change: (made: ReturnType<typeof unbound>, reading: Reading) => void, hasPod = true) =>
    (reading: Reading) => {
        const made = unbound(0);
        reading.claims[0] = made;
        reading.volumes = [];
        reading.pods = hasPod ? [pending(0, "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.")] : [];
        change(made, reading);
    };

const growing = (change: (made: ReturnType<typeof claim>, reading: Reading) => void) => (reading: Reading) => {
    const made = claim(0);
    made.spec.resources = { requests: { storage: "20Gi" } };
    reading.claims[0] = made;
    change(made, reading);
};

const reclassed = (change: (made: ReturnType<typeof claim>, reading: Reading) => void) => (reading: Reading) => {
    const made = claim(0);
    made.spec.volumeAttributesClassName = "fast";
    made.status.currentVolumeAttributesClassName = "slow";
    reading.claims[0] = made;
    change(made, reading);
};

test("a healthy claim: class, sizes, what is used, volume, node, pods, and nothing to say", () => {
    expect(claimAfter()).toEqual({
        name,
        phase: "Bound",
        class: "ledger-3f9c1a",
        asked: "10Gi",
        capacity: "10Gi",
        usedBytes: 3 * 2 ** 30,
        usedOfBytes: 10 * 2 ** 30,
        usedAt: ago(20),
        volume: "pv-0",
        node: "node-1",
        usedBy: ["ledger-0"],
        isKept: false,
        lastSnapshot: "none",
        findings: [],
    });
});

const conditions: [string, (reading: Reading) => void, string][] = [
    [
        "waits for a consumer",
        withUnbound(() => {}, false),
        "waiting waiting-for-consumer: it waits for a consumer: its volume is made when a pod uses it for the first time",
    ],
    [
        "waits for its pod to get a node",
        withUnbound(() => {}),
        "waiting waiting-for-consumer: it waits for its pod ledger-0 to get a node: its volume is made there",
    ],
    [
        "is being provisioned for a chosen node, from a snapshot",
        withUnbound((made) => {
            made.metadata.annotations = { "volume.kubernetes.io/selected-node": "node-1" };
            made.spec.dataSource = { kind: "VolumeSnapshot", name: "before" };
        }),
        "waiting provisioning: its volume is being made for node-1 by pool.csi.sandbox.holdfast, with the data of the snapshot before",
    ],
    [
        "is being provisioned at once",
        withUnbound((_, reading) => {
            reading.classes[0].volumeBindingMode = "Immediate";
        }, false),
        "waiting provisioning: its volume is being made by pool.csi.sandbox.holdfast",
    ],
    [
        "could not be provisioned",
        withUnbound((_, reading) => {
            const message =
                'failed to provision volume with StorageClass "ledger-3f9c1a": rpc error: code = ResourceExhausted desc = the pool has 2Gi left';
            reading.events = [event(name, "ProvisioningFailed", "an older one", 900), event(name, "ProvisioningFailed", message, 130)];
        }),
        "problem provisioning-failed: its volume can't be made (2 minutes ago): the storage has no room for it: the pool has 2Gi left",
    ],
    [
        "names a class that isn't there",
        withUnbound((_, reading) => {
            reading.classes = [];
        }),
        "problem class-missing: its StorageClass ledger-3f9c1a is not in the cluster",
    ],
    [
        "names no class, and there is no default one",
        withUnbound((made) => {
            delete made.spec.storageClassName;
        }),
        "problem class-missing: it names no StorageClass, and the cluster has no default one",
    ],
    [
        "needs a volume that somebody makes by hand",
        withUnbound((_, reading) => {
            reading.classes[0].provisioner = "kubernetes.io/no-provisioner";
        }),
        "waiting no-volume: it waits for a PersistentVolume that fits: none is made for its class, somebody has to make one",
    ],
    [
        "asks for a volume by name that isn't there",
        withUnbound((made) => {
            made.spec.volumeName = "pv-9";
        }),
        "problem volume-missing: it asks for the volume pv-9, which is not in the cluster",
    ],
    [
        "asks for a volume that an earlier claim of its name had",
        withUnbound((made, reading) => {
            made.spec.volumeName = "pv-0";
            reading.volumes = [{ ...volume(0), spec: { ...volume(0).spec, claimRef: { namespace: app, name, uid: "earlier" } } }];
        }),
        "problem volume-taken: it asks for the volume pv-0, which belongs to an earlier claim of this name: its claimRef has to be cleared before it can be bound again",
    ],
    [
        "asks for a volume of another claim's",
        withUnbound((made, reading) => {
            made.spec.volumeName = "pv-0";
            reading.volumes = [{ ...volume(0), spec: { ...volume(0).spec, claimRef: { namespace: "web", name: "files", uid: "other" } } }];
        }),
        "problem volume-taken: it asks for the volume pv-0, which belongs to the claim web/files",
    ],
    [
        "is about to be bound to the volume it asks for",
        withUnbound((made, reading) => {
            made.spec.volumeName = "pv-0";
            reading.volumes = [volume(0)];
        }),
        "waiting binding: it waits to be bound to the volume pv-0",
    ],
    [
        "is lost: the volume is gone",
        (reading) => {
            reading.claims[0].status = { phase: "Lost" };
            reading.volumes = [];
        },
        "problem lost: it is lost: its volume pv-0 is gone from the cluster. The data is no longer where this claim looks for it",
    ],
    [
        "has lost its volume behind its back",
        (reading) => {
            reading.volumes = [];
        },
        "problem volume-missing: its volume pv-0 is gone from the cluster",
    ],
    [
        "has a volume that failed",
        (reading) => {
            reading.volumes[0].status = { phase: "Failed", message: "disk is dead" };
        },
        "problem volume-failed: its volume pv-0 has failed: disk is dead",
    ],
    [
        "has a volume that was released",
        (reading) => {
            reading.volumes[0].status = { phase: "Released" };
            reading.volumes[0].spec.claimRef = { namespace: app, name, uid: `uid-${name}` };
        },
        "problem volume-released: its volume pv-0 is released: it belonged to an earlier claim of this name: its claimRef has to be cleared before it can be bound again",
    ],
    [
        "has a volume that is marked for deletion",
        (reading) => {
            reading.volumes[0].metadata.deletionTimestamp = ago(5);
        },
        "problem volume-deleting: its volume pv-0 is marked for deletion, which happens as soon as the claim is gone",
    ],
    ["is to grow, and that has not begun", growing(() => {}), "waiting resize-pending: growth to 20Gi is asked for, and has not begun"],
    [
        "is to grow, and its class doesn't allow it",
        growing((_, reading) => {
            reading.classes[0].allowVolumeExpansion = false;
        }),
        "problem resize-pending: growth to 20Gi is asked for, and its StorageClass ledger-3f9c1a doesn't allow it (allowVolumeExpansion)",
    ],
    [
        "is growing",
        growing((made) => {
            made.status.conditions = [condition("Resizing")];
        }),
        "waiting resizing: growth to 20Gi is under way: the driver makes the volume larger",
    ],
    [
        "needs its file system resized",
        growing((made) => {
            made.status.conditions = [condition("FileSystemResizePending")];
        }),
        "waiting file-system-resize-needed: growth to 20Gi: the volume is larger, and its file system grows while a pod has it mounted",
    ],
    [
        "can't grow, says the driver",
        growing((made) => {
            made.status.conditions = [
                condition("Resizing"),
                condition("ControllerResizeError", "True", { message: "rpc error: code = OutOfRange desc = 16Gi at most" }),
            ];
            made.status.allocatedResourceStatuses = { storage: "ControllerResizeInfeasible" };
        }),
        "problem resize-failed: growth to 20Gi failed: the driver doesn't have that size: 16Gi at most; it stays at 10Gi",
    ],
    [
        "can't grow, says an event",
        growing((made, reading) => {
            made.status.conditions = [condition("Resizing", "True", { lastTransitionTime: ago(90) })];
            reading.events = [
                event(
                    name,
                    "VolumeResizeFailed",
                    'resize volume "pv-0" by resizer "pool" failed: rpc error: code = Internal desc = no',
                    30,
                ),
            ];
        }),
        "problem resize-failed: growth to 20Gi failed (30 seconds ago): the driver failed: no; it stays at 10Gi",
    ],
    [
        "is growing again after a failure that is past",
        growing((made, reading) => {
            made.status.conditions = [condition("Resizing", "True", { lastTransitionTime: ago(10) })];
            reading.events = [event(name, "VolumeResizeFailed", "rpc error: code = Internal desc = no", 300)];
        }),
        "waiting resizing: growth to 20Gi is under way: the driver makes the volume larger",
    ],
    [
        "is to get other attributes",
        reclassed(() => {}),
        "waiting attributes-pending: the change of its attributes from slow to fast is asked for, and has not begun",
    ],
    [
        "is getting other attributes",
        reclassed((made) => {
            made.status.modifyVolumeStatus = { targetVolumeAttributesClassName: "fast", status: "InProgress" };
        }),
        "waiting attributes-changing: the change of its attributes from slow to fast is under way",
    ],
    [
        "is getting other attributes, and that fails",
        reclassed((made) => {
            made.status.modifyVolumeStatus = { status: "InProgress" };
            made.status.conditions = [
                condition("ModifyVolumeError", "True", { message: "rpc error: code = Unavailable desc = try later" }),
            ];
        }),
        "problem attributes-failed: the change of its attributes from slow to fast fails, and is tried again: the driver or its storage can't be reached: try later",
    ],
    [
        "is refused other attributes",
        reclassed((made, reading) => {
            made.status.modifyVolumeStatus = { status: "Infeasible" };
            reading.events = [event(name, "VolumeModifyFailed", "rpc error: code = InvalidArgument desc = iops is not a number")];
        }),
        "problem attributes-failed: the change of its attributes from slow to fast is refused: the driver refuses what is asked: iops is not a number",
    ],
    [
        "asks for attributes that don't exist",
        reclassed((made) => {
            made.status.modifyVolumeStatus = { status: "Pending" };
        }),
        "problem attributes-pending: the change of its attributes from slow to fast can't begin: the VolumeAttributesClass fast is not in the cluster",
    ],
    [
        "is being deleted while it is in use",
        (reading) => {
            reading.claims[0].metadata.deletionTimestamp = ago(5);
        },
        "problem deleting: it is being deleted, and goes as soon as no pod uses it (ledger-0)",
    ],
    [
        "has a class that was deleted",
        (reading) => {
            reading.classes = [];
        },
        "note class-missing: its StorageClass ledger-3f9c1a is not in the cluster: it can't grow",
    ],
];

test.each(conditions)("a claim that %s", (_, spoil, words) => {
    const made = claimAfter(spoil);
    expect(told(made)).toEqual([words]);
    const [severity] = words.split(" ");
    expect(status(spoil).apps[0].state === "ready").toBe(severity === "note");
});

test("attributes that are as asked need no word", () => {
    const spoil = reclassed((made) => {
        made.status.currentVolumeAttributesClassName = "fast";
    });
    expect(claimAfter(spoil).findings).toEqual([]);
});

test("what can't be read is not said to be missing", () => {
    const blind = claimAfter((reading) => {
        reading.volumes = [];
        reading.classes = [];
        reading.notRead = { volumes: "not allowed", classes: "not allowed" };
    });
    expect(blind.findings).toEqual([]);
});

describe("what is used", () => {
    const unknown = (spoil: (reading: Reading) => void) => {
        const { usedBytes, usedOfBytes, usedNote } = claimAfter(spoil);
        expect([usedBytes, usedOfBytes]).toEqual(["unknown", "unknown"]);
        return usedNote;
    };

    test("is unknown with the reason: no volume, no pod, a driver that doesn't measure, a kubelet that doesn't answer", () => {
        expect(unknown(withUnbound(() => {}))).toBe("it has no volume yet");
        expect(
            unknown((reading) => {
                reading.pods = [];
            }),
        ).toBe("no pod on a node uses it; the kubelet measures only what is mounted");
        expect(
            unknown((reading) => {
                reading.stats = { "node-1": {} };
                reading.volumes[0].spec.hostPath = {};
            }),
        ).toBe("its driver doesn't measure it (a folder of the node's own disk)");
        expect(
            unknown((reading) => {
                reading.stats = { "node-1": {} };
            }),
        ).toBe("node-1 has not measured it yet, or its driver doesn't tell");
        expect(
            unknown((reading) => {
                reading.stats = { "node-1": { reason: "node-1 may not be asked" } };
            }),
        ).toBe("node-1 may not be asked");
    });

    test("counts a shared file system's as what it is", () => {
        const made = claimAfter((reading) => {
            const kubelet = reading.stats["node-1"] as { pods: { volume: { capacityBytes: number }[] }[] };
            kubelet.pods[0].volume[0].capacityBytes = 100 * 2 ** 30;
        });
        expect(made.usedNote).toBe("of the file system of 100Gi that it shares with others");
    });
});

describe("snapshots", () => {
    const snapshot = (of: string, secondsAgo: number, more: object = { readyToUse: true }, source = name) => ({
        metadata: { name: of, namespace: app, creationTimestamp: ago(secondsAgo) },
        spec: { source: { persistentVolumeClaimName: source } },
        status: { creationTime: ago(secondsAgo), ...more },
    });

    test("the newest of the claim's own that can be restored is the last one", () => {
        const { lastSnapshot, findings } = claimAfter((reading) => {
            reading.snapshots = [
                snapshot("older", 7200),
                snapshot("newer", 3600),
                snapshot("being-made", 5, { readyToUse: false }),
                snapshot("elsewhere", 10, { readyToUse: true }, "data-other-0"),
                { ...snapshot("namesake", 10), metadata: { name: "namesake", namespace: "web" } },
            ];
        });
        expect(lastSnapshot).toEqual({ name: "newer", takenAt: ago(3600), ageSeconds: 3600 });
        expect(findings).toEqual([]);
    });

    test("a newer one that failed is told, and leaves the claim ready", () => {
        const spoil = (reading: Reading) => {
            reading.snapshots = [snapshot("older", 7200), snapshot("newer", 60, { readyToUse: false, error: { message: "no room" } })];
        };
        expect(told(claimAfter(spoil))).toEqual(["note snapshot-failed: the snapshot newer failed: no room"]);
        expect(status(spoil).state).toBe("ready");
    });

    test("none is not the same as unknown", () => {
        expect(claimAfter().lastSnapshot).toBe("none");
        const blind = claimAfter((reading) => {
            reading.notRead = { snapshots: "not allowed" };
        });
        expect(blind.lastSnapshot).toBe("unknown");
    });
});

describe("claims of members that don't run", () => {
    test("are kept by scale-in, wait for nobody, and leave the application ready", () => {
        const { apps } = status((reading) => {
            reading.statefulsets[0].spec.replicas = 1;
            reading.pods = [pod(0)];
            reading.claims = [claim(0), claim(1), unbound(2)];
            reading.volumes = [volume(0), volume(1)];
        }, 3);
        expect(apps[0].claims.map(({ name, isKept }) => [name, isKept])).toEqual([
            ["data-ledger-0", false],
            ["data-ledger-1", true],
            ["data-ledger-2", true],
        ]);
        const kept = "note kept: no member runs that it belongs to: it is kept with its data";
        expect(told(apps[0].claims[1])).toEqual([kept]);
        expect(told(apps[0].claims[2])).toEqual([
            "note waiting-for-consumer: it waits for a consumer: its volume is made when a pod uses it for the first time",
            kept,
        ]);
        expect(apps[0].state).toBe("ready");
    });

    test("a claim of the application's with another kind of name is not one of them", () => {
        const { apps } = status((reading) => {
            reading.claims.push({ ...claim(0), metadata: metadata("restored") });
        });
        expect(apps[0].claims.map(({ name, isKept }) => [name, isKept])).toEqual([
            ["data-ledger-0", false],
            ["restored", false],
        ]);
    });

    test("numbers begin where the StatefulSet's do", () => {
        const { apps } = status((reading) => {
            reading.statefulsets[0].spec = { ...reading.statefulsets[0].spec, replicas: 1, ordinals: { start: 1 } };
            reading.claims = [claim(0), claim(1)];
            reading.volumes = [volume(0), volume(1)];
            reading.pods = [pod(1)];
        });
        expect(apps[0].claims.map(({ isKept }) => isKept)).toEqual([true, false]);
    });
});

describe("old classes", () => {
    const two = (reading: Reading) => {
        reading.claims = [claim(0), claim(1, "ledger-aaaaaa")];
        reading.classes.push(
            storageClass("ledger-aaaaaa", {
                metadata: { ...storageClass("").metadata, name: "ledger-aaaaaa", creationTimestamp: ago(60) },
            }),
        );
    };

    test("a claim on a class that a newer one took the place of is named, and stays ready", () => {
        const { oldClasses, state } = status(two, 2).apps[0];
        expect(oldClasses).toEqual([{ name: "ledger-3f9c1a", current: "ledger-aaaaaa", claims: ["data-ledger-0"] }]);
        expect(state).toBe("ready");
    });

    test("the class of the program counts more than the newest one", () => {
        const { oldClasses } = status(two, 2, { currentClasses: ["web-aaaaaa", "ledger-3f9c1a"] }).apps[0];
        expect(oldClasses).toEqual([{ name: "ledger-aaaaaa", current: "ledger-3f9c1a", claims: ["data-ledger-1"] }]);
        const not = status(two, 2, { currentClasses: ["ledger-bbbbbb"] }).apps[0];
        expect(not.oldClasses.map(({ name, current }) => [name, current])).toEqual([
            ["ledger-3f9c1a", "ledger-bbbbbb"],
            ["ledger-aaaaaa", "ledger-bbbbbb"],
        ]);
    });

    test("classes of other names, of others, and one that is alone are not old", () => {
        expect(status().apps[0].oldClasses).toEqual([]);
        const others = status((reading) => {
            reading.claims = [claim(0), claim(1, "standard")];
            reading.classes.push(storageClass("web-aaaaaa"), storageClass("standard"));
            reading.classes.push({ ...storageClass("ledger-cccccc"), metadata: { name: "ledger-cccccc", creationTimestamp: ago(1) } });
        }, 2);
        expect(others.apps[0].oldClasses).toEqual([]);
    });
});
