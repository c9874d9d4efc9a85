/** The cluster of a stack, for commands that make something in it: kubectl with the context named, and objects on its standard input. */

import { spawn } from "node:child_process";
import type { Cluster } from "../../stacks/cluster";
import { UserError } from "../errors";
import { kubectlEnvironment } from "../kubectl-environment";
import { brief } from "../status/words";
import { call } from "./clean-up";

/** As much of an object as tells which it is. */
export interface Made {
    metadata: { name: string; namespace?: string; uid: string; creationTimestamp?: string };
}

/** Why the API server refused, with what it said. */
export class ClusterError extends UserError {
    constructor(
        message: string,
        readonly isMissing: boolean,
    ) {
        super(message);
    }
}

/** kubectl's words without its prefix. */
function refusalOf(stderr: string): ClusterError {
    const line = stderr.trim().split("\n").at(-1) ?? "";
    const isMissing = /\(NotFound\)|doesn't have a resource type|could not find the requested resource/.test(stderr);
    return new ClusterError(brief(line.replace(/^(error|Error from server( \(\w+\))?): /, ""), 500) || "kubectl failed", isMissing);
}

export class ClusterApi {
    private readonly env: NodeJS.ProcessEnv;
    private readonly connection: string[];

    constructor(
        { kubeconfig, context }: Cluster,
        env: NodeJS.ProcessEnv,
        private readonly program = "kubectl",
    ) {
        this.env = kubectlEnvironment(env);
        this.connection = [...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []), `--context=${context}`, "--request-timeout=30s"];
    }

    /**
     * Output of a kubectl command. Not in this process's group: Ctrl-C at a terminal must not end the kubectl that cleans up, nor leave half
     * of what one was making.
     */
    run(args: string[], input?: string): Promise<string> {
        return call(() => this.start(args, input));
    }

    private start(args: string[], input?: string): Promise<string> {
        return new Promise((resolve, reject) => {
            const child = spawn(this.program, [...this.connection, ...args], { env: this.env, detached: true });
            const [out, err]: [Buffer[], Buffer[]] = [[], []];
            child.stdout.on("data", (data: Buffer) => out.push(data));
            child.stderr.on("data", (data: Buffer) => err.push(data));
            child.on("error", (error: NodeJS.ErrnoException) =>
                reject(error.code === "ENOENT" ? new UserError("This needs kubectl, and there is none on PATH. Install it.") : error),
            );
            child.on("close", (code) =>
                code === 0 ? resolve(Buffer.concat(out).toString("utf8")) : reject(refusalOf(Buffer.concat(err).toString("utf8"))),
            );
            // kubectl may end before it has read everything; its exit code tells.
            child.stdin.on("error", () => {});
            child.stdin.end(input ?? "");
        });
    }

    /** Runs the body with a port of this machine behind which a pod's is: the way goes through its kubelet, and no network policy is asked. */
    async forwarded<T>(namespace: string, pod: string, port: number, body: (port: number) => Promise<T>): Promise<T> {
        const argv = [...this.connection, "port-forward", "-n", namespace, `pod/${pod}`, "--address=127.0.0.1", `:${port}`];
        const child = spawn(this.program, argv, { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
        try {
            const local = await new Promise<number>((resolve, reject) => {
                let [out, err] = ["", ""];
                child.stdout.on("data", (data: Buffer) => {
                    out += data.toString("utf8");
                    const found = /^Forwarding from 127\.0\.0\.1:(\d+)/m.exec(out)?.[1];
                    if (found) resolve(Number(found));
                });
                child.stderr.on("data", (data: Buffer) => {
                    err += data.toString("utf8");
                });
                child.on("error", reject);
                child.on("close", () => reject(refusalOf(err)));
            });
            return await body(local);
        } finally {
            child.kill();
        }
    }

    /** Makes an object that must not be there yet. */
    async create<T extends Made>(object: object): Promise<T> {
        return JSON.parse(await this.run(["create", "-f", "-", "-o", "json"], JSON.stringify(object))) as T;
    }

    /** One object, or undefined where there is none, or no such kind. */
    async find<T>(namespace: string | undefined, resource: string, name: string): Promise<T | undefined> {
        const where = namespace === undefined ? [] : ["-n", namespace];
        try {
            const output = await this.run(["get", resource, name, ...where, "-o", "json", "--ignore-not-found"]);
            return output.trim() === "" ? undefined : (JSON.parse(output) as T);
        } catch (error) {
            if (error instanceof ClusterError && error.isMissing) return undefined;
            throw error;
        }
    }

    /** Objects of a namespace with a label; `resources` as kubectl takes them: `jobs,pods`. */
    async list<T>(namespace: string, resources: string, selector: string): Promise<T[]> {
        const output = await this.run(["get", resources, "-n", namespace, "-l", selector, "-o", "json"]);
        return (JSON.parse(output) as { items: T[] }).items;
    }

    /** Deletes an object, which may be gone already; with `waits`, returns when it and what it owns are gone. */
    async remove(namespace: string | undefined, resource: string, name: string, waits = false): Promise<void> {
        const where = namespace === undefined ? [] : ["-n", namespace];
        const how = waits ? ["--cascade=foreground", "--wait=true", "--timeout=25s"] : ["--wait=false"];
        await this.run(["delete", resource, name, ...where, "--ignore-not-found", ...how]);
    }
}
