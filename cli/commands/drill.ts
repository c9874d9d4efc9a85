import { cleaningUp } from "../backups/clean-up";
import { type DrillResult, drillPage, leaveMark, resultIn, waitForDrill } from "../backups/drill-run";
import { step } from "../backups/progress";
import { openCluster } from "../backups/session";
import { UserError } from "../errors";

export interface DrillOptions {
    json?: boolean;
}

interface CronJob {
    spec: { jobTemplate: { spec: { activeDeadlineSeconds?: number } } };
}

/** Has the newest recovery point restored beside the live application now, and says what came of it. Exit code 1 where it failed. */
export async function runDrill(stack: string, options: DrillOptions): Promise<void> {
    const { api, app, namespace } = openCluster(stack);
    const name = `${app}-drill`;
    const cron = await api.find<CronJob>(name, "cronjobs", name);
    if (!cron) {
        throw new UserError(
            `"${stack}" has no drill: there is no CronJob ${name} in the namespace ${name}. Deploy the stack first: npx holdfast up ${stack}; its policy must have a drill (npx holdfast plan --stack ${stack}).`,
        );
    }
    const started = Date.now();
    const job = `${name}-${new Date(started).toISOString().slice(0, 19).replace(/[-:T]/g, "")}`;
    const deadline = cron.spec.jobTemplate.spec.activeDeadlineSeconds ?? 3600;
    const before = await resultIn(api, app);
    // Of an archive: what leaves a mark in the live database's log. The drill goes without where the application itself is gone.
    const witness = await api.find(namespace, "cronjobs", name);
    const result = await cleaningUp(
        async () => {
            await api.remove(name, "jobs", job);
            if (witness) await api.remove(namespace, "jobs", job);
        },
        async (): Promise<DrillResult> => {
            if (witness) await leaveMark(api, namespace, name, job);
            await api.run(["create", "job", job, "-n", name, `--from=cronjob/${name}`]);
            await step("Restoring the newest recovery point beside the live application", (update) =>
                waitForDrill(api, name, job, deadline, update),
            );
            const made = await resultIn(api, app);
            if (!made || made.startedAt === before?.startedAt) {
                throw new UserError(`The drill ended and left no result: kubectl -n ${name} get events tells why.`);
            }
            return made;
        },
    );
    console.log(options.json ? JSON.stringify(result, null, 4) : drillPage(result));
    if (result.outcome !== "passed") process.exitCode = 1;
}
