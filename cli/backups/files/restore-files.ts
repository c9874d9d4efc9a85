/**
 * Restores the files of an image of one's own into a new application.
 *
 * The application is made with its claims and without members (`holdfast:isStopped`), so that nothing uses the claims, and no backup is made
 * of half of them. Tasks fill them, one for each member. Only when all of it is there and compared does the stack's file let the members run.
 */

import { nodeDefault } from "../../../components/backups/restore-drill-pod";
import { targets } from "../../../components/usecases/targets";
import type { AppWorkload } from "../../../components/workloads/app-workload";
import { type CheckedStack, checkStack } from "../../checked-stack";
import { runUp } from "../../commands/up";
import { UserError, userErrors } from "../../errors";
import { listed, size } from "../../status/words";
import { lookedAt } from "../choice";
import type { ClusterApi, Made } from "../cluster";
import { forecastWords } from "../forecast";
import { list } from "../listing";
import { bytesRead } from "../load";
import { type Report, step } from "../progress";
import { finish, measuredLines, noteLoaded, type RestoreTarget, writeRestoredStack } from "../restore-target";
import type { RestoreNote } from "../restored-stack";
import type { Session } from "../session";
import { podWords, runTask } from "../task";
import { type Asked, anyOf, chosenFiles, type FilesPoint, idsOf } from "./choice";
import { claimPathsOf, type Member, membersOf, refuseOtherMounts } from "./members";
import { referencesOf } from "./references";
import { type Destination, type Filled, filledOf, fillNameOf, fillTask, lookedOf, lookTask, restoreLabelOf } from "./tasks";

/** On a claim that was empty when this restore began with it: by the recovery point's ids. Gone when the restore has ended. */
const begunAnnotation = "holdfast.dev/restoring";

function workloadOf({ settings }: CheckedStack, stack: string): AppWorkload {
    if (!settings.workload) throw new Error(`"${stack}" has no workload, which its check would have said`);
    return settings.workload;
}

/** The recovery point, with the size of each of its parts. */
async function pointOf({ api, namespace, repository, restic, stack, checked }: Session, asked: Asked): Promise<FilesPoint> {
    const paths = claimPathsOf(checked.plan);
    const read = async (which: Asked) => {
        const only = which.noted ?? which.named;
        const look = only === undefined ? { newest: Math.max(lookedAt, paths.length) } : { newest: 0, only: anyOf(only) };
        const points = await step(`Reading ${repository.url}`, (update) => list(api, namespace, repository, restic, look, update));
        return chosenFiles(points, paths, which, stack, Date.now());
    };
    const point = await read(asked);
    // With one claim's snapshot that is named come others, which nobody has looked into.
    return point.sizeBytes === "unknown" ? read({ noted: idsOf(point) }) : point;
}

function destinationOf({ plan, settings }: CheckedStack, session: Session): Destination {
    const { workload } = settings;
    const { nodeSelector, tolerations = [] } = workload ?? {};
    const { runAsUser, runAsGroup } = plan.engine;
    return {
        app: plan.app,
        namespace: settings.namespace ?? plan.app,
        runAsUser,
        runAsGroup,
        resticImage: session.restic.image,
        nodeImage: targets[plan.target].tools?.node ?? nodeDefault,
        placement: {
            ...(nodeSelector ? { nodeSelector } : {}),
            tolerations: tolerations.map(({ key, value, effect }) => ({
                key,
                operator: value === undefined ? "Exists" : "Equal",
                value,
                effect,
            })),
            // The first pod that mounts a claim decides where its volume is made.
            topologySpreadConstraints: [
                {
                    maxSkew: 1,
                    topologyKey: plan.spread.topologyKey,
                    whenUnsatisfiable: plan.spread.required ? "DoNotSchedule" : "ScheduleAnyway",
                    labelSelector: { matchLabels: restoreLabelOf(plan.app) },
                },
            ],
        },
    };
}

/** Everything that keeps the claims from being filled, or the members from starting on them. */
async function refuseUnready(api: ClusterApi, to: Destination, stack: string, workload: AppWorkload): Promise<void> {
    const problems: string[] = [];
    const set = await api.find<{ spec: { replicas: number } }>(to.namespace, "statefulset", to.app);
    if ((set?.spec.replicas ?? 0) > 0) {
        problems.push(
            `${to.namespace}/${to.app} has members already, started by hand: what they wrote is theirs. Scale it to 0 to go on, or restore to another name.`,
        );
    }
    for (const { kind, name } of referencesOf(workload)) {
        if (!(await api.find(to.namespace, kind, name))) {
            problems.push(
                `the workload takes from the ${kind} ${name}, which somebody else makes: make it in the namespace ${to.namespace} too.`,
            );
        }
    }
    if (problems.length > 0) {
        throw userErrors(
            `Nothing is loaded yet; run the same command again when this is in order:`,
            problems.map((text) => `${stack}: ${text}`),
        );
    }
}

/** The members with what is known of their claims: whether an earlier run of this restore has begun with them. */
async function begun(api: ClusterApi, namespace: string, members: Member[], ids: string): Promise<Member[]> {
    const output = await api.run(["get", "persistentvolumeclaims", "-n", namespace, "-o", "json"]);
    const claims = (JSON.parse(output) as { items: (Made & { metadata: { annotations?: Record<string, string> } })[] }).items;
    const isBegun = (claim: string) =>
        claims.some(({ metadata }) => metadata.name === claim && metadata.annotations?.[begunAnnotation] === ids);
    return members.map((member) => ({ ...member, volumes: member.volumes.map((each) => ({ ...each, isBegun: isBegun(each.claim) })) }));
}

/** Does something for every member at once, and waits for all of them: what fails is told of each. */
async function forAll<T>(members: Member[], run: (member: Member, index: number) => Promise<T>): Promise<T[]> {
    const ended = await Promise.allSettled(members.map(run));
    const failed = ended.flatMap((each, index) => (each.status === "rejected" ? [{ ...members[index], error: each.reason as Error }] : []));
    const unexpected = failed.find(({ error }) => !(error instanceof UserError));
    if (unexpected) throw unexpected.error;
    if (failed.length > 0) throw new UserError(failed.map(({ ordinal, error }) => `member ${ordinal}: ${error.message}`).join("\n"));
    return ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}

/** Refuses claims that have anything on them, and marks the empty ones as this restore's. */
async function takeClaims(api: ClusterApi, to: Destination, members: Member[], ids: string, update: Report): Promise<void> {
    // A run that was killed may have left tasks that still write.
    await Promise.all(members.map((member) => api.remove(to.namespace, "jobs", fillNameOf(to.app, member), true)));
    const known = await begun(api, to.namespace, members, ids);
    const looked = (await forAll(known, async (member) => lookedOf(await runTask(api, lookTask(to, member), update)))).flat();
    const occupied = looked.filter(({ entries }) => entries > 0);
    if (occupied.length > 0) {
        throw userErrors(
            "Nothing is loaded, because files are restored onto empty claims only:",
            occupied.map(({ claim, entries }) => `${to.namespace}/${claim} has ${entries} ${entries === 1 ? "entry" : "entries"} already`),
        );
    }
    const claims = members.flatMap(({ volumes }) => volumes.map(({ claim }) => claim));
    const unseen = claims.filter((claim) => !looked.some((each) => each.claim === claim));
    if (unseen.length > 0) throw new UserError(`nobody could look at ${listed(unseen)}`);
    await api.run(["annotate", "persistentvolumeclaims", ...claims, "-n", to.namespace, `${begunAnnotation}=${ids}`, "--overwrite"]);
}

/** Fills the claims of every member at once. */
async function fill(session: Session, to: Destination, members: Member[], point: FilesPoint, update: Report): Promise<Filled> {
    const { api, repository } = session;
    const total = point.sizeBytes === "unknown" ? 0 : point.sizeBytes;
    const read = members.map(() => 0);
    const asked = members.map(() => 0);
    const container = point.form === "archive" ? "volumes" : "fetch";
    const filled = await forAll(members, async (member, index) => {
        const task = fillTask(to, member, point, repository);
        const outcome = await runTask(api, task, undefined, async (pod) => {
            if (Date.now() - asked[index] < 2000) return;
            asked[index] = Date.now();
            const words = ["logs", "-n", to.namespace, `pod/${pod.metadata.name}`, "-c", container, "--tail=5"];
            read[index] = bytesRead(await api.run(words).catch(() => "")) || read[index];
            const sum = read.reduce((a, b) => a + b, 0);
            if (sum === 0) update(podWords(pod));
            else if (sum >= total) update("all is there, and is compared");
            else update(`${size(sum)} of ${size(total)} (${Math.floor((sum * 100) / total)} %)`);
        });
        return filledOf(outcome);
    });
    const sum = (key: keyof Filled) => filled.reduce((all, each) => all + each[key], 0);
    return { entries: sum("entries"), files: sum("files"), bytes: sum("bytes"), skipped: sum("skipped") };
}

const filledWords = ({ entries, files, bytes, skipped }: Filled, claims: number): string =>
    `  checked: ${entries} entries on ${claims} ${claims === 1 ? "claim" : "claims"}, ${files} of them files with ${bytes} bytes, each as it was backed up${
        skipped === 0 ? "" : `; ${skipped} sockets, pipes or devices were left out`
    }`;

/** Restores a stack's files into a new application beside it, or in place of one that is gone. */
export async function restoreFiles(
    session: Session,
    target: RestoreTarget,
    from: string | undefined,
    yes: boolean | undefined,
): Promise<void> {
    const { stack, api, promised, checked } = session;
    const { to } = target;
    const began = new Date();
    const point = await pointOf(session, target.note ? { noted: target.note.point } : { named: from });
    const [archive] = point.parts.map((part) => part.archive);
    if (archive) refuseOtherMounts(archive.mountPaths, workloadOf(checked, stack), stack);
    const ids = idsOf(point);
    let note: RestoreNote = target.note ?? { of: stack, point: ids, started: began.toISOString() };
    console.error(`Restoring "${stack}" into "${to}"${target.note ? `, begun at ${note.started}` : ""}:`);
    for (const line of forecastWords({ ...point, id: point.parts[0].id }, promised, Date.now(), "files")) console.error(`  ${line}`);
    if (point.lastAt !== point.takenAt) {
        console.error(`  of ${point.parts.length} claims, which were copied between ${point.takenAt} and ${point.lastAt}`);
    }
    writeRestoredStack(target, { isStopped: true }, note);
    const made = checkStack(to);
    if (!note.loaded && made.settings.isStopped !== true) {
        throw new UserError(
            `Nothing is loaded: somebody took holdfast:isStopped out of the configuration of "${to}" before its files were there. Put it back where no member has run since, or restore to another name.`,
        );
    }
    const workload = workloadOf(made, to);
    const members = membersOf(checked.plan.app, made.plan, workload);
    const destination = destinationOf(made, session);
    let filled: Filled | undefined;
    if (!note.loaded) {
        await runUp(to, { yes });
        await refuseUnready(api, destination, to, workload);
        await step("Looking at the claims", (update) => takeClaims(api, destination, members, ids, update));
        filled = await step("Loading", (update) => fill(session, destination, members, point, update)).catch((error: Error) => {
            if (!(error instanceof UserError)) throw error;
            throw new UserError(
                `The files are not restored, and no member of "${to}" runs: ${error.message}\nThe same command begins anew; --from with another name takes another recovery point.`,
            );
        });
        note = noteLoaded(target, note, new Date());
    }
    await runUp(to, { yes });
    const ended = new Date();
    finish(target, note, ended);
    const claims = members.flatMap(({ volumes }) => volumes.map(({ claim }) => claim));
    const unmark = ["annotate", "persistentvolumeclaims", ...claims, "-n", destination.namespace, `${begunAnnotation}-`];
    await api.run(unmark).catch((error: Error) => console.error(`The mark ${begunAnnotation} stays on the claims: ${error.message}`));
    const files = filled ? filledWords(filled, claims.length) : "  checked: by the earlier run that loaded it";
    console.log(
        [
            "",
            `"${to}" has what "${stack}" had at ${point.takenAt}.`,
            files,
            ...measuredLines(to, note, point.takenAt, ended, promised),
        ].join("\n"),
    );
}
