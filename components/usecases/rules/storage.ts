/** Rules about where the data lies: what is lost with a node, what is encrypted, and how a volume comes into being. */

import { remembered } from "../source";
import { cannot } from "./finding";
import type { Rule } from "./rule";

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
                      given: `${draft.storage.encrypted} on ${draft.volumes.find(({ name }) => name === bare)?.driver.name}`,
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
];
