/** Rules about volumes: what a driver can't do, how far a volume reaches, and what it may be bought with. */

import type { Draft } from "../draft";
import { bytesOf, GiB, quantity } from "../quantities";
import { read, remembered, reported } from "../source";
import type { Finding, Rule } from "./rule";

const types = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html";

/** Something asked of a driver that hasn't it. */
function cannot(path: string, what: string, draft: Draft, given: string, allowed: string, fix: string): Finding {
    return { path, message: `${what}, and ${draft.storage.driver.title} can't do that`, given, allowed, fix };
}

/** The first volume that a check finds fault with. */
function ofVolumes(draft: Draft, check: (volume: Draft["volumes"][number]) => Finding | undefined): Finding | undefined {
    for (const volume of draft.volumes) {
        const finding = check(volume);
        if (finding) {
            return finding;
        }
    }
    return undefined;
}

export const storageRules: Rule[] = [
    {
        id: "single-local-copy",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/storage/volumes/#local (a node's volume is gone with the node)", "2026-11"),
        check: (draft) =>
            draft.storage.driver.reach !== "node" || (draft.replicas > 1 && draft.mode.replication !== "none")
                ? undefined
                : {
                      path: "storage.driver",
                      message: `the only copy would lie on one node's disk (${draft.storage.driver.title}): the pod can't move, and losing the node loses the data`,
                      given: draft.storage.driver.name,
                      allowed: "storage that follows the pod, or an engine with replicas",
                      fix: draft.wish.targetName === "eks" ? "storageDriver: ebs-gp3" : "a network driver, e.g. storageDriver: ceph-rbd",
                  },
        lowers: () => "the only copy is on one node's disk: losing the node loses what was written since the last backup",
        lower: (kept) => ({ ...kept, survives: kept.survives.filter((loss) => loss === "pod") }),
    },
    {
        id: "asynchronous-local-copies",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://valkey.io/topics/replication/; https://cloudnative-pg.io/documentation/current/storage/", "2026-11"),
        check: (draft) =>
            draft.storage.driver.reach !== "node" ||
            draft.replicas === 1 ||
            draft.mode.replication !== "asynchronous" ||
            draft.needs.recreatable !== undefined
                ? undefined
                : {
                      path: "storage.driver",
                      message: "a write is acknowledged before another member holds it, and lies on one node's disk until then",
                      given: draft.storage.driver.name,
                      allowed: "storage that outlives the node, or replication by quorum",
                      fix: draft.wish.targetName === "eks" ? "storageDriver: ebs-gp3" : "a network driver, e.g. storageDriver: ceph-rbd",
                  },
        lowers: ({ mode }) => `losing a node loses the last ${mode.failover.rpo} s of acknowledged writes for good`,
    },
    {
        id: "unknown-capabilities",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/storage/storage-classes/", "2026-11"),
        check: ({ storage }) =>
            storage.driver.name !== "existing"
                ? undefined
                : {
                      path: "storage.existingClass",
                      message: `of the class "${storage.existingClass}" nothing but its name is known, so nothing can be promised of it`,
                      given: storage.existingClass ?? "",
                      allowed: "the class together with its driver",
                      fix: `storageClass: ${storage.existingClass} with storageDriver: the driver behind it`,
                  },
        lowers: () => "what the existing class does with the data is its own affair: growth, durability and reach are not promised",
    },
    {
        id: "unencrypted-volume",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://eur-lex.europa.eu/eli/reg/2016/679/oj (GDPR, article 32); PCI DSS 4.0, requirement 3", "2026-11"),
        check: (draft) => {
            const bare = !draft.storage.encrypted
                ? "data"
                : draft.volumes.find(({ driver }) => driver.capabilities.encryption === "none")?.name;
            return !draft.dataClass.encrypted || bare === undefined
                ? undefined
                : {
                      path: "storage.encrypted",
                      message: `${draft.needs.dataClass} data would lie unencrypted on the volume "${bare}"`,
                      given: draft.volumes.find(({ name }) => name === bare)?.driver.name ?? draft.storage.driver.name,
                      allowed:
                          "a driver that encrypts; for disks that are encrypted underneath, describe the driver under `drivers` with encryption: always",
                      fix:
                          draft.storage.driver.capabilities.encryption === "none"
                              ? "storageDriver: one that encrypts (ebs-gp3, ceph-rbd, longhorn)"
                              : "storage.encrypted: true",
                  };
        },
        lowers: ({ needs }) => `${needs.dataClass} data lies unencrypted: whoever holds the disk can read it`,
    },
    {
        id: "encryption-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/storage-classes/ (encryption is the driver's)", "2026-11"),
        check: (draft) =>
            !draft.storage.encrypted || draft.storage.driver.capabilities.encryption !== "none"
                ? undefined
                : cannot(
                      "storage.encrypted",
                      "encrypted volumes were asked for",
                      draft,
                      "true",
                      "false, or a driver that encrypts",
                      "storageDriver: one that encrypts (ebs-gp3, ceph-rbd, longhorn)",
                  ),
    },
    {
        id: "encryption-not-optional",
        severity: "impossible",
        source: remembered("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html", "2026-11"),
        check: (draft) =>
            draft.storage.encrypted || draft.storage.driver.capabilities.encryption !== "always"
                ? undefined
                : cannot(
                      "storage.encrypted",
                      "volumes without encryption were asked for",
                      draft,
                      "false",
                      "true",
                      "storage.encrypted: true",
                  ),
    },
    {
        id: "snapshots-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/volume-snapshots/", "2026-11"),
        check: (draft) =>
            draft.storage.driver.capabilities.snapshots || !(draft.wants.snapshots || draft.backup.method === "snapshot")
                ? undefined
                : cannot(
                      draft.wants.snapshots ? "needs.snapshots" : "backup.method",
                      "snapshots were asked for",
                      draft,
                      draft.wants.snapshots ? "true" : "snapshot",
                      draft.wants.snapshots
                          ? "false, or a driver with snapshots"
                          : draft.mode.methods.filter((method) => method !== "snapshot").join(", "),
                      draft.wants.snapshots ? "storageDriver: one with snapshots (ebs-gp3, ceph-rbd, longhorn)" : "backup.method: stream",
                  ),
    },
    {
        id: "clones-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/volume-pvc-datasource/", "2026-11"),
        check: (draft) =>
            !draft.wants.clones || draft.storage.driver.capabilities.clones
                ? undefined
                : cannot(
                      "needs.clones",
                      "clones were asked for",
                      draft,
                      "true",
                      "false, or a driver with clones",
                      "storageDriver: one with clones (ebs-gp3, ceph-rbd, longhorn)",
                  ),
    },
    {
        id: "expansion-not-available",
        severity: "impossible",
        source: remembered(
            "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
            "2026-11",
        ),
        check: (draft) => {
            const stuck = draft.volumes.find(
                ({ driver, size, ceiling }) => !driver.expansion && (bytesOf(ceiling) ?? 0) > (bytesOf(size) ?? 0),
            );
            const asked = draft.storage.allowExpansion && !draft.storage.driver.expansion && draft.storage.driver.name !== "existing";
            return stuck && stuck.driver.name !== "existing"
                ? {
                      path: `volumes.${stuck.name}.ceiling`,
                      message: `the volume "${stuck.name}" should grow to ${stuck.ceiling}, and ${stuck.driver.title} can't grow a volume`,
                      given: stuck.ceiling,
                      allowed: stuck.size,
                      fix: `a size of ${stuck.ceiling} from the start, or a driver with expansion`,
                  }
                : asked
                  ? cannot(
                        "storage.allowExpansion",
                        "growing volumes were asked for",
                        draft,
                        "true",
                        "false",
                        "storage.allowExpansion: false",
                    )
                  : undefined;
        },
    },
    {
        id: "volume-cannot-grow",
        severity: "unkept",
        inDevelopment: true,
        source: remembered(
            "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
            "2026-11",
        ),
        check: ({ needs, volumes: [data], storage }) =>
            (bytesOf(needs.growth) ?? 0) === 0 || (storage.allowExpansion && (bytesOf(data.ceiling) ?? 0) > (bytesOf(data.size) ?? 0))
                ? undefined
                : {
                      path: "volumes.data.ceiling",
                      message: `${needs.growth} are added in a month, and the volume can't grow beyond its ${data.size}`,
                      given: data.ceiling,
                      allowed: "a ceiling above the size, on a driver with expansion",
                      fix: storage.driver.expansion
                          ? `a smaller size, or a ceiling above ${data.size}`
                          : "a driver with expansion, or needs.growth: 0Gi",
                  },
        lowers: ({ volumes: [data] }) => `the volume stays at ${data.size}: when it is full, its data moves to a larger one by hand`,
    },
    {
        id: "ceiling-below-size",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/ (a claim never shrinks)", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, size, ceiling }) =>
                (bytesOf(ceiling) ?? 0) >= (bytesOf(size) ?? 0)
                    ? undefined
                    : {
                          path: `volumes.${name}.ceiling`,
                          message: `the volume "${name}" begins at ${size} and should end at ${ceiling}; a claim never shrinks`,
                          given: ceiling,
                          allowed: `at least ${size}`,
                          fix: name === "data" ? `ceiling: ${size}` : `volumes.${name}.ceiling: ${size}`,
                      },
            ),
    },
    {
        id: "shared-access-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, accessMode, driver }) =>
                accessMode !== "ReadWriteMany" || driver.capabilities.readWriteMany
                    ? undefined
                    : {
                          path: `volumes.${name}.accessMode`,
                          message: `the volume "${name}" should be mounted on many nodes, and ${driver.title} serves one at a time`,
                          given: "ReadWriteMany",
                          allowed: "ReadWriteOnce, or a file share",
                          fix:
                              name === "data" ? "volumes.data.accessMode: ReadWriteOnce" : `volumes.${name}.driver: efs, cephfs or nfs-csi`,
                      },
            ),
    },
    {
        id: "shared-volume-on-one-node",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, accessMode, shared, driver }) =>
                !shared || accessMode === "ReadWriteMany"
                    ? undefined
                    : {
                          path: `volumes.${name}.accessMode`,
                          message: `${draft.replicas} members share the volume "${name}", and ${driver.title} lets one node mount it`,
                          given: `${accessMode} on ${driver.name}`,
                          allowed: "ReadWriteMany, on a driver that has it",
                          fix: `volumes.${name}.driver: ${draft.wish.targetName === "eks" ? "efs" : "cephfs"}`,
                      },
            ),
        lowers: () => "members that share a volume run on one node: losing it stops all of them",
        lower: (kept) => ({ ...kept, survives: kept.survives.filter((loss) => loss === "pod") }),
    },
    {
        id: "database-on-file-share",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://www.postgresql.org/docs/17/creating-cluster.html#CREATING-CLUSTER-NFS", "2026-11"),
        check: ({ storage, mode }) =>
            !storage.driver.isFileShare || mode.engine === "container"
                ? undefined
                : {
                      path: "storage.driver",
                      message: `${mode.title} would keep its own files on a file share (${storage.driver.title}): every commit waits for the network, and the server must never lie about having written`,
                      given: storage.driver.name,
                      allowed: "block storage",
                      fix: "a block driver, e.g. storageDriver: ebs-gp3 or ceph-rbd",
                  },
        lowers: () => "commits are as fast and as safe as the file server makes them; a power failure there is not covered",
    },
    {
        id: "immediate-binding-of-zonal-disk",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode", "2026-11"),
        check: ({ storage }) =>
            storage.bindingMode !== "Immediate" || storage.driver.reach !== "zone"
                ? undefined
                : {
                      path: "storage.bindingMode",
                      message: `a disk of ${storage.driver.title} lives in one zone; made before its pod is scheduled, it may lie where the pod can't run`,
                      given: "Immediate",
                      allowed: "WaitForFirstConsumer",
                      fix: "storage.bindingMode: WaitForFirstConsumer",
                  },
    },
    {
        id: "immediate-binding-of-local-disk",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode", "2026-11"),
        check: ({ storage }) =>
            storage.bindingMode !== "Immediate" || storage.driver.reach !== "node"
                ? undefined
                : {
                      path: "storage.bindingMode",
                      message: `a volume of ${storage.driver.title} is made before its pod is scheduled: on more than one node it may lie where the pod can't run`,
                      given: "Immediate",
                      allowed: storage.driver.capabilities.delayedBinding ? "WaitForFirstConsumer" : "a driver that waits for the pod",
                      fix: storage.driver.capabilities.delayedBinding
                          ? "storage.bindingMode: WaitForFirstConsumer"
                          : "storageDriver: local-path",
                  },
        lowers: () => "this works on a cluster of one node only",
    },
    {
        id: "reclaim-delete-with-data",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming", "2026-11"),
        check: ({ storage }) =>
            storage.reclaimPolicy === "Retain"
                ? undefined
                : {
                      path: "storage.reclaimPolicy",
                      message: "with Delete, a deleted claim takes its data with it at once",
                      given: storage.reclaimPolicy,
                      allowed: "Retain",
                      fix: "storage.reclaimPolicy: Retain",
                  },
    },
    {
        id: "volume-size-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 1 GiB to 64 TiB; io2: 4 GiB to 64 TiB)`, "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, size, ceiling, driver: { title, limits } }) => {
                const [low, high] = [(limits.minimumGiB ?? 0) * GiB, (limits.maximumGiB ?? Number.POSITIVE_INFINITY) * GiB];
                const wrong =
                    (bytesOf(size) ?? 0) < low || (bytesOf(size) ?? 0) > high
                        ? "size"
                        : (bytesOf(ceiling) ?? 0) > high
                          ? "ceiling"
                          : undefined;
                const given = wrong === "size" ? size : ceiling;
                return wrong === undefined
                    ? undefined
                    : {
                          path: `volumes.${name}.${wrong}`,
                          message: `${given} is no size of a volume of ${title}`,
                          given,
                          allowed: `from ${quantity(Math.max(low, GiB))} to ${quantity(high)}`,
                          fix: `volumes.${name}.${wrong}: ${(bytesOf(given) ?? 0) > high ? quantity(high) : quantity(low)}`,
                      };
            }),
    },
    {
        id: "iops-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 80,000 IOPS, 500 for each GiB; io2: 256,000, 1,000 for each GiB)`, "2026-11"),
        check: ({ storage: { iops, driver }, volumes: [data] }) => {
            const limit = driver.limits.iops;
            if (iops === undefined || !limit) {
                return undefined;
            }
            const gib = (bytesOf(data.size) ?? 0) / GiB;
            const most = Math.max(limit.included, Math.min(limit.maximum, Math.floor(limit.perGiB * gib)));
            return iops >= limit.minimum && iops <= most
                ? undefined
                : {
                      path: "storage.iops",
                      message: `${iops} IOPS can't be had from ${data.size} of ${driver.title}: ${limit.perGiB} for each GiB, ${limit.maximum} in all, ${limit.minimum} at least`,
                      given: String(iops),
                      allowed: `from ${limit.minimum} to ${most}`,
                      fix: `iops: ${Math.min(Math.max(iops, limit.minimum), most)}, or a larger volume`,
                  };
        },
    },
    {
        id: "throughput-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 2,000 MiB/s, 0.25 MiB/s for each IOPS)`, "2026-11"),
        check: ({ storage: { iops, throughputMiB, driver } }) => {
            const limit = driver.limits.throughputMiB;
            if (throughputMiB === undefined || !limit || iops === undefined) {
                return undefined;
            }
            const most = Math.max(limit.included, Math.min(limit.maximum, Math.floor(limit.perIops * iops)));
            return throughputMiB >= limit.minimum && throughputMiB <= most
                ? undefined
                : {
                      path: "storage.throughputMiB",
                      message: `${throughputMiB} MiB/s can't be had with ${iops} IOPS of ${driver.title}: ${limit.perIops} MiB/s for each, ${limit.maximum} in all`,
                      given: String(throughputMiB),
                      allowed: `from ${limit.minimum} to ${most}`,
                      fix: `storage.throughputMiB: ${Math.min(Math.max(throughputMiB, limit.minimum), most)}, or more storage.iops`,
                  };
        },
    },
    {
        id: "load-beyond-driver",
        severity: "impossible",
        source: reported(types, "2026-11"),
        check: ({ storage: { driver, iops, throughputMiB }, needs: { access }, wish }) => {
            const slow =
                iops !== undefined && access.iops > iops && wish.given.has("needs.iops")
                    ? (["needs.iops", access.iops, iops, "IOPS"] as const)
                    : throughputMiB !== undefined && access.throughputMiB > throughputMiB && wish.given.has("needs.throughputMiB")
                      ? (["needs.throughputMiB", access.throughputMiB, throughputMiB, "MiB/s"] as const)
                      : undefined;
            return slow && wish.environment === "production"
                ? {
                      path: slow[0],
                      message: `${slow[1]} ${slow[3]} are needed, and this volume of ${driver.title} gives ${slow[2]}`,
                      given: String(slow[1]),
                      allowed: `up to ${slow[2]} with this volume`,
                      fix: `${slow[0]}: ${slow[2]}, or a larger volume`,
                  }
                : undefined;
        },
    },
    {
        id: "attribute-changes-beyond-limit",
        severity: "impossible",
        source: read(
            "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html (four in a rolling 24 hours)",
            "2026-11",
        ),
        check: ({ storage: { changesPerDay, driver } }) =>
            driver.limits.changesPerDay === undefined || changesPerDay <= driver.limits.changesPerDay
                ? undefined
                : {
                      path: "storage.changesPerDay",
                      message: `${changesPerDay} changes of one volume in a day were asked for, and ${driver.title} takes ${driver.limits.changesPerDay} in any 24 hours`,
                      given: String(changesPerDay),
                      allowed: `from 1 to ${driver.limits.changesPerDay}`,
                      fix: `storage.changesPerDay: ${driver.limits.changesPerDay}`,
                  },
    },
];
