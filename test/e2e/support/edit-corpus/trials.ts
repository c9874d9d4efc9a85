import type { Run } from "../../provider/stack";
import type { World } from "../world";
import {
    baseName,
    baseProgram,
    type Done,
    doneEdits,
    editedBase,
    type Group,
    groupsOf,
    harmlessEdits,
    type Protected,
    programsOf,
    programsOfOne,
    protectedEdits,
    refusedEdits,
    riskyEdits,
    type Said,
    saidOf,
    type Unprotected,
} from "./corpus";
import type { Look } from "./edit";
import { Lanes, type Previewed, Project, type State } from "./stacks";
import { type Volumes, volumesInUse, volumesOf } from "./volumes";

/** An edit of the protected application that stands for all. */
export interface Tried {
    said: Said;
    errors: string[];
    /** What `pulumi up` said, where the edit is to be refused, and the volumes after it. */
    up?: Run;
    now?: Volumes;
}

/** An edit of an unprotected application in a stack of its own. */
export interface TriedAlone {
    said: Said;
    before: Volumes;
    up: Run;
}

/** The name of the unprotected application to which an edit is made. */
export const openName = ({ id }: Unprotected) => `open-${id}`;
/** The one to which a harmless edit is made, with others of its group. */
export const harmlessName = ({ protected: { up } }: Done) => `harmless-${up.with}`;
export const namesOf = (groups: readonly Group[]) => groups.map(({ name }) => name);

/**
 * Every edit, tried: several at a time and in the background, while tests wait for the one that they are about.
 *
 * - Edits that protection is to stop are previewed, and tried by plain `pulumi up`, on a protected application that stands for all.
 * - Those it lets through are previewed and made in one update, to protected applications of their own; in a full run each is previewed by
 *   itself too.
 * - The same with unprotected applications; edits that fail there, or are about the provider, have a stack each.
 */
export class Trials {
    /** Protected applications, and what is done to each. */
    readonly keptGroups = groupsOf("kept", doneEdits);
    /** Unprotected ones. */
    readonly openGroups: Group[];
    readonly together: Unprotected[];
    readonly alone: Unprotected[];

    readonly tried: Record<string, Promise<Tried> | undefined> = {};
    readonly triedAlone: Record<string, Promise<TriedAlone>> = {};
    madeKept!: Promise<Previewed & { now: Record<string, Volumes>; resources: Look["resources"] }>;
    madeOpen!: Promise<Previewed>;
    before!: Record<string, Volumes>;
    base!: State;
    private project: Project | undefined;
    private readonly lanes = new Lanes(3);
    private readonly begun: Promise<unknown>[] = [];

    /** @param isFull every edit is made without protection, and not only those that stand for others; harmless ones are previewed one by one. */
    constructor(
        private readonly world: World,
        private readonly isFull: boolean,
    ) {
        const made = riskyEdits.filter(({ unprotected }) => isFull || unprotected.isRepresentative);
        this.alone = made.filter(({ unprotected }) => unprotected.isAlone);
        this.together = made.filter(({ unprotected }) => !unprotected.isAlone);
        this.openGroups = [
            ...this.together.map((edit) => ({ name: openName(edit), edits: [edit] })),
            ...(isFull ? groupsOf("harmless", harmlessEdits) : []),
        ];
    }

    /** Makes every application as it is before the edits, and begins with those. */
    async begin(): Promise<void> {
        const project = new Project(this.world);
        this.project = project;
        const kept = { state: project.state("kept"), ...programsOf(this.keptGroups, false) };
        const open = { state: project.state("open"), ...programsOf(this.openGroups, true) };
        this.base = project.state(baseName);
        await Promise.all([this.base.up(baseProgram()), kept.state.up(kept.before), open.state.up(open.before)]);
        this.before = volumesInUse(this.world, [baseName, ...namesOf(this.keptGroups), ...namesOf(this.openGroups)]);

        this.madeOpen = this.inBackground(async () => {
            const previewed = await open.state.preview(open.after);
            await open.state.up(open.after);
            return previewed;
        });
        this.madeKept = this.inBackground(async () => {
            const previewed = await kept.state.preview(kept.after);
            await kept.state.up(kept.after);
            return { ...previewed, now: volumesInUse(this.world, namesOf(this.keptGroups)), resources: kept.state.resources() };
        });
        for (const edit of this.alone) this.triedAlone[edit.id] = this.inBackground(() => this.tryAlone(project, edit));
        for (const edit of this.isFull ? protectedEdits : refusedEdits)
            this.tried[edit.id] = this.inBackground(() => this.tryProtected(edit));
    }

    /** Waits until nothing is under way. */
    async end(): Promise<void> {
        await Promise.all(this.begun);
    }

    dispose(): void {
        this.project?.dispose();
    }

    private inBackground<Result>(task: () => Promise<Result>): Promise<Result> {
        const result = this.lanes.run(task);
        this.begun.push(result.catch(() => {}));
        return result;
    }

    private async tryProtected(edit: Protected): Promise<Tried> {
        const state = this.base.fork(`base-${edit.id}`);
        const { review } = await state.preview(editedBase(edit));
        const { errors } = review;
        if (edit.protected.up !== "refused") return { said: saidOf(review), errors };
        const up = await state.run(["up", "-y"], editedBase(edit));
        return { said: saidOf(review), errors, up, now: volumesOf(this.world, [baseName])[baseName] };
    }

    private async tryAlone(project: Project, edit: Unprotected): Promise<TriedAlone> {
        const name = openName(edit);
        const state = project.state(name);
        const programs = programsOfOne(edit, name, true);
        await state.up(programs.before);
        const before = volumesInUse(this.world, [name])[name] as Volumes;
        const { review } = await state.preview(programs.after);
        return { said: saidOf(review), before, up: await state.run(["up", "-y", "--skip-preview"], programs.after) };
    }
}
