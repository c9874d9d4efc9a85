/** Waits for a drill's Job and says what came of it. */

import { duration } from "../../components/usecases/quantities";
import { UserError } from "../errors";
import { span } from "../status/words";
import type { ClusterApi } from "./cluster";
import { measuredWords } from "./forecast";
import { type Report, step } from "./progress";
import { holds, pause, podWords, type Watched } from "./task";

/** What a drill writes under `result.json` (docs/backup-commands.md). */
export interface DrillResult {
    version: 1;
    app: string;
    outcome: "passed" | "failed";
    failure?: string;
    detail?: string;
    recoveryPoint?: string;
    takenAt?: string;
    startedAt: string;
    endedAt: string;
    rpoSeconds?: number;
    rtoSeconds?: number;
    promised?: { rpoSeconds: number; rtoSeconds: number };
    query?: string;
    answer?: string;
    recorded?: string;
    bytes?: number;
}

/** The last drill's result; undefined where there is none yet. */
export async function resultIn(api: ClusterApi, app: string): Promise<DrillResult | undefined> {
    const name = `${app}-drill`;
    const found = await api.find<{ data?: Record<string, string> }>(name, "configmaps", name);
    const text = found?.data?.["result.json"];
    return text ? (JSON.parse(text) as DrillResult) : undefined;
}

/** Has the live database leave a mark in its log, for a drill to find in the archive. Without one the drill says so. */
export async function leaveMark(api: ClusterApi, namespace: string, cronJob: string, job: string): Promise<void> {
    await api.run(["create", "job", job, "-n", namespace, `--from=cronjob/${cronJob}`]);
    const isLeft = await step("Leaving a mark in the live database's log", async (update) => {
        await waitForDrill(api, namespace, job, 300, update);
        return holds(await api.find<Watched>(namespace, "jobs", job), "Complete") !== undefined;
    });
    if (!isLeft) console.error("The live database has left no mark: the drill waits for one in vain, and measures by what is archived.");
}

/** Waits until the drill's Job has ended, well or not: what it found is in its result. */
export async function waitForDrill(
    api: ClusterApi,
    namespace: string,
    job: string,
    deadlineSeconds: number,
    update: Report,
): Promise<void> {
    // Kubernetes ends it at its deadline; this is for a Job that nobody carries out.
    for (const end = Date.now() + (deadlineSeconds + 120) * 1000; ; await pause(1000)) {
        const found = await api.find<Watched>(namespace, "jobs", job);
        if (!found) throw new UserError("The drill's Job is gone: somebody has deleted it.");
        if (holds(found, "Complete") || holds(found, "Failed")) return;
        const [pod] = await api.list<Watched>(namespace, "pods", `batch.kubernetes.io/job-name=${job}`);
        if (Date.now() > end) throw new UserError(`The drill doesn't end: ${podWords(pod)}`);
        update(podWords(pod));
    }
}

/** A result for a person. */
export function drillPage(result: DrillResult): string {
    const { outcome, failure, detail, takenAt, query, answer, recorded, rpoSeconds, rtoSeconds, promised, startedAt, endedAt } = result;
    const lasted = span((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
    const lines = [
        outcome === "passed"
            ? `The drill passed in ${lasted}.`
            : `The drill failed after ${lasted}: ${[failure, detail].filter(Boolean).join(": ")}`,
    ];
    if (takenAt) lines.push(`  recovery point of ${takenAt}`);
    if (query && answer !== undefined) lines.push(`  ${query}`, `    restored: ${answer}, recorded: ${recorded ?? "nothing"}`);
    const promise = (seconds: number | undefined) => (seconds === undefined ? {} : { promised: duration(seconds) });
    if (rpoSeconds !== undefined) lines.push(`  ${measuredWords({ what: "RPO", seconds: rpoSeconds, ...promise(promised?.rpoSeconds) })}`);
    if (rtoSeconds !== undefined) lines.push(`  ${measuredWords({ what: "RTO", seconds: rtoSeconds, ...promise(promised?.rtoSeconds) })}`);
    return lines.join("\n");
}
