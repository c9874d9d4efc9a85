import { targets } from "../../components/usecases/targets";
import { defaultStreams, streamConfigs } from "../../components/workloads/jetstream-streams";
import { passwordSecretNameOf } from "../../components/workloads/password";
import { databaseNameOf } from "../../components/workloads/postgres-settings";
import { restoreArchive } from "../backups/archive/restore";
import { chosenPoint, lookedAt, type WholePoint } from "../backups/choice";
import { restoreFiles } from "../backups/files/restore-files";
import { forecastWords } from "../backups/forecast";
import { list } from "../backups/listing";
import { load, loadTask, type Server } from "../backups/load";
import { jetStreamLoadTask, type StreamServer } from "../backups/load-jetstream";
import { valkeyLoadTask } from "../backups/load-valkey";
import { step } from "../backups/progress";
import type { Repository } from "../backups/repository";
import { finish, measuredLines, openRestore, type RestoreTarget, writeRestoredStack } from "../backups/restore-target";
import type { OwnConfig } from "../backups/restored-stack";
import { openSession, type Session } from "../backups/session";
import type { Task } from "../backups/task";
import { checkStack } from "../checked-stack";
import { UserError } from "../errors";
import { runUp } from "./up";

export interface RestoreOptions {
    to: string;
    from?: string;
    at?: string;
    yes?: boolean;
}

/** The new application's server. Its owner bears the database's name. */
function serverOf(to: string): Server {
    const { plan, settings } = checkStack(to);
    const { image, runAsUser, runAsGroup } = plan.engine;
    const database = settings.database ?? databaseNameOf(plan.app);
    return {
        app: plan.app,
        namespace: settings.namespace ?? plan.app,
        host: plan.app,
        database,
        user: database,
        passwordSecret: passwordSecretNameOf(plan.app),
        image,
        runAsUser,
        runAsGroup,
        memory: plan.resources.limits.memory,
    };
}

/** The same where there are streams. */
function streamServerOf(to: string): StreamServer {
    const { plan, settings } = checkStack(to);
    const { app, replicas, target, volumes } = plan;
    const streams = streamConfigs(settings.streams ?? defaultStreams(app), volumes[0].size);
    return { ...serverOf(to), replicas, streams, nodeImage: targets[target].tools?.node };
}

/** What loads a recovery point, by what wrote it. */
function taskOf(repository: Repository, resticImage: string, point: WholePoint, of: string, to: string): Task {
    switch (point.record.engine) {
        case "jetstream":
            return jetStreamLoadTask(repository, resticImage, point, of, streamServerOf(to));
        case "valkey":
            return valkeyLoadTask(repository, resticImage, point, of, serverOf(to));
        default:
            return loadTask(repository, resticImage, point, point.record, of, serverOf(to));
    }
}

/** What the new stack says of itself: names that the source's clients know. */
function ownConfigOf({ record }: WholePoint, { checked: { plan, settings } }: Session): OwnConfig {
    if (record.engine !== "jetstream") return { database: record.database };
    return settings.streams === undefined ? { streams: defaultStreams(plan.app) } : {};
}

/** Restores a stack's recovery point into a new application beside it, or in place of one that is gone. */
export async function runRestore(stack: string, options: RestoreOptions): Promise<void> {
    const { to } = options;
    const began = new Date();
    const target: RestoreTarget = openRestore(stack, to, options.from, options.at);
    const session = await openSession(stack);
    const { api, namespace, repository, restic, promised } = session;
    await target.refuseOccupied(api);
    if (session.checked.plan.backup.method === "archive") return restoreArchive(session, target, options, options.yes);
    if (session.checked.plan.engine.name === "container") return restoreFiles(session, target, options.from, options.yes);
    const wanted = target.note?.point ?? options.from;
    const points = await step(`Reading ${repository.url}`, (update) =>
        list(api, namespace, repository, restic, wanted === undefined ? { newest: lookedAt } : { newest: 0, only: wanted }, update),
    );
    const point = chosenPoint(points, wanted, stack, Date.now());
    const note = target.note ?? { of: stack, point: point.id, started: began.toISOString() };
    console.error(`Restoring "${stack}" into "${to}"${target.note ? `, begun at ${note.started}` : ""}:`);
    for (const line of forecastWords(point, promised, Date.now())) console.error(`  ${line}`);
    writeRestoredStack(target, ownConfigOf(point, session), note);
    await runUp(to, { yes: options.yes });
    const task = taskOf(repository, restic.image, point, stack, to);
    const loaded = await step("Loading", (update) => load(api, task, point.sizeBytes, update));
    if (loaded.answer !== point.record.answer) {
        throw new UserError(
            `What is restored answers differently, and is not what was backed up: ${point.record.query} says "${loaded.answer}", and was "${point.record.answer}". Don't use "${to}".`,
        );
    }
    const ended = new Date();
    finish(target, note, ended);
    console.log(
        [
            "",
            `"${to}" has what "${stack}" had at ${point.takenAt}${loaded.wasThere ? " (an earlier run had loaded it)" : ""}.`,
            `  checked: ${point.record.query} says ${loaded.answer}, as it did then`,
            ...measuredLines(to, note, point.takenAt, ended, promised),
        ].join("\n"),
    );
}
