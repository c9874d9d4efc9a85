/** What `holdfast status` tells: printed by `--json` as it is (docs/status-schema.json), and by the terminal's page in words. */

import type { PromiseStatus } from "./promise";

/** How bad a finding is: worth knowing, something is awaited, or someone has to act. Only a note leaves what it is about ready. */
export type Severity = "note" | "waiting" | "problem";

/** One thing to know about a claim, a member or a workload. */
export interface Finding {
    /** For scripts: small words and "-", never renamed. */
    code: string;
    severity: Severity;
    /** For people. */
    text: string;
}

/** The worst of the findings: `ready` has notes at most; `unknown` means that what decides it could not be read. */
export type State = "ready" | "waiting" | "problem" | "unknown";

export interface LastSnapshot {
    name: string;
    takenAt: string;
    ageSeconds: number;
}

export interface ClaimStatus {
    name: string;
    /** `Pending`, `Bound` or `Lost`. */
    phase: string;
    /** The StorageClass; absent where the claim names none. */
    class?: string;
    /** Quantity that is asked for. */
    asked: string;
    /** Quantity that the volume has; absent before there is one. */
    capacity?: string;
    usedBytes: number | "unknown";
    /** What `usedBytes` is a part of, as the driver measures it. */
    usedOfBytes: number | "unknown";
    /** When that was measured. */
    usedAt?: string;
    /** Why it is unknown, or what the figure includes beside this volume. */
    usedNote?: string;
    /** The PersistentVolume; absent before there is one. */
    volume?: string;
    /** Where it is in use, or the one node it can be used on. */
    node?: string;
    usedBy: string[];
    /** True where no member runs that it belongs to: kept by scale-in, or after `down`. */
    isKept: boolean;
    lastSnapshot: LastSnapshot | "none" | "unknown";
    findings: Finding[];
}

export interface MemberStatus {
    name: string;
    /** Of a database whose operator says who the primary is. */
    role?: "primary" | "standby" | "replica";
    ready: boolean;
    node?: string;
    restarts: number;
    findings: Finding[];
}

export interface WorkloadStatus {
    kind: "StatefulSet" | "Deployment" | "Cluster";
    name: string;
    /** Members asked for. */
    asked: number;
    ready: number;
    members: MemberStatus[];
    findings: Finding[];
}

/** A PersistentVolume whose claim is deleted. */
export interface RetainedVolume {
    name: string;
    /** Of the claim it had: `namespace/name`. */
    claim: string;
    phase: string;
    capacity?: string;
    class?: string;
    releasedAt?: string;
    finding: Finding;
}

/** A class in use that is no longer the one new volumes get. */
export interface OldClass {
    name: string;
    /** The class new volumes get. */
    current: string;
    claims: string[];
}

export interface AppStatus {
    app: string;
    namespace: string;
    state: State;
    findings: Finding[];
    workloads: WorkloadStatus[];
    claims: ClaimStatus[];
    retainedVolumes: RetainedVolume[];
    oldClasses: OldClass[];
    /** The promise of a restore beside what is measured; absent where nothing is promised and nothing backed up. */
    promise?: PromiseStatus;
}

export interface NotRead {
    what: string;
    reason: string;
}

export interface Status {
    schema: "holdfast.status/v1";
    cluster: { context: string; stack?: string };
    readAt: string;
    state: State;
    apps: AppStatus[];
    /** Retained volumes of Holdfast's classes whose application is gone. */
    retainedVolumes: RetainedVolume[];
    /** What could not be read, and is missing above. */
    notRead: NotRead[];
}

export const note = (code: string, text: string): Finding => ({ code, severity: "note", text });
export const waiting = (code: string, text: string): Finding => ({ code, severity: "waiting", text });
export const problem = (code: string, text: string): Finding => ({ code, severity: "problem", text });

// What is known to be awaited counts, whatever else could not be read.
const order: State[] = ["ready", "unknown", "waiting", "problem"];

/** The worst of several states; `ready` where there is none. */
export const worst = (states: readonly State[]): State => order[Math.max(0, ...states.map((state) => order.indexOf(state)))];

/** The state that findings amount to. */
export const stateOf = (findings: readonly Finding[]): State =>
    worst(findings.map(({ severity }) => (severity === "note" ? "ready" : severity)));

/** Exit code for scripts: 0 all ready, 2 something is awaited or wrong, 1 it couldn't be told. */
export function exitCodeOf({ state }: Status): number {
    return { ready: 0, waiting: 2, problem: 2, unknown: 1 }[state];
}
