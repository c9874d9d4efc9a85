/** What can be wrong with a schedule of backups, as far as a program can see it. */

import { appNameProblem, type InputProblem } from "../problems";
import { bucketPathProblem, endpointProblem } from "./backup-repository-problems";
import type { FileBackupArgs } from "./file-backup";
import { cronProblem } from "./file-backup-schedules";
import { retentionFields } from "./file-backup-spec";

/** Everything wrong with the arguments that a program can see. */
export function fileBackupProblems(app: string, args: Omit<FileBackupArgs, "namespace" | "repositorySecret">): InputProblem[] {
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    add("app", appNameProblem(app));
    for (const name of ["schedule", "pruneSchedule", "checkSchedule"] as const) {
        const line = args[name];
        add(name, line === undefined ? undefined : cronProblem(line));
    }
    for (const name of retentionFields) {
        const count = args[name] ?? 0;
        add(name, Number.isInteger(count) && count >= 0 ? undefined : `${count} is not a number of copies: a whole number, 0 or more.`);
    }
    if (args.keepDaily === 0) {
        add("keepDaily", "K8up takes 0 for 14. Write 1 or more: the newest copy of the last day is then always kept.");
    }
    for (const name of ["backupDeadlineSeconds", "maintenanceDeadlineSeconds", "runAsUser", "runAsGroup"] as const) {
        const value = args[name];
        const what = name.startsWith("run") ? "root or no number: backups run as an ordinary user" : "not a number of seconds";
        add(name, value === undefined || (Number.isInteger(value) && value > 0) ? undefined : `${value} is ${what}. Write 1 or more.`);
    }
    const { endpoint, bucket, region, streamPath } = args;
    if (streamPath !== undefined && !/^\/[\w.-]+\.[a-z]+$/.test(streamPath)) {
        add(
            "streamPath",
            `"${streamPath}" is no stream: those lie at the root and end in what they are. Write e.g. "/preferences-main.sql".`,
        );
    }
    if (typeof endpoint === "string") {
        add("endpoint", endpointProblem(endpoint, typeof region === "string" ? region : undefined));
    }
    add("bucket", typeof bucket === "string" ? bucketPathProblem(bucket) : undefined);
    return problems;
}
