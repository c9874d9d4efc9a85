import * as fs from "node:fs";
import * as path from "node:path";
import { parsePreview, type Review, review } from "../../../../policies/review";
import { type Run, Stack } from "../../provider/stack";
import type { World } from "../world";
import type { Program } from "./applications";
import type { Look } from "./edit";

/** As many runs of the engine at a time as two cores have use for: one often waits for a pod. */
export class Lanes {
    private free: number;
    private readonly waiting: (() => void)[] = [];

    constructor(count: number) {
        this.free = count;
    }

    async run<Result>(task: () => Promise<Result>): Promise<Result> {
        if (this.free > 0) this.free--;
        else await new Promise<void>((resolve) => this.waiting.push(resolve));
        try {
            return await task();
        } finally {
            const next = this.waiting.shift();
            if (next) next();
            else this.free++;
        }
    }
}

/** One preview: what the review says of it, and the steps it was made from. */
export interface Previewed {
    review: Review;
    /** What is done to each resource, by its name in the program. */
    steps: Record<string, string>;
}

/**
 * One project whose stack has many states: each in a folder of its own, so that any number of edits start from the same state, and several of
 * them run at a time.
 */
export class Project {
    private readonly stack: Stack;
    private readonly library: string;

    constructor(world: World) {
        for (const key of ["PATH", "KUBECONFIG", "PULUMI_HOME"]) process.env[key] = world.engineEnv[key];
        this.library = path.join(world.checkout, "components", "index.js");
        this.stack = new Stack("corpus");
        fs.copyFileSync(path.join(__dirname, "program.js"), path.join(this.stack.dir, "program.js"));
    }

    get dir(): string {
        return this.stack.dir;
    }

    /** A state in which there is nothing. */
    state(name: string): State {
        return new State(this, name, path.join(this.stack.dir, "state"));
    }

    run(args: string[], env: NodeJS.ProcessEnv): Promise<Run> {
        return this.stack.run([...args, "--stack", "t"], { ...env, HOLDFAST_LIBRARY: this.library });
    }

    dispose(): void {
        fs.rmSync(this.stack.dir, { recursive: true, force: true });
    }
}

export class State {
    private readonly folder: string;

    constructor(
        private readonly project: Project,
        readonly name: string,
        from: string,
    ) {
        this.folder = path.join(project.dir, `state-of-${name}`);
        fs.cpSync(from, this.folder, { recursive: true });
    }

    /** The same state under another name: what is done to one isn't known to the other. */
    fork(name: string): State {
        return new State(this.project, name, this.folder);
    }

    /** `pulumi …` with that program. */
    run(args: string[], program: Program): Promise<Run> {
        const file = path.join(this.folder, "program.json");
        fs.writeFileSync(file, JSON.stringify(program));
        return this.project.run(args, { PROGRAM: file, PULUMI_BACKEND_URL: `file://${this.folder}` });
    }

    /** `pulumi up` that must succeed. */
    async up(program: Program, ...options: string[]): Promise<void> {
        const run = await this.run(["up", "-y", "--skip-preview", ...options], program);
        if (run.code !== 0) throw new Error(`pulumi up of ${this.name} failed:\n${run.output.slice(-6000)}`);
    }

    async preview(program: Program): Promise<Previewed> {
        const { output } = await this.run(["preview", "--json", "--show-sames", "--show-replacement-steps"], program);
        const document = parsePreview(output) as { steps?: { op: string; urn: string }[] };
        const steps: Record<string, string> = {};
        for (const { op, urn } of document.steps ?? []) {
            const name = urn.slice(urn.lastIndexOf("::") + 2);
            steps[name] = name in steps ? `${steps[name]} ${op}` : op;
        }
        return { review: review(document), steps };
    }

    /** What Pulumi knows of everything in it. */
    resources(): Look["resources"] {
        const file = path.join(this.folder, ".pulumi", "stacks", "corpus", "t.json");
        const { checkpoint } = JSON.parse(fs.readFileSync(file, "utf8"));
        return checkpoint.latest.resources;
    }
}
