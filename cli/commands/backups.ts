import { listArchive } from "../backups/archive/listing";
import { archiveDocument, archivePage } from "../backups/archive/page";
import { backupsDocument } from "../backups/document";
import { list } from "../backups/listing";
import { noteLook } from "../backups/made-backup";
import { step } from "../backups/progress";
import { remarksOf } from "../backups/remarks";
import { openSession } from "../backups/session";
import { pointsTable } from "../backups/table";
import { checkStack } from "../checked-stack";
import { everyCheck, UserError } from "../errors";

export interface BackupsOptions {
    check?: string;
    json?: boolean;
}

/** Looking into one takes a second or so. */
const usuallyChecked = 5;

/** Reads `--check`. */
export function checkedCount(text: string | undefined): number {
    if (text === undefined) return usuallyChecked;
    if (text === "all") return Number.MAX_SAFE_INTEGER;
    if (!/^\d+$/.test(text))
        throw new UserError(`--check ${text}: a whole number, 0 or more, or "all" is allowed, e.g. --check 3; nothing was read.`);
    return Number(text);
}

/** Lists a stack's recovery points from its repository, whether its application is there or not. */
export async function runBackups(stack: string, options: BackupsOptions): Promise<void> {
    everyCheck(
        () => checkedCount(options.check),
        () => checkStack(stack),
    );
    const newest = checkedCount(options.check);
    const session = await openSession(stack);
    const { api, app, namespace, repository, restic, checked } = session;
    if (checked.plan.backup.method === "archive") {
        const archive = await step(`Reading ${repository.url}`, (update) => listArchive(session, update));
        const read = Date.now();
        console.log(options.json ? JSON.stringify(archiveDocument(session, archive, read), null, 4) : archivePage(archive, stack, read));
        return;
    }
    const began = Date.now();
    const points = await step(`Reading ${repository.url}`, (update) => list(api, namespace, repository, restic, { newest }, update));
    await noteLook(api, namespace, app, points, began);
    const now = Date.now();
    if (options.json) {
        console.log(JSON.stringify(backupsDocument(session, points, now), null, 4));
        return;
    }
    if (points.length === 0) {
        console.log(`There is no recovery point of "${stack}". \`npx holdfast backup ${stack}\` makes one.`);
        return;
    }
    console.log(pointsTable(points, now));
    for (const remark of remarksOf(points, now)) console.log(`\n${remark}`);
}
