/** How volumes are made, and what becomes of them. */

import { efsEncryption, protectionAtRest, rdsEncryption } from "../controls";
import type { Finding, ResourceGuardrail, Thing } from "../guardrail";
import { shown } from "../names";
import { isEncryptedClass, provisionerOf, reachOf } from "../provisioners";
import { at, isTrue, unknown, written } from "../values";

export const storageClass = "storage.k8s.io/StorageClass";
const persistentVolume = "core/PersistentVolume";

/** A field that must have one value, and has another where it isn't written. */
function mustBe(about: Thing, field: string, wanted: string, byDefault: string, so: string): Finding[] {
    const value = at(about.props, field);
    if (value === unknown) return [{ about, open: field }];
    if ((value ?? byDefault) === wanted) return [];
    const given = value === undefined ? `${field} isn't written, which means ${byDefault}` : `${field} is ${written(value)}`;
    return [{ about, says: `${shown(about)}: ${given}, so ${so}. Write ${field}: ${wanted}.` }];
}

/** Where each kind of AWS says that it is encrypted, and what takes that over from another resource. */
const encryptedKinds: Record<string, { field: string; inheritedFrom: readonly string[] }> = {
    "aws:ebs/volume:Volume": { field: "encrypted", inheritedFrom: [] },
    "aws:efs/fileSystem:FileSystem": { field: "encrypted", inheritedFrom: [] },
    "aws:rds/instance:Instance": { field: "storageEncrypted", inheritedFrom: ["replicateSourceDb", "snapshotIdentifier"] },
    "aws:rds/cluster:Cluster": { field: "storageEncrypted", inheritedFrom: ["replicationSourceIdentifier", "snapshotIdentifier"] },
};

function encryptionOfClass(about: Thing): Finding[] {
    const name = at(about.props, "provisioner");
    if (name === unknown) return [{ about, open: "provisioner" }];
    const driver = typeof name === "string" ? provisionerOf(name) : undefined;
    if (!driver) return [];
    const isEncrypted = isEncryptedClass(driver, at(about.props, "parameters"));
    if (isEncrypted === unknown) return [{ about, open: `parameters.${driver.encryptedBy}` }];
    if (isEncrypted !== false) return [];
    return [
        {
            about,
            says:
                `${shown(about)}: volumes of ${driver.title} are made unencrypted, and can't be encrypted later. ` +
                `Write parameters.${driver.encryptedBy}: "true" in a class of another name.`,
        },
    ];
}

function encryptionOfCloud(about: Thing): Finding[] {
    const { field, inheritedFrom } = encryptedKinds[about.type];
    const value = at(about.props, field);
    if (isTrue(value)) return [];
    if (inheritedFrom.some((source) => at(about.props, source) !== undefined)) return [];
    if (value === unknown) return [{ about, open: field }];
    return [{ about, says: `${shown(about)}: ${field} isn't true, and can't be changed once it holds data. Write ${field}: true.` }];
}

export const classGuardrails: readonly ResourceGuardrail[] = [
    {
        id: "reclaim-retain",
        title: "Volumes outlive their claims",
        description: "StorageClasses and PersistentVolumes say Retain: with Delete, whoever deletes a claim deletes the data.",
        severity: "critical",
        enforcement: "mandatory",
        controls: [],
        remediation:
            "Write reclaimPolicy: Retain (persistentVolumeReclaimPolicy of a PersistentVolume). A class that exists can't change it: give " +
            'the new one another name, and patch the volumes that exist: kubectl patch pv <name> -p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'.',
        types: [storageClass, persistentVolume],
        judge: (thing) =>
            thing.type === storageClass
                ? mustBe(thing, "reclaimPolicy", "Retain", "Delete", "deleting a claim deletes its data")
                : mustBe(
                      thing,
                      "spec.persistentVolumeReclaimPolicy",
                      "Retain",
                      // Of a volume that is written by hand; one made by a driver has its class's.
                      "Retain",
                      "deleting its claim deletes its data",
                  ),
    },
    {
        id: "storage-encrypted",
        title: "Storage is encrypted",
        description:
            "Classes of drivers that can encrypt ask for it, and so do EBS volumes, EFS file systems and RDS databases: none of them can be encrypted afterwards.",
        severity: "high",
        enforcement: "mandatory",
        controls: [protectionAtRest, rdsEncryption, efsEncryption],
        remediation:
            'Write encrypted: "true" among the class\'s parameters (encrypted or storageEncrypted: true on AWS). What exists unencrypted is ' +
            "copied: by snapshot and restore, or dump and restore. Where the account encrypts every EBS volume anyway, list the class in exceptions.",
        types: [storageClass, ...Object.keys(encryptedKinds)],
        judge: (thing) => (thing.type === storageClass ? encryptionOfClass(thing) : encryptionOfCloud(thing)),
    },
    {
        id: "binding-waits",
        title: "Volumes wait for their pod",
        description:
            "Classes of drivers whose volumes lie in one zone or on one node bind when the first pod comes: with Immediate the volume may be made where no pod of it can run.",
        severity: "high",
        enforcement: "mandatory",
        controls: [],
        remediation: "Write volumeBindingMode: WaitForFirstConsumer. A class that exists can't change it: give the new one another name.",
        types: [storageClass],
        judge(about) {
            const name = at(about.props, "provisioner");
            if (name === unknown) return [{ about, open: "provisioner" }];
            const driver = typeof name === "string" ? provisionerOf(name) : undefined;
            if (!driver?.canWait) return [];
            const reach = reachOf(driver, at(about.props, "parameters"));
            if (reach === unknown) return [{ about, open: "parameters" }];
            if (reach !== "node" && reach !== "zone") return [];
            return mustBe(
                about,
                "volumeBindingMode",
                "WaitForFirstConsumer",
                "Immediate",
                `a volume of ${driver.title} is made on a ${reach} that is chosen without looking at its pod`,
            );
        },
    },
];
