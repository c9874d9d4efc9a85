/** What is known of the drivers behind StorageClasses: our table's, and a few more that people use. */

import type { Reach } from "../../components/usecases/drivers";
import { drivers } from "../../components/usecases/drivers";
import { at, type Fields, isTrue, unknown } from "./values";

export interface Provisioner {
    title: string;
    /** How far a volume of it can be reached from. */
    reach: Reach;
    /** False where it can't wait for the pod. */
    canWait: boolean;
    /** Parameter of a class that makes its volumes encrypted; absent where there is none, or where they are anyway. */
    encryptedBy?: string;
}

const aws: Provisioner = { title: "EBS", reach: "zone", canWait: true, encryptedBy: "encrypted" };
const node = (title: string): Provisioner => ({ title, reach: "node", canWait: false });
const zone = (title: string): Provisioner => ({ title, reach: "zone", canWait: true });

/** Drivers that no plan of ours is made for. Google and Azure encrypt every disk. */
const others: Record<string, Provisioner> = {
    "kubernetes.io/aws-ebs": aws,
    "pd.csi.storage.gke.io": zone("Persistent Disk"),
    "kubernetes.io/gce-pd": zone("Persistent Disk"),
    "disk.csi.azure.com": zone("Azure Disk"),
    "kubernetes.io/azure-disk": zone("Azure Disk"),
    "cinder.csi.openstack.org": zone("Cinder"),
    "docker.io/hostpath": node("Docker Desktop's hostpath"),
    "microk8s.io/hostpath": node("MicroK8s' hostpath"),
    "openebs.io/local": { ...node("OpenEBS hostpath"), canWait: true },
};

const known = new Map<string, Provisioner>(Object.entries(others));
for (const driver of Object.values(drivers)) {
    if (known.has(driver.provisioner)) continue;
    const { encryption, delayedBinding } = driver.capabilities;
    known.set(driver.provisioner, {
        title: driver.title,
        reach: driver.reach,
        canWait: delayedBinding,
        ...(encryption === "option" && driver.encryptionParameters?.encrypted ? { encryptedBy: "encrypted" } : {}),
    });
}

/** The driver of that name; undefined for one that isn't known here. Ceph's have their operator's namespace in front. */
export function provisionerOf(name: string): Provisioner | undefined {
    return known.get(name) ?? known.get(name.replace(/^.+\.(rbd|cephfs)\.csi\.ceph\.com$/, "rook-ceph.$1.csi.ceph.com"));
}

/** How far volumes of a class reach: a class of disks in two zones reaches further than the driver's others. */
export function reachOf(provisioner: Provisioner, parameters: unknown): Reach | typeof unknown {
    if (provisioner.reach !== "zone") return provisioner.reach;
    const replication = at(parameters as Fields, "replication-type");
    if (parameters === unknown || replication === unknown) return unknown;
    const sku =
        at(parameters as Fields, "skuName") ?? at(parameters as Fields, "skuname") ?? at(parameters as Fields, "storageaccounttype");
    return replication === "regional-pd" || (typeof sku === "string" && /_ZRS$/i.test(sku)) ? "region" : "zone";
}

/** Whether a class asks for encryption; undefined where nothing says how it would. */
export function isEncryptedClass(provisioner: Provisioner, parameters: unknown): boolean | undefined | typeof unknown {
    if (!provisioner.encryptedBy) return undefined;
    const value = at({ parameters }, `parameters.${provisioner.encryptedBy}`);
    return value === unknown ? unknown : isTrue(value);
}
