/** A plan's storage in a cloud: the arguments of its components, and all that is wrong with them. */

import type { InputProblem } from "../problems";
import { drivers } from "../usecases/drivers";
import type { Plan, PlannedStorage } from "../usecases/plan";
import { bytesOf } from "../usecases/quantities";
import { type AwsCluster, clusterArgs, clusterPath } from "./aws/app-cluster";
import { classArgsOf } from "./aws/class-parameters";
import { familyOf } from "./aws/family";
import { cloudStorageProblems } from "./cloud-storage";
import type { CloudStorageArgs } from "./cloud-storage-args";
import type { StorageClassArgs } from "./storage-class-args";

/** One class that a plan needs made, with the arguments every kind of storage has. */
export interface ClassToMake {
    /** The volume it is for; empty for the application's own. */
    volume: string;
    storage: PlannedStorage;
    args: StorageClassArgs;
    /** Those of a cloud's, from which the others follow. */
    cloud?: CloudStorageArgs;
}

/** Parameters that follow from arguments of a cloud storage. */
const derived = ["encrypted", "iops", "throughput"];

const tableEntry = (args: StorageClassArgs) => (Object.hasOwn(drivers, args.driver) ? drivers[args.driver] : undefined);

/** The smallest volume of the class: the IOPS a volume may have grow with it. */
function smallestSize({ volumes }: Plan, volume: string): string | undefined {
    const ofClass = volumes.filter(({ name, storage }) => (volume === "" ? storage === undefined : name === volume));
    const sorted = ofClass.map(({ size }) => size).sort((a, b) => (bytesOf(a) ?? 0) - (bytesOf(b) ?? 0));
    return sorted[0];
}

/**
 * A planned class as a cloud storage's arguments. Of several, only the first installs the agent that all of them need.
 */
export function cloudArgsOf(plan: Plan, { volume, storage, args }: ClassToMake, isFirst: boolean, cluster?: AwsCluster, allow?: string[]) {
    const driver = tableEntry(args);
    const family = familyOf(driver);
    const { encrypted: _always, isShared: _judged, snapshotParameters: _none, ...classes } = args;
    if (!family || !driver) {
        return { ...classes, mountOptions: storage.mountOptions } as CloudStorageArgs;
    }
    const isOwn = (key: string) => !derived.includes(key) && driver.parameters[key] !== storage.parameters[key];
    const made: CloudStorageArgs = {
        ...classes,
        provisioner: undefined,
        parameters: Object.fromEntries(Object.entries(storage.parameters).filter(([key]) => isOwn(key))),
        // The driver's own unless the file system's policy asks for more.
        mountOptions: undefined,
        region: plan.region,
        ...(cluster ? clusterArgs(cluster, family) : {}),
        ...(isFirst ||
        cluster?.installsPodIdentityAgent === false ||
        cluster?.oidcProviderArn !== undefined ||
        cluster?.installsAddOns === false
            ? {}
            : { installsPodIdentityAgent: false }),
        ...(family.name === "ebs" ? { smallestSize: smallestSize(plan, volume) } : {}),
        ...(storage.iops === undefined ? {} : { iops: storage.iops }),
        ...(storage.throughputMiB === undefined ? {} : { throughputMiB: storage.throughputMiB }),
        ...(allow === undefined ? {} : { allow }),
    };
    return made;
}

/** The classes with the arguments of those that are a cloud's, whose names and needs follow from them. */
export function withCloud(plan: Plan, classes: ClassToMake[], cluster?: AwsCluster, allow?: string[]): ClassToMake[] {
    const first = classes.find(({ storage, args }) => storage.kind === "cloud" && familyOf(tableEntry(args)));
    return classes.map((planned) => {
        if (planned.storage.kind !== "cloud") {
            return planned;
        }
        const driver = tableEntry(planned.args);
        const cloud = cloudArgsOf(plan, planned, planned === first, cluster, allow);
        return { ...planned, cloud, args: classArgsOf(plan.app, cloud, driver, familyOf(driver)) };
    });
}

/** True where the class's driver is installed with it, so that a preview needn't look for it. */
export function installsItsDriver({ args, cloud }: ClassToMake): boolean {
    return cloud !== undefined && familyOf(tableEntry(args)) !== undefined && (cloud.installsAddOns ?? true);
}

/** Prices are given for some region; what is made has to be where its cluster is. */
const regionMissing: InputProblem = {
    path: "region",
    reason: "missing: AWS resources are made where the cluster is. Write e.g. region: eu-central-1.",
};

/** The application's name for an argument of one of its storages. */
function argumentOf(path: string, ofCluster: string | undefined): string {
    if (ofCluster !== undefined) {
        return `aws.${ofCluster}`;
    }
    return path === "region" ? path : `set["storage.${path}"]`;
}

/** What is wrong with a plan's storage in a cloud, by the names of the application's arguments. */
export function plannedCloudProblems(
    plan: Plan,
    classes: ClassToMake[],
    cluster: AwsCluster | undefined,
    isRegionSaid: boolean,
): InputProblem[] {
    const onAws = classes.filter(({ cloud, args }) => cloud && familyOf(tableEntry(args)));
    const others = classes.filter(({ cloud, args }) => cloud && !familyOf(tableEntry(args)));
    const problems = others.flatMap(({ cloud }) => (cloud ? cloudStorageProblems(plan.app, cloud) : []));
    if (onAws.length === 0) {
        return cluster === undefined
            ? problems
            : [
                  ...problems,
                  { path: "aws", reason: "no storage of AWS is made for this plan. Leave it out, or write storageDriver: ebs-gp3." },
              ];
    }
    if (!isRegionSaid) {
        problems.push(regionMissing);
    }
    if (cluster === undefined) {
        const driver = onAws[0].storage.driver;
        problems.push({
            path: "aws.clusterName",
            reason: `missing: ${driver} is made for an EKS cluster. Write its name, or a class that exists: storageClass: gp3.`,
        });
        return problems;
    }
    for (const { args, cloud, storage } of onAws) {
        const family = familyOf(tableEntry(args));
        const found = cloud ? cloudStorageProblems(plan.app, cloud) : [];
        problems.push(...found.map(({ path, reason }) => ({ path: argumentOf(path, clusterPath(path, family)), reason })));
        if (!storage.encrypted) {
            problems.push({ path: 'set["storage.encrypted"]', reason: "volumes on AWS are always encrypted here. Leave it out." });
        }
    }
    // Two storages may find the same fault in what is said of the cluster.
    return problems.filter(
        ({ path, reason }, index) => problems.findIndex((other) => other.path === path && other.reason === reason) === index,
    );
}
