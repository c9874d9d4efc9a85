/** A plan's storage as components: one for its class, and one more for each volume that has a class of its own. */

import type * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import type { DriverDescription } from "../usecases/drivers";
import type { Plan, PlannedStorage, StorageKind } from "../usecases/plan";
import type { AwsCluster } from "./aws/app-cluster";
import { classSpecOf, noProvisioner } from "./class-spec";
import { CloudStorage } from "./cloud-storage";
import type { ClusterAddress } from "./cluster-look";
import { diskProblems, type StaticDisk, shortage } from "./disks";
import { type ClusterNeed, existingClassNeed, neededBy } from "./driver-presence";
import { LocalStorage } from "./local-storage";
import { NetworkStorage } from "./network-storage";
import { type ClassToMake, installsItsDriver, plannedCloudProblems, withCloud } from "./planned-cloud";
import type { StorageClassArgs } from "./storage-class-args";

/** The class a plan's volumes get, and the component that made it, if one did. */
export interface StorageInUse {
    className: pulumi.Input<string>;
    component?: pulumi.Resource;
    /** Empty where there is none. */
    snapshotClassName: pulumi.Input<string>;
    /** The classes of volumes that have storage of their own, by the volume's name. */
    volumeClassNames: Record<string, pulumi.Input<string>>;
    /** Every component that made one. */
    components: pulumi.Resource[];
}

/** What an application's storage takes beside its plan. */
export interface StorageOptions extends ClusterAddress {
    /** Drivers described by the stack: what the table says of a driver of the same name doesn't hold for them. */
    drivers?: Record<string, DriverDescription>;
    disks?: StaticDisk[];
    allow?: string[];
    /** The EKS cluster, where the plan's storage is of AWS. */
    aws?: AwsCluster;
}

type StorageComponent = pulumi.ComponentResource & {
    readonly className: pulumi.Output<string>;
    readonly snapshotClassName: pulumi.Output<string>;
};

/** The component for each kind of storage. A cloud's takes arguments of its own. */
const makers: Record<
    Exclude<StorageKind, "cloud">,
    new (
        name: string,
        args: StorageClassArgs,
        opts?: pulumi.ComponentResourceOptions,
    ) => StorageComponent
> = { local: LocalStorage, network: NetworkStorage };

/** What is wrong with the storage in a cloud that a plan asks for. */
export function plannedStorageProblems(plan: Plan, options: StorageOptions, isRegionSaid: boolean): InputProblem[] {
    return plannedCloudProblems(plan, classesOf(plan, plan.app, options), options.aws, isRegionSaid);
}

/** What is wrong with the disks given to a plan: what they are, whether its driver takes any, and whether every volume finds one. */
export function plannedDiskProblems({ storage, volumes, replicas }: Plan, disks: StaticDisk[] | undefined): InputProblem[] {
    if (disks === undefined) {
        return [];
    }
    if (!Array.isArray(disks) || disks.some((disk) => disk === null || typeof disk !== "object")) {
        return [{ path: "disks", reason: 'they are a list of disks: [{ node: "node-1", path: "/mnt/disks/disk-1", size: "100Gi" }].' }];
    }
    const problems = diskProblems(disks);
    if (storage.existingClass !== undefined || storage.provisioner !== noProvisioner) {
        const what =
            storage.existingClass === undefined ? `${storage.driver} makes its own volumes` : "the class exists, and has its volumes";
        problems.push({ path: "disks", reason: `${what}. Leave the disks out, or write storageDriver: static-local.` });
    } else if (problems.length === 0) {
        const reasons = volumes.map(({ size, storage: own }) => (own ? undefined : shortage(disks, replicas, size)));
        problems.push(...reasons.flatMap((reason) => (reason ? [{ path: "disks", reason }] : [])));
    }
    return problems;
}

/** A class belongs to the whole cluster, so that its name says the namespace where the application's alone would not do. */
const classNameFor = (app: string, namespace: string, volume?: string): string =>
    [...(namespace === app ? [] : [namespace]), app, ...(volume === undefined ? [] : [volume])].join("-");

/** A storage component's arguments for what was planned. Encryption is among the planned parameters already, or in the disks. */
function argsOf(storage: PlannedStorage, className: string, isShared: boolean, makesSnapshotClass: boolean, options: StorageOptions) {
    const isDescribed = Object.hasOwn(options.drivers ?? {}, storage.driver);
    const args: StorageClassArgs = {
        className,
        // A described driver is believed: by its provisioner it is not found in the table.
        driver: isDescribed ? `${storage.driver} (${storage.provisioner})` : storage.driver,
        provisioner: storage.provisioner,
        parameters: storage.parameters,
        ...(isDescribed ? {} : { encrypted: storage.encrypted }),
        mountOptions: storage.mountOptions,
        bindsImmediately: storage.bindingMode === "Immediate",
        allowsExpansion: storage.allowExpansion,
        isShared,
        makesSnapshotClass,
        kubeconfig: options.kubeconfig,
        context: options.context,
    };
    return args;
}

/** Snapshots take CRDs that not every cluster has, so that their class is made only for a plan that takes any. */
export const takesSnapshots = ({ backup, decisions }: Plan): boolean =>
    backup.method === "snapshot" || decisions.some(({ path, value }) => path === "needs.snapshots" && value === "true");

/** Every class a plan needs made: its own first, then those of its volumes, with the arguments for each. */
function classesOf(plan: Plan, namespace: string, options: StorageOptions): ClassToMake[] {
    const { storage, volumes, app } = plan;
    const isShared = volumes.some(({ accessMode, storage: own }) => accessMode === "ReadWriteMany" && !own);
    const own = volumes.flatMap(({ name, storage: planned, accessMode }) => (planned ? [{ name, planned, accessMode }] : []));
    const classes = [
        ...(storage.existingClass === undefined
            ? [{ volume: "", storage, args: argsOf(storage, classNameFor(app, namespace), isShared, takesSnapshots(plan), options) }]
            : []),
        ...own.map(({ name, planned, accessMode }) => ({
            volume: name,
            storage: planned,
            args: argsOf(planned, classNameFor(app, namespace, name), accessMode === "ReadWriteMany", false, options),
        })),
    ];
    return withCloud(plan, classes, options.aws, options.allow);
}

/** Names of the classes that a plan makes. */
export function plannedClassNames(plan: Plan, namespace: string, options: StorageOptions = {}): string[] {
    return classesOf(plan, namespace, options).map(({ storage, args }) => classSpecOf(plan.app, storage.kind, args).spec.name);
}

/** What has to be in the cluster for a plan's storage. */
export function clusterNeedsOf(plan: Plan, options: StorageOptions): ClusterNeed[] {
    const { existingClass } = plan.storage;
    return [
        ...(existingClass === undefined ? [] : [existingClassNeed(existingClass)]),
        ...classesOf(plan, plan.app, options).flatMap((planned) => {
            const needs = neededBy(classSpecOf(plan.app, planned.storage.kind, planned.args).spec);
            return installsItsDriver(planned) ? needs.filter(({ path }) => path !== "driver") : needs;
        }),
    ];
}

/** One class of a plan in the cluster, as kubectl calls its kind. */
export interface PlannedClass {
    resource: "storageclass" | "volumesnapshotclass";
    name: string;
}

/** Every class that a plan makes. */
export function plannedClasses(plan: Plan, namespace: string, options: StorageOptions): PlannedClass[] {
    return classesOf(plan, namespace, options).flatMap(({ storage, args }) => {
        const { name, snapshotClass } = classSpecOf(plan.app, storage.kind, args).spec;
        const own: PlannedClass = { resource: "storageclass", name };
        return snapshotClass ? [own, { resource: "volumesnapshotclass", name: snapshotClass.name }] : [own];
    });
}

/** One class's component. */
function make(
    name: string,
    { kind, provisioner }: PlannedStorage,
    { args, cloud }: Pick<ClassToMake, "args" | "cloud">,
    { disks, allow }: StorageOptions,
    parent: pulumi.ComponentResource,
): StorageComponent {
    if (kind === "cloud") {
        return new CloudStorage(name, cloud ?? args, { parent });
    }
    const ofDisks = provisioner === noProvisioner ? { disks, allow } : {};
    return new makers[kind](name, { ...args, ...ofDisks }, { parent });
}

/** The classes a plan asks for, as components `name` and `name-<volume>`; none is made where one exists. */
export function createStorage(
    component: pulumi.ComponentResource,
    name: string,
    plan: Plan,
    namespace: string,
    options: StorageOptions = {},
): StorageInUse {
    const inUse: StorageInUse = {
        className: plan.storage.existingClass ?? "",
        snapshotClassName: "",
        volumeClassNames: {},
        components: [],
    };
    for (const { volume, storage, args, cloud } of classesOf(plan, namespace, options)) {
        const made = make(volume === "" ? name : `${name}-${volume}`, storage, { args, cloud }, volume === "" ? options : {}, component);
        inUse.components.push(made);
        if (volume === "") {
            inUse.className = made.className;
            inUse.snapshotClassName = made.snapshotClassName;
            inUse.component = made;
        } else {
            inUse.volumeClassNames[volume] = made.className;
        }
    }
    return inUse;
}
