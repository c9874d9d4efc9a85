/** How fast each method brings data back: planning figures, until the application's own drill has measured it. */

import type { Method } from "../../policies/backup";
import { assumed, type Source } from "./source";

export interface RestoreRate {
    /** Seconds before the first byte and after the last: pod, claim, recovery, checks. */
    fixedSeconds: number;
    mebibytesPerSecond: number;
    source: Source;
}

export const restoreRates: Record<Method, RestoreRate> = {
    stream: { fixedSeconds: 60, mebibytesPerSecond: 25, source: assumed("a dump loaded and indexed by one process", "2026-11") },
    files: { fixedSeconds: 60, mebibytesPerSecond: 80, source: assumed("restic from object storage in the same region", "2026-11") },
    snapshot: {
        fixedSeconds: 120,
        mebibytesPerSecond: 250,
        source: assumed("a volume from its snapshot, first read of every block", "2026-11"),
    },
    archive: {
        fixedSeconds: 360,
        mebibytesPerSecond: 80,
        source: assumed("a base copy from object storage and five minutes of log", "2026-11"),
    },
};

const MiB = 2 ** 20;

/** Seconds to bring a full volume of this size back, and how that comes about. */
export function restoreTime(method: Method, bytes: number): { seconds: number; formula: string } {
    const { fixedSeconds, mebibytesPerSecond } = restoreRates[method];
    const mebibytes = Math.ceil(bytes / MiB);
    return {
        seconds: Math.ceil(fixedSeconds + mebibytes / mebibytesPerSecond),
        formula: `${fixedSeconds} s + ${mebibytes} MiB / ${mebibytesPerSecond} MiB/s (${method})`,
    };
}

/** The largest volume that the method restores in this time, in bytes. */
export function restorableBytes(method: Method, seconds: number): number {
    const { fixedSeconds, mebibytesPerSecond } = restoreRates[method];
    return Math.max(0, Math.floor((seconds - fixedSeconds) * mebibytesPerSecond)) * MiB;
}
