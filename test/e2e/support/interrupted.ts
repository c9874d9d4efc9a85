import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { mendTornState } from "../../../cli/torn-state";
import type { World } from "./world";

export const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Polls until a condition holds; throws with `what` when it doesn't within the time. */
export async function until(what: string | (() => string), seconds: number, condition: () => boolean): Promise<void> {
    for (const end = Date.now() + seconds * 1000; !condition(); await sleep(10)) {
        if (Date.now() > end) throw new Error(`not within ${seconds} s: ${typeof what === "string" ? what : what()}`);
    }
}

/** Ids of the running processes whose parent is `pid`. */
function childrenOf(pid: number): { pid: number; name: string }[] {
    return fs.readdirSync("/proc").flatMap((entry) => {
        if (!/^\d+$/.test(entry)) return [];
        try {
            const [, name, rest] = /^\d+ \((.*)\) (.*)/s.exec(fs.readFileSync(`/proc/${entry}/stat`, "utf8")) as RegExpExecArray;
            return Number(rest?.split(" ")[1]) === pid && rest?.[0] !== "Z" ? [{ pid: Number(entry), name: name as string }] : [];
        } catch {
            return [];
        }
    });
}

/** A `holdfast` command that a test interrupts. */
export class Interrupted {
    readonly child: ChildProcess;
    /** Everything it has printed. */
    output = "";
    private readonly ended: Promise<number | NodeJS.Signals>;

    constructor(
        private readonly world: World,
        ...args: string[]
    ) {
        this.child = world.startHoldfast(...args);
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream?.on("data", (data) => {
                this.output += data;
            });
        }
        this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve(code ?? (signal as NodeJS.Signals))));
    }

    get pid(): number {
        return this.child.pid as number;
    }

    /** The `pulumi up` or `pulumi destroy` that it runs; undefined while there is none. (Short commands before it are others.) */
    get pulumi(): number | undefined {
        return childrenOf(this.pid).find(({ pid, name }) => {
            try {
                const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
                return name === "pulumi" && (words[1] === "up" || words[1] === "destroy");
            } catch {
                return false;
            }
        })?.pid;
    }

    /** Waits until the engine runs, and returns its process id. */
    async engine(): Promise<number> {
        await until(
            () => `pulumi runs; so far:\n${this.output}`,
            180,
            () => this.pulumi !== undefined,
        );
        return this.pulumi as number;
    }

    async says(pattern: RegExp, seconds = 180): Promise<void> {
        await until(
            () => `${pattern} in\n${this.output}`,
            seconds,
            () => {
                // Looked at first: what it printed last arrives after its end.
                const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null;
                if (pattern.test(this.output)) return true;
                if (hasEnded && this.child.stdout?.readableEnded) throw new Error(`it ended without ${pattern}:\n${this.output}`);
                return false;
            },
        );
    }

    /** A signal to the whole process group: what a terminal's Ctrl-C and a CI's kill do. */
    group(signal: NodeJS.Signals): void {
        process.kill(-this.pid, signal);
    }

    /** Its exit code, or the signal that ended it. */
    async end(): Promise<number | NodeJS.Signals> {
        const result = await this.ended;
        // What it has printed arrives after it has ended.
        await sleep(100);
        return result;
    }

    /**
     * Stops the engine (SIGSTOP) between the moment an object is in the cluster and the moment the engine hears of it: lets it run for a few
     * milliseconds at a time, and watches the API meanwhile. The provider goes on while the engine stands still.
     */
    async freezeWhenMade(kind: string, name: string): Promise<number> {
        const engine = await this.engine();
        const watch = spawn("kubectl", ["get", kind, "--all-namespaces", "--watch", "--output=name"], {
            env: this.world.engineEnv,
            stdio: ["ignore", "pipe", "ignore"],
        });
        let seen = "";
        watch.stdout.on("data", (data) => {
            seen += data;
        });
        try {
            for (const end = Date.now() + 120_000; ; ) {
                process.kill(engine, "SIGSTOP");
                await sleep(25);
                if (new RegExp(`/${name}$`, "m").test(seen)) return engine;
                if (Date.now() > end) throw new Error(`${kind} ${name} was never made:\n${this.output}`);
                process.kill(engine, "SIGCONT");
                await sleep(6);
            }
        } finally {
            watch.kill("SIGKILL");
        }
    }
}

/** A stack of a test's own: its namespace and its objects bear its name. */
export class OwnStack {
    constructor(
        private readonly world: World,
        readonly name: string,
        config: Record<string, string> = {},
    ) {
        world.addStack(name, { useCase: "user-preferences", target: "sandbox", app: name, ...config });
    }

    /** Names of the resources in the state, and of those with an operation under way. */
    state(): { resources: string[]; pending: string[] } {
        // A kill may cut short what the backend writes beside the state; the next `holdfast` command mends it the same way.
        mendTornState(`file://${path.join(this.world.layout.state, "pulumi")}`, this.name);
        const exported = JSON.parse(this.world.pulumi("stack", "export", "--stack", this.name).stdout).deployment ?? {};
        const short = (urn: string) => urn.split("::").pop() as string;
        return {
            resources: (exported.resources ?? []).map((resource: { urn: string }) => short(resource.urn)),
            pending: (exported.pending_operations ?? []).map(
                (operation: { type: string; resource: { urn: string } }) => `${operation.type} ${short(operation.resource.urn)}`,
            ),
        };
    }

    get(kind: string, name: string, jsonpath: string): string {
        return this.world.kubectl("-n", this.name, "get", kind, name, "-o", `jsonpath=${jsonpath}`);
    }

    /** What must never change, as far as it exists: the claim's identity and the password. */
    treasures(): Record<string, string> {
        const field = (kind: string, name: string, jsonpath: string) => {
            const found = this.world.tryKubectl("-n", this.name, "get", kind, name, "-o", `jsonpath=${jsonpath}`);
            return found.status === 0 ? { [kind]: found.stdout } : {};
        };
        return {
            ...field("pvc", `data-${this.name}-0`, "{.metadata.uid}"),
            ...field("secret", `${this.name}-password`, "{.metadata.uid} {.data.password}"),
        };
    }

    /** Throws unless state and cluster are the same, nothing is under way and the program has nothing to change. */
    mustBeInOrder(): void {
        const { pending } = this.state();
        if (pending.length > 0) throw new Error(`still under way: ${pending.join(", ")}`);
        for (const command of [["refresh", "--preview-only"], ["preview"]]) {
            const outcome = this.world.tryPulumi(...command, "--expect-no-changes", "--diff", "--stack", this.name);
            if (outcome.status !== 0) throw new Error(`pulumi ${command.join(" ")} finds differences:\n${outcome.stdout}${outcome.stderr}`);
        }
        if (this.get("pod", `${this.name}-0`, "{.status.containerStatuses[0].ready}") !== "true") throw new Error("the pod is not ready");
    }
}
