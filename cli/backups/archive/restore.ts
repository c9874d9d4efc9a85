/** Restores a moment of an archive into a new application: its database is made from the archive, and then it is one of its own. */

import { inWords, roughly } from "../../../components/usecases/quantities";
import { databaseNameOf } from "../../../components/workloads/postgres-settings";
import { checkStack } from "../../checked-stack";
import { runUp } from "../../commands/up";
import { UserError } from "../../errors";
import { brief, size, span } from "../../status/words";
import { forecastOf, measuredWords } from "../forecast";
import { step } from "../progress";
import { finish, type RestoreTarget, writeRestoredStack } from "../restore-target";
import type { Session } from "../session";
import { chosenMoment, type RestorePoint, type Wanted } from "./archive";
import { listArchive, placeOf } from "./listing";

/** What the note of a restore says of all there is. */
const latest = "latest";

/** What is about to be done, before it begins. */
function forecastLines({ takenAt, base, recoverAt }: RestorePoint, { promised }: Session, now: number): string[] {
    const { seconds, keepsPromise } = forecastOf(base.sizeBytes, promised, "archive");
    const verdict = keepsPromise === undefined ? "" : `; promised within ${inWords(promised?.rto ?? "")}`;
    return [
        `the database as it was at ${takenAt}${recoverAt === undefined ? ", the last transaction that is archived" : ""} (${span((now - Date.parse(takenAt)) / 1000)} ago)`,
        `from base copy ${base.id}, ${size(base.sizeBytes)} compressed, and the log since: about ${roughly(seconds)}${verdict}`,
    ];
}

/** Asks the restored database, in its primary's pod. */
async function ask({ api }: Session, to: string, database: string, query: string): Promise<string> {
    const { plan, settings } = checkStack(to);
    const where = ["-n", settings.namespace ?? plan.app, `service/${plan.app}-rw`, "-c", "postgres"];
    return (await api.run(["exec", ...where, "--", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query])).trim();
}

/** Runs a restore to its end; one that was interrupted goes on. */
export async function restoreArchive(session: Session, target: RestoreTarget, wanted: Wanted, yes: boolean | undefined): Promise<void> {
    const { stack, repository, checked, promised } = session;
    const { to, note: earlier } = target;
    const began = new Date();
    // An earlier run has decided, and may have made the database.
    const asked: Wanted = earlier
        ? earlier.point === latest
            ? {}
            : /T\d{6}$/.test(earlier.point)
              ? { from: earlier.point }
              : { at: earlier.point }
        : wanted;
    const archive = await step(`Reading ${repository.url}`, (update) => listArchive(session, update));
    const point = chosenMoment(archive, asked, stack);
    const note = earlier ?? { of: stack, point: point.recoverAt ?? latest, started: began.toISOString() };
    console.error(`Restoring "${stack}" into "${to}"${earlier ? `, begun at ${earlier.started}` : ""}:`);
    for (const line of forecastLines(point, session, Date.now())) console.error(`  ${line}`);
    const database = checked.settings.database ?? databaseNameOf(checked.plan.app);
    writeRestoredStack(
        target,
        { database, recoverFrom: placeOf(repository).bucket, ...(point.recoverAt === undefined ? {} : { recoverAt: point.recoverAt }) },
        note,
    );
    await runUp(to, { yes });
    const query = checked.plan.backup.drill?.query;
    const answer = await ask(session, to, database, query || "SELECT current_database()").catch((error: Error) => {
        throw new UserError(`"${to}" is up, and its database "${database}" doesn't answer: ${brief(error.message, 300)}`);
    });
    const ended = new Date();
    finish(target, note, ended);
    const started = Date.parse(note.started);
    const figure = (what: "RPO" | "RTO", seconds: number, limit: string | undefined) =>
        `  ${measuredWords({ what, seconds, ...(limit === undefined ? {} : { promised: limit }) })}`;
    console.log(
        [
            "",
            `"${to}" has what "${stack}" had at ${point.takenAt}.`,
            `  it has ${answer}${query ? "" : " as its database"}`,
            // Of a moment that somebody has chosen nothing is missing.
            ...(point.recoverAt === undefined
                ? [
                      `${figure("RPO", (started - Date.parse(point.takenAt)) / 1000, promised?.rpo)} (age of the last transaction when this restore began)`,
                  ]
                : []),
            `${figure("RTO", (ended.getTime() - started) / 1000, promised?.rto)} (from the first start of this restore)`,
            `Its archive is its own, and its first base copy is made now: npx holdfast backups ${to}`,
        ].join("\n"),
    );
}
