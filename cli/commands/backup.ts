import { commandAnnotation } from "../../components/backups/stream";
import { backUpArchive } from "../backups/archive/make";
import { refusalOf } from "../backups/choice";
import { cleaningUp } from "../backups/clean-up";
import type { Made } from "../backups/cluster";
import { claimPathsOf } from "../backups/files/members";
import { list } from "../backups/listing";
import {
    backupName,
    backupOf,
    noteLook,
    recoveryPointAnnotation,
    refusedAnnotation,
    scheduleOf,
    waitForBackup,
} from "../backups/made-backup";
import { step } from "../backups/progress";
import { remarksOf } from "../backups/remarks";
import { openSession } from "../backups/session";
import { pointsTable } from "../backups/table";
import { checkStack } from "../checked-stack";
import { everyCheck, UserError } from "../errors";

export interface BackupOptions {
    timeout?: string;
}

/** Minutes of `--timeout`. */
function minutesOf(text: string | undefined): number {
    if (text === undefined) return 60;
    if (!/^[1-9]\d*$/.test(text))
        throw new UserError(
            `--timeout ${text}: a whole number of minutes, 1 or more, is allowed, e.g. --timeout 30; nothing was backed up.`,
        );
    return Number(text);
}

/** Makes a backup now, and believes it when the repository has it. Exit code 1 where it hasn't. */
export async function runBackup(stack: string, options: BackupOptions): Promise<void> {
    everyCheck(
        () => minutesOf(options.timeout),
        () => checkStack(stack),
    );
    const minutes = minutesOf(options.timeout);
    const session = await openSession(stack);
    const { api, app, namespace, repository, restic, checked } = session;
    if (checked.plan.backup.method === "archive") return backUpArchive(session, minutes);
    const schedule = await scheduleOf(api, namespace, app);
    const before = await step("What the repository has", (update) =>
        list(api, namespace, repository, restic, { newest: 0, mayBeMissing: true }, update),
    );
    const name = backupName(app, new Date());
    let isDone = false;
    const annotate = (annotation: string, value: string) =>
        api.run(["annotate", "backups.k8up.io", name, "-n", namespace, `${annotation}=${value}`, "--overwrite"]);
    // K8up's own limits decide how long one that has ended stays; one that nobody waits for any more would be tried on and on.
    const stop = async () => {
        if (!isDone) await api.remove(namespace, "backups.k8up.io", name);
    };
    await cleaningUp(stop, async () => {
        await api.create<Made>(backupOf(schedule, namespace, name));
        const failure = await step(`Backup ${name}`, (update) => waitForBackup(api, namespace, name, minutes * 60, update));
        if (failure !== undefined)
            throw new UserError(`The backup failed: ${failure}\nWhat was kept before is untouched: npx holdfast backups ${stack}`);
        isDone = true;
    });
    const known = new Set(before.map(({ id }) => id));
    const looked = Date.now();
    const after = await step("Looking at it in the repository", (update) =>
        list(api, namespace, repository, restic, { newest: 1 + checked.plan.replicas * checked.plan.volumes.length }, update),
    );
    await noteLook(api, namespace, app, after, looked);
    const made = after.filter(({ id }) => !known.has(id));
    const { workload } = checked.settings;
    const hasStream = workload?.quiesceCommand !== undefined || workload?.annotations?.[commandAnnotation] !== undefined;
    const claims = workload === undefined || hasStream ? [] : claimPathsOf(checked.plan);
    const refusal = refusalOf(made, checked.plan.backup.method ?? "", claims);
    if (refusal !== undefined) {
        await annotate(refusedAnnotation, refusal);
        throw new UserError(`The backup is not good: ${refusal}.`);
    }
    await annotate(recoveryPointAnnotation, made.map(({ id }) => id.slice(0, 8)).join(","));
    console.log(pointsTable(made, Date.now()));
    for (const remark of remarksOf(after, Date.now())) console.log(`\n${remark}`);
}
