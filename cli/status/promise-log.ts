/** A promise that rests on a log which is shipped as it is written: how much of it isn't there yet. Pure. */

import type { BackupRun, Judgement, PromisedRestore } from "./promise";
import { span } from "./words";

/** What a database says of the log that it ships. Times are milliseconds. */
export interface LogFacts {
    /** Longest time before a part that isn't full is closed, in seconds: its `archive_timeout`. */
    shipSeconds: number;
    /** Seconds for which the oldest closed part has waited to be shipped; absent where none waits. */
    waitingSeconds?: number;
    /** When a part was last shipped; absent where none ever was. */
    shippedAt?: number;
    /** When shipping last failed, where it did after that. */
    failedAt?: number;
}

/** Seconds of writes that would be missing if everything else were lost now, at most: what waits, and the part that is still written. */
export const exposure = ({ shipSeconds, waitingSeconds = 0 }: LogFacts): number => shipSeconds + waitingSeconds;

/** How far the log may be over its RPO before the promise is called broken: a part takes its time to ship. */
const toleranceSeconds = (rpoSeconds: number): number => Math.max(60, 0.1 * rpoSeconds);

/** The verdict over log and base copies, the base copies first: without one the log is of no use. */
export function judgeLog(
    { rpoSeconds }: Pick<PromisedRestore, "rpoSeconds">,
    log: LogFacts,
    base: BackupRun | undefined,
    since: { age: number; failures: string },
    now: number,
): Judgement {
    if (!base) {
        const words = `there is no base copy${since.failures.replace("since then ", "")}, and nothing is restored without one`;
        return { verdict: since.age > 3600 || since.failures !== "" ? "broken" : "at-risk", reason: words };
    }
    const failed = log.failedAt === undefined ? "" : `; shipping failed ${span((now - log.failedAt) / 1000)} ago`;
    if (log.shippedAt === undefined) {
        return { verdict: "broken", reason: `nothing of the log is shipped${failed}` };
    }
    const missing = exposure(log);
    const words = `at most ${span(missing)} of writes are not in the archive, promised are ${span(rpoSeconds)}; the last part was shipped ${span((now - log.shippedAt) / 1000)} ago, the last base copy is ${span((now - base.startedAt) / 1000)} old`;
    const waits = log.waitingSeconds === undefined ? "" : `; a part has waited for ${span(log.waitingSeconds)}`;
    const reason = `${words}${waits}${failed}${since.failures}`;
    if (missing > rpoSeconds + toleranceSeconds(rpoSeconds)) return { verdict: "broken", reason };
    return { verdict: missing > rpoSeconds || failed !== "" || since.failures !== "" ? "at-risk" : "kept", reason };
}
