/** What there is to know about a claim, in words: why it is not bound, what becomes of its growth, what is wrong with its volume. */

import { type Finding, note, problem, waiting } from "./model";
import { type Claim, conditionOf, holds, latestEvent, type Reading, type StorageClass, seenAt, type Volume } from "./objects";
import { agoIn, apiBytes, brief, driverWords, quantityInWords } from "./words";

/** A claim with what it refers to. */
export interface ClaimView {
    claim: Claim;
    /** The StorageClass it names, where the cluster has it. */
    class: StorageClass | undefined;
    /** Its PersistentVolume, where the cluster has it. */
    volume: Volume | undefined;
    /** Names of the pods that use it, running or not. */
    pods: string[];
    /** Of its application, no member runs that it belongs to. */
    isKept: boolean;
}

type Cluster = Pick<Reading, "events" | "notRead" | "now">;

/** Why a claim that has no volume has none. */
function pendingFinding(view: ClaimView, cluster: Cluster): Finding {
    const { claim, pods } = view;
    const { storageClassName, volumeName, dataSource } = claim.spec;
    const { provisioner, volumeBindingMode } = view.class ?? {};
    const failed = latestEvent(cluster.events, claim.metadata, "ProvisioningFailed", "FailedBinding", "VolumeMismatch");
    const chosenNode = claim.metadata.annotations?.["volume.kubernetes.io/selected-node"];
    if (volumeName) {
        if (view.volume === undefined && cluster.notRead.volumes === undefined)
            return problem("volume-missing", `it asks for the volume ${volumeName}, which is not in the cluster`);
        const other = view.volume?.spec.claimRef;
        if (other?.uid && other.uid !== claim.metadata.uid)
            return problem("volume-taken", `it asks for the volume ${volumeName}, which belongs to ${claimWords(other, claim)}`);
        return waiting("binding", `it waits to be bound to the volume ${volumeName}`);
    }
    if (storageClassName === undefined) {
        return problem("class-missing", "it names no StorageClass, and the cluster has no default one");
    }
    if (storageClassName !== "" && view.class === undefined && cluster.notRead.classes === undefined) {
        return problem("class-missing", `its StorageClass ${storageClassName} is not in the cluster`);
    }
    if (storageClassName === "" || provisioner === "kubernetes.io/no-provisioner") {
        if (volumeBindingMode === "WaitForFirstConsumer" && pods.length === 0) return unconsumed(view);
        return waiting("no-volume", "it waits for a PersistentVolume that fits: none is made for its class, somebody has to make one");
    }
    if (failed) {
        return problem(
            "provisioning-failed",
            `its volume can't be made${agoIn(seenAt(failed), cluster.now)}: ${brief(driverWords(failed.message))}`,
        );
    }
    if (volumeBindingMode === "WaitForFirstConsumer" && chosenNode === undefined) {
        if (pods.length === 0) return unconsumed(view);
        return waiting("waiting-for-consumer", `it waits for its pod ${pods[0]} to get a node: its volume is made there`);
    }
    const where = chosenNode ? ` for ${chosenNode}` : "";
    const from = dataSource
        ? `, with the data of ${dataSource.kind === "VolumeSnapshot" ? "the snapshot" : "the claim"} ${dataSource.name}`
        : "";
    return waiting("provisioning", `its volume is being made${where} by ${provisioner ?? "its driver"}${from}`);
}

function unconsumed({ isKept }: ClaimView): Finding {
    const text = "it waits for a consumer: its volume is made when a pod uses it for the first time";
    // A claim that is kept for a member that doesn't run has none to wait for.
    return isKept ? note("waiting-for-consumer", text) : waiting("waiting-for-consumer", text);
}

const claimWords = ({ namespace, name }: { namespace?: string; name?: string }, mine: Claim) =>
    namespace === mine.metadata.namespace && name === mine.metadata.name
        ? "an earlier claim of this name: its claimRef has to be cleared before it can be bound again"
        : `the claim ${namespace}/${name}`;

/** What becomes of a claim's growth, or undefined where it has what it asks for. */
function growthFinding({ claim, class: of }: ClaimView, cluster: Cluster): Finding | undefined {
    const asked = claim.spec.resources?.requests?.storage;
    const has = claim.status?.capacity?.storage;
    const to = asked === undefined ? "" : ` to ${quantityInWords(asked)}`;
    const step = claim.status?.allocatedResourceStatuses?.storage ?? "";
    const failedAs = ["ControllerResizeError", "NodeResizeError"].find((type) => holds(claim, type));
    const isAsked = (apiBytes(asked) ?? 0) > (apiBytes(has) ?? 0);
    const isPending = holds(claim, "FileSystemResizePending");
    const isResizing = holds(claim, "Resizing");
    if (!isAsked && !isPending && !isResizing && step === "" && !failedAs) return undefined;
    const failure = latestEvent(cluster.events, claim.metadata, "VolumeResizeFailed", "FileSystemResizeFailed");
    // One from before this growth began is about another.
    const begun = Date.parse(conditionOf(claim, "Resizing")?.lastTransitionTime ?? "") || 0;
    const event = failure && seenAt(failure) >= begun ? failure : undefined;
    if (failedAs || step.endsWith("Infeasible") || (event && !isPending)) {
        const message = conditionOf(claim, failedAs ?? "")?.message || event?.message || conditionOf(claim, "Resizing")?.message;
        const why = brief(resizeWords(message));
        const when = event ? agoIn(seenAt(event), cluster.now) : "";
        const now = has === undefined ? "" : `; it stays at ${quantityInWords(has)}`;
        return problem("resize-failed", `growth${to} failed${when}${why ? `: ${why}` : ""}${now}`);
    }
    if (isPending || step === "NodeResizePending" || step === "NodeResizeInProgress") {
        return waiting(
            "file-system-resize-needed",
            `growth${to}: the volume is larger, and its file system grows while a pod has it mounted`,
        );
    }
    if (isResizing || step === "ControllerResizeInProgress") {
        return waiting("resizing", `growth${to} is under way: the driver makes the volume larger`);
    }
    return of !== undefined && !of.allowVolumeExpansion
        ? problem(
              "resize-pending",
              `growth${to} is asked for, and its StorageClass ${of.metadata.name} doesn't allow it (allowVolumeExpansion)`,
          )
        : waiting("resize-pending", `growth${to} is asked for, and has not begun`);
}

/** What the resizer says around the driver's own words. */
const resizeWords = (message: string | undefined) =>
    driverWords(
        (message ?? "").replace(
            /^resize volume "[^"]*" by resizer "[^"]*" failed: |^NodeExpandVolume\.\S+ failed for volume "[^"]*"\s*:\s*/,
            "",
        ),
    );

/** What becomes of a change of the claim's attributes, or undefined where none is under way. */
function attributesFinding({ claim }: ClaimView, cluster: Cluster): Finding | undefined {
    const { modifyVolumeStatus, currentVolumeAttributesClassName: current } = claim.status ?? {};
    const asked = claim.spec.volumeAttributesClassName;
    if (asked === undefined || (asked === current && !modifyVolumeStatus)) return undefined;
    const change = current ? `the change of its attributes from ${current} to ${asked}` : `the change of its attributes to ${asked}`;
    const message =
        conditionOf(claim, "ModifyVolumeError")?.message ?? latestEvent(cluster.events, claim.metadata, "VolumeModifyFailed")?.message;
    const why = brief(driverWords(message));
    switch (modifyVolumeStatus?.status) {
        case "Infeasible":
            return problem("attributes-failed", `${change} is refused${why ? `: ${why}` : " by the driver"}`);
        case "Pending":
            return problem(
                "attributes-pending",
                `${change} can't begin: ${why || `the VolumeAttributesClass ${asked} is not in the cluster`}`,
            );
        case "InProgress":
            return why
                ? problem("attributes-failed", `${change} fails, and is tried again: ${why}`)
                : waiting("attributes-changing", `${change} is under way`);
        default:
            return waiting("attributes-pending", `${change} is asked for, and has not begun`);
    }
}

/** What is wrong with the volume of a claim that has one, or undefined where nothing is. */
function volumeFinding({ claim, volume }: ClaimView, cluster: Cluster): Finding | undefined {
    const name = claim.spec.volumeName;
    if (!name || cluster.notRead.volumes !== undefined) return undefined;
    if (!volume) return problem("volume-missing", `its volume ${name} is gone from the cluster`);
    const { phase, message } = volume.status ?? {};
    const said = brief(message);
    if (phase === "Failed") return problem("volume-failed", `its volume ${name} has failed${said ? `: ${said}` : ""}`);
    if (phase === "Released")
        return problem(
            "volume-released",
            `its volume ${name} is released: it belonged to ${claimWords(volume.spec.claimRef ?? {}, claim)}`,
        );
    if (volume.metadata.deletionTimestamp) {
        return problem("volume-deleting", `its volume ${name} is marked for deletion, which happens as soon as the claim is gone`);
    }
    return undefined;
}

/** Everything to know about a claim, the worst first. */
export function claimFindings(view: ClaimView, cluster: Cluster): Finding[] {
    const { claim, volume } = view;
    const phase = claim.status?.phase ?? "Pending";
    const findings: (Finding | undefined)[] = [];
    if (phase === "Lost") {
        const name = claim.spec.volumeName ?? "";
        const how = volume === undefined ? "is gone from the cluster" : `belongs to ${claimWords(volume.spec.claimRef ?? {}, claim)}`;
        findings.push(problem("lost", `it is lost: its volume ${name} ${how}. The data is no longer where this claim looks for it`));
    } else if (phase === "Pending") {
        findings.push(pendingFinding(view, cluster));
    } else {
        findings.push(volumeFinding(view, cluster), growthFinding(view, cluster), attributesFinding(view, cluster));
        if (claim.spec.storageClassName && !view.class && cluster.notRead.classes === undefined) {
            findings.push(note("class-missing", `its StorageClass ${claim.spec.storageClassName} is not in the cluster: it can't grow`));
        }
    }
    if (claim.metadata.deletionTimestamp) {
        const until = view.pods.length > 0 ? `, and goes as soon as no pod uses it (${view.pods.join(", ")})` : "";
        findings.unshift(problem("deleting", `it is being deleted${until}`));
    }
    if (view.isKept) findings.push(note("kept", "no member runs that it belongs to: it is kept with its data"));
    return findings.filter((finding) => finding !== undefined);
}
