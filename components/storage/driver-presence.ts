/** Whether what a class needs is in the cluster: the driver, the snapshot CRDs, the API of VolumeAttributesClasses. */

import * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import type { ClassSpec } from "./class-spec";
import { attributesApi, type ClusterAddress, isAskedInstead, lookAt } from "./cluster-look";

/** One thing that has to be in the cluster. */
export interface ClusterNeed {
    /** The argument it is about. */
    path: string;
    /** Objects of which any one shows that it is there. */
    shownBy: string[];
    /** What is missing, and what to do. */
    missing: string;
}

const snapshotCrd = "customresourcedefinition.apiextensions.k8s.io/volumesnapshotclasses.snapshot.storage.k8s.io";

function driverNeed({ known, provisioner }: Pick<ClassSpec, "known" | "provisioner">): ClusterNeed | undefined {
    const isOfTable = known !== undefined && known.provisioner === provisioner;
    // CSI names have no slash. Whatever has one is known by its own name alone, and an entry of the table says which.
    const shownBy =
        (isOfTable ? known.shownBy : undefined) ?? (provisioner.includes("/") ? [] : [`csidriver.storage.k8s.io/${provisioner}`]);
    if (shownBy.length === 0) {
        return undefined;
    }
    const what = isOfTable
        ? `${known.title} is not in the cluster. It takes ${known.needs}. Install it first: ${known.install}`
        : `no driver in the cluster answers to ${provisioner}. Install it first, by its own documentation`;
    return { path: isOfTable ? "driver" : "provisioner", shownBy, missing: `${what} (looked for: ${shownBy.join(", ")}).` };
}

/** What the classes of one component need. */
export function neededBy(spec: Pick<ClassSpec, "known" | "provisioner" | "snapshotClass" | "attributesClasses">): ClusterNeed[] {
    const driver = driverNeed(spec);
    const needs = driver ? [driver] : [];
    if (spec.snapshotClass) {
        needs.push({
            path: "makesSnapshotClass",
            shownBy: [snapshotCrd],
            missing:
                "the cluster has no VolumeSnapshots. Install their CRDs and controller (the part snapshots of stacks/platform, or https://github.com/kubernetes-csi/external-snapshotter#usage; in the sandbox: npx holdfast sandbox up --with snapshots), or write makesSnapshotClass: false.",
        });
    }
    if (spec.attributesClasses.length > 0) {
        needs.push({
            path: "attributes",
            shownBy: [attributesApi],
            missing: "the cluster has no VolumeAttributesClasses: they take Kubernetes 1.34. Leave attributes out, or update it.",
        });
    }
    return needs;
}

/** A class that somebody else made. */
export function existingClassNeed(name: string): ClusterNeed {
    return {
        path: "storageClass",
        shownBy: [`storageclass.storage.k8s.io/${name}`],
        missing: `there is no StorageClass "${name}" in the cluster. Write one that \`kubectl get storageclasses\` lists.`,
    };
}

/** What a look found: what is missing, or why nobody could tell. */
export interface Findings {
    problems: InputProblem[];
    /** Why it could not be looked; nothing is refused then. */
    unknown?: string;
}

/** Looks for all of it at once. A cluster that can't be reached refuses nothing. */
export async function missingFrom(address: ClusterAddress, needs: readonly ClusterNeed[]): Promise<Findings> {
    try {
        const there = await lookAt(address).there(needs.flatMap(({ shownBy }) => shownBy));
        return {
            problems: needs
                .filter(({ shownBy }) => !shownBy.some((name) => there.has(name)))
                .map(({ path, missing }) => ({ path, reason: missing })),
        };
    } catch (error) {
        return { problems: [], unknown: (error as Error).message };
    }
}

/** `hasEngine` is true only once something was logged; under mocks there is no engine to be had at all. */
const isMocked = (): boolean => pulumi.runtime.getEngine() === undefined;

/** True where a look makes sense: in a preview of a real engine, of a cluster that was named. */
export function isLookedAt({ kubeconfig, context }: ClusterAddress): boolean {
    return pulumi.runtime.isDryRun() && (kubeconfig ?? context) !== undefined && (isAskedInstead() || !isMocked());
}

const warned = new Set<string>();

/** Says once for each cluster that nobody could look. */
export function warnOfUnknown({ kubeconfig, context }: ClusterAddress, reason: string, resource?: pulumi.Resource): void {
    const where = context ?? kubeconfig ?? "";
    if (!warned.has(where)) {
        warned.add(where);
        void pulumi.log.warn(`whether the storage drivers are in the cluster "${where}" could not be seen: ${reason}`, resource);
    }
}

/**
 * Looks at preview whether the needs are met, and rejects with all that aren't: whoever waits for it fails the preview, which shows those of
 * other components too. An error that is only logged would not fail it. An update doesn't look.
 */
export async function checkedAtPreview(
    title: string,
    component: pulumi.Resource,
    address: ClusterAddress,
    needs: ClusterNeed[],
): Promise<void> {
    if (needs.length === 0 || !isLookedAt(address)) {
        return;
    }
    const { problems, unknown } = await missingFrom(address, needs);
    if (unknown !== undefined) {
        warnOfUnknown(address, unknown, component);
    }
    if (problems.length > 0) {
        const list = problems.map(({ path, reason }) => `  - ${path}: ${reason}`).join("\n");
        const error = new pulumi.ResourceError(`${title} can't be made in this cluster:\n${list}`, component, true);
        // The program has ended by now, and what it left behind is shown with its stack, which says nothing to the person at the terminal.
        error.stack = error.message;
        throw error;
    }
}
