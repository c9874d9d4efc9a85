/** Where a restore goes: a stack of its own, which nobody else has, and which an interrupted restore is taken up in. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { commandAnnotation } from "../../components/backups/stream";
import { appNameProblem } from "../../components/problems";
import type { Plan } from "../../components/usecases/plan";
import type { Settings } from "../../stacks/keys";
import { checkStack } from "../checked-stack";
import { UserError, userErrors } from "../errors";
import { rawStackConfig, stackFile, stackNames } from "../stack";
import { wantedProblems } from "./archive/archive";
import type { ClusterApi } from "./cluster";
import { measuredWords, type Promised } from "./forecast";
import { noteIn, type OwnConfig, type RestoreNote, restoredFile, type StackFile, withNote } from "./restored-stack";

export interface RestoreTarget {
    from: string;
    to: string;
    /** What an earlier run of this restore noted; absent where this is the first. */
    note?: RestoreNote;
    /** Refuses a namespace that is there already, unless an earlier run of this restore made it. */
    refuseOccupied(api: ClusterApi): Promise<void>;
}

const read = (stack: string, folder?: string): StackFile => (parse(fs.readFileSync(stackFile(stack, folder), "utf8")) ?? {}) as StackFile;

function write(stack: string, file: StackFile): void {
    const at = stackFile(stack);
    // In quotes: Pulumi would take a moment for YAML's own kind, and write it in another way.
    fs.writeFileSync(`${at}.partial`, stringify(file, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 }));
    fs.renameSync(`${at}.partial`, at);
}

/** Stacks here that have the application or its namespace already. */
const havingApp = (name: string, but: string): string[] =>
    stackNames().filter((stack) => {
        if (stack === but) return false;
        try {
            const raw = rawStackConfig(stack);
            const app = raw["holdfast:app"] ?? raw["holdfast:useCase"];
            return app === name || (raw["holdfast:namespace"] ?? app) === name;
        } catch {
            return false;
        }
    });

/** Judges the names; everything that is wrong with them at once. */
export function openRestore(from: string, to: string, point: string | undefined, at?: string): RestoreTarget {
    const problems: string[] = [];
    let plan: Plan | undefined;
    let settings: Partial<Settings> = {};
    try {
        ({ plan, settings } = checkStack(from));
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
    }
    const ofName = appNameProblem(to);
    if (ofName) problems.push(`--to ${to}: ${ofName}`);
    if (to === from || to === plan?.app)
        problems.push(`--to ${to}: this is what is restored. A restore never goes over what is there: write another name.`);
    const file = path.relative(process.cwd(), stackFile(to));
    const note = fs.existsSync(stackFile(to)) ? noteIn(read(to)) : undefined;
    if (to !== from && fs.existsSync(stackFile(to))) {
        if (!note) problems.push(`--to ${to}: ${file} is another stack's. Write a name that no stack has.`);
        else if (note.of !== from) problems.push(`--to ${to}: ${file} is the restore of "${note.of}". Write a name that no stack has.`);
        else if (note.finished)
            problems.push(
                `--to ${to}: this restore ended at ${note.finished}, and "${to}" is in use. Write another name to restore again.`,
            );
        else if (point !== undefined && !note.point.split(",").some((id) => id.startsWith(point))) {
            problems.push(
                `--from ${point}: the restore that is under way takes ${note.point.slice(0, 8)}. Leave --from out to go on with it, or write another name.`,
            );
        } else if (at !== undefined && note.point !== at) {
            problems.push(
                `--at ${at}: the restore that is under way takes ${note.point}. Leave --at out to go on with it, or write another name.`,
            );
        }
    }
    const others = to === from || to === plan?.app ? [] : havingApp(to, to);
    if (others.length > 0)
        problems.push(`--to ${to}: the stack ${others.join(", ")} has an application or a namespace of this name. Write another.`);
    if (settings.workload?.annotations?.[commandAnnotation] !== undefined) {
        problems.push(
            `"${from}" is backed up by a command of its own (${commandAnnotation}): what that wrote, only its author can load. docs/backup-commands.md says how it comes out of the repository.`,
        );
    }
    if (plan?.backup.method === "archive") problems.push(...wantedProblems({ from: point, at }, from, Date.now()));
    else if (plan && at !== undefined)
        problems.push(
            `--at ${at}: "${from}" is backed up by copies of single moments (${plan.backup.method ?? "none"}), and its log isn't archived. Leave --at out for the newest, or name one: --from <id>, as \`npx holdfast backups ${from}\` lists them.`,
        );
    if (plan?.backup.method !== "archive" && point !== undefined && !/^[0-9a-f]{6,64}$/.test(point))
        problems.push(`--from ${point}: an id is 6 to 64 of 0-9 and a-f, as \`npx holdfast backups ${from}\` lists them.`);
    if (problems.length > 0) throw userErrors("Nothing is restored:", problems);
    return {
        from,
        to,
        ...(note ? { note } : {}),
        async refuseOccupied(api) {
            if (note) return;
            if (await api.find(undefined, "namespace", to)) {
                throw new UserError(`Nothing is restored: there is a namespace ${to} already, and nobody knows whose. Write another name.`);
            }
        },
    };
}

/** Writes the new stack's file, where no earlier run has. */
export function writeRestoredStack({ from, to, note: earlier }: RestoreTarget, own: OwnConfig, note: RestoreNote): void {
    if (earlier) return;
    write(to, restoredFile(read(from), to, own, note));
    try {
        checkStack(to);
    } catch (error) {
        fs.rmSync(stackFile(to));
        throw error;
    }
    console.error(`Wrote ${path.relative(process.cwd(), stackFile(to))}: the configuration of "${to}" from now on.`);
}

/** Notes that the files are on the claims, so that the members may start; no later run loads them again. */
export function noteLoaded({ to }: RestoreTarget, note: RestoreNote, when: Date): RestoreNote {
    const loaded = { ...note, loaded: when.toISOString() };
    write(to, withNote(read(to), loaded));
    return loaded;
}

/** Notes that the restore has ended well; from now on the stack is one like any other. */
export function finish({ to }: RestoreTarget, note: RestoreNote, when: Date): void {
    write(to, withNote(read(to), { ...note, finished: when.toISOString() }));
}

/** What a restore has come to, beside what is promised. */
export function measuredLines(
    to: string,
    { started }: RestoreNote,
    takenAt: string,
    ended: Date,
    promised: Promised | undefined,
): string[] {
    const began = Date.parse(started);
    const rpo = { what: "RPO" as const, seconds: (began - Date.parse(takenAt)) / 1000, ...(promised ? { promised: promised.rpo } : {}) };
    const rto = { what: "RTO" as const, seconds: (ended.getTime() - began) / 1000, ...(promised ? { promised: promised.rto } : {}) };
    return [
        `  ${measuredWords(rpo)} (age of the recovery point when this restore began)`,
        `  ${measuredWords(rto)} (from the first start of this restore)`,
        `Its backups are its own, and there is none yet: npx holdfast backup ${to}`,
    ];
}
