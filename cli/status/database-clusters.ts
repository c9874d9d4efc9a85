/** Clusters of CloudNativePG as a status shows them: each member with its role, what it waits for, and what keeps the whole from its work. */

import { hibernationAnnotation } from "../hibernation";
import { databaseLabel, memberLabel } from "./apps";
import { type Finding, type MemberStatus, note, problem, type WorkloadStatus, waiting } from "./model";
import { conditionOf, type DatabaseCluster, type Pod, type Reading } from "./objects";
import { type Around, podWait } from "./pod-waits";
import { brief, since } from "./words";
import { aroundOf, podStatus } from "./workloads";

const jobLabel = "cnpg.io/jobRole";

/** What the Jobs do that the operator makes a member's files with. */
const jobs: Record<string, string> = {
    initdb: "its database is being made",
    join: "its files are being copied from the primary",
    "full-recovery": "its files are being restored from a backup",
    "snapshot-recovery": "its files are being restored from a snapshot",
};

/** True where nobody is to run: after `holdfast down`. */
export const isAtRest = ({ metadata }: DatabaseCluster): boolean => metadata.annotations?.[hibernationAnnotation] === "on";

/** The application's own name for what the operator made; the member's, where it is one member's. */
const memberOf = ({ metadata }: { metadata: Pod["metadata"] }): string => metadata.labels?.[memberLabel] ?? metadata.name;

const inOrder = (names: Iterable<string>): string[] => [...new Set(names)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

/** A member that has no server yet: by the Job that makes its files, if there is one. */
function unborn(name: string, job: Pod | undefined, around: Around): MemberStatus {
    if (!job) return { name, ready: false, restarts: 0, findings: [waiting("pod-missing", "its pod is not there yet")] };
    const doing = waiting("filling", jobs[job.metadata.labels?.[jobLabel] ?? ""] ?? "its files are being made");
    const { node, restarts } = podStatus(job, around);
    return { name, ready: false, ...(node ? { node } : {}), restarts, findings: [podWait(job, around) ?? doing] };
}

function members({ metadata, status }: DatabaseCluster, reading: Reading, around: Around): MemberStatus[] {
    const isOwn = (object: { metadata: Pod["metadata"] }) =>
        object.metadata.namespace === metadata.namespace && object.metadata.labels?.[databaseLabel] === metadata.name;
    const pods = reading.pods.filter(isOwn);
    const servers = pods.filter((pod) => pod.metadata.labels?.[jobLabel] === undefined);
    const working = pods
        .filter((pod) => pod.metadata.labels?.[jobLabel] !== undefined && pod.status.phase !== "Succeeded")
        .sort((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""));
    return inOrder([...pods, ...reading.claims.filter(isOwn)].map(memberOf)).map((name) => {
        const pod = servers.find((each) => memberOf(each) === name);
        if (!pod) {
            const job = working.find((each) => memberOf(each) === name);
            return unborn(name, job, around);
        }
        const member = podStatus(pod, around);
        return status?.currentPrimary === undefined ? member : { ...member, role: name === status.currentPrimary ? "primary" : "standby" };
    });
}

/** What is known of a database that is to rest, or undefined where it is to work. */
function restFinding(cluster: DatabaseCluster): Finding | undefined {
    if (!isAtRest(cluster)) return undefined;
    const { status, message } = conditionOf(cluster, hibernationAnnotation) ?? {};
    return status === "True"
        ? waiting("at-rest", "it is at rest: its members are stopped and its claims kept, until `holdfast up`")
        : waiting("going-to-rest", `its members are to be stopped${message ? `: ${brief(message)}` : ""}`);
}

/** What keeps clients from writing. */
function writeFindings({ spec, status = {} }: DatabaseCluster, all: readonly MemberStatus[], now: number): Finding[] {
    const { currentPrimary: current, targetPrimary: target } = status;
    if (current === undefined) return [];
    if (target !== undefined && target !== current) {
        // The operator writes "pending" while it has not chosen.
        const who = target === "pending" ? "another member is about to take" : `${target} is taking`;
        return [waiting("takeover", `${who} over from the primary ${current}`)];
    }
    const { number = 0, dataDurability } = spec.postgresql?.synchronous ?? {};
    const readyAs = (role: MemberStatus["role"]) => all.filter((member) => member.role === role && member.ready).length;
    const standbys = readyAs("standby");
    if (readyAs("primary") === 0) {
        const age = since(status.currentPrimaryFailingSinceTimestamp, now);
        // The operator promotes where among those left is one that has every acknowledged commit, whichever standbys held it.
        const isUnsure = number > 0 && standbys + number <= spec.instances - 1;
        const why = isUnsure ? `; none takes over with ${standbys} of ${spec.instances - 1} standbys ready: it may lack a commit` : "";
        return [waiting("no-primary", `its primary ${current} is not ready${age ? `, for ${age}` : ""}: nothing can be written${why}`)];
    }
    return dataDurability === "required" && standbys < number
        ? [waiting("commits-wait", `commits wait: each is to be held by ${number} of its standbys, and ${standbys || "none"} is ready`)]
        : [];
}

const updates = /^(Upgrading|Online upgrade|Applying configuration|Primary instance is being restarted|Cluster upgrade delayed)/;
/** Phases in which the operator does no more until someone acts. */
const ends =
    /^(Cluster (is unrecoverable|cannot|has incomplete)|Unable to|Invalid|Waiting for user|Not enough disk|Instance Status Extraction)/;

/** What the operator says that it is at. */
function phaseFinding({ status }: DatabaseCluster, isWhole: boolean): Finding | undefined {
    const { phase, phaseReason } = status ?? {};
    if (phase === undefined || phase === "") return waiting("update-unseen", "the operator has not taken it up yet");
    const said = `${phase}${phaseReason ? `: ${brief(phaseReason)}` : ""}`;
    if (ends.test(phase)) return problem("operator-stuck", `its operator can't go on: ${said}`);
    if (updates.test(phase)) return waiting("updating", `an update is under way: ${brief(phaseReason) || phase}`);
    // Where a member isn't ready, that says more.
    return phase === "Cluster in healthy state" || !isWhole ? undefined : waiting("operator-busy", `its operator is at work: ${said}`);
}

/** A Cluster with its members, in their order. */
export function databaseStatus(cluster: DatabaseCluster, unbound: Around["unbound"], reading: Reading): WorkloadStatus {
    const { metadata, spec, status } = cluster;
    const { name } = metadata;
    const asked = spec.instances;
    const rest = restFinding(cluster);
    const base = { kind: "Cluster", name, asked } as const;
    if (reading.notRead.pods !== undefined) {
        const ready = status?.readyInstances ?? 0;
        const few = ready < asked ? waiting("not-ready", `${ready} of ${asked} members are ready`) : undefined;
        return { ...base, ready, members: [], findings: [...said(rest ?? few), note("pods-unknown", "its pods could not be read")] };
    }
    const known = members(cluster, reading, aroundOf(unbound, reading));
    // Of one that rests, those that are still there are told.
    const all = rest ? known.filter(({ findings }) => !findings.some(({ code }) => code === "pod-missing")) : known;
    const ready = all.filter((member) => member.ready).length;
    if (rest) return { ...base, ready, members: all, findings: [rest] };
    const takingOver = writeFindings(cluster, all, reading.now);
    const few =
        all.length < asked
            ? waiting("members-missing", `${asked - all.length} of ${asked} members are not there yet: they are made one after the other`)
            : undefined;
    const phase = takingOver.some(({ code }) => code === "takeover") ? undefined : phaseFinding(cluster, ready >= asked);
    return { ...base, ready, members: all, findings: [...takingOver, ...said(few), ...said(phase)] };
}

const said = (finding: Finding | undefined): Finding[] => (finding ? [finding] : []);
