import { spawnSync } from "node:child_process";

/** Runs kubectl against one cluster, always with its kubeconfig and context named: never whatever happens to be current. */
export class Kubectl {
    constructor(
        private readonly program: string,
        private readonly kubeconfig: string,
        private readonly context?: string,
    ) {}

    /** Arguments before the verb. */
    get connection(): string[] {
        return [`--kubeconfig=${this.kubeconfig}`, ...(this.context ? [`--context=${this.context}`] : [])];
    }

    /** Output of a command, or undefined when it failed. */
    tryRun(args: string[], input?: string): string | undefined {
        const result = spawnSync(this.program, [...this.connection, ...args], { encoding: "utf8", input, maxBuffer: 1 << 28 });
        return result.status === 0 ? result.stdout : undefined;
    }

    /** Output of a command; throws with kubectl's own message when it failed. */
    run(args: string[], input?: string): string {
        const result = spawnSync(this.program, [...this.connection, ...args], { encoding: "utf8", input, maxBuffer: 1 << 28 });
        if (result.error) throw result.error;
        if (result.status !== 0)
            throw new Error(`kubectl ${args.slice(0, 4).join(" ")}: ${result.stderr.trim() || `exit code ${result.status}`}`);
        return result.stdout;
    }

    /** Makes or updates objects, by server-side apply. */
    apply(manifest: string): void {
        this.run(["apply", "--server-side", "--force-conflicts", "--field-manager=holdfast-sandbox", "-f", "-"], manifest);
    }
}
