import * as os from "node:os";
import * as path from "node:path";

/** Folders outside the checkout: what can be built again (`cache`) and what can't (`state`). */
export interface Paths {
    /** Toolchain and images, keyed by their versions; safe to delete at any time. */
    cache: string;
    /** The disposable cluster: its disks, keys, logs, and the Pulumi state of what was deployed on it. */
    state: string;
}

/** The folders of the user who runs the command: `$XDG_CACHE_HOME/holdfast` and `$XDG_STATE_HOME/holdfast/sandbox`. */
export function userPaths(env: NodeJS.ProcessEnv = process.env): Paths {
    const home = env.HOME || os.homedir();
    return {
        cache: path.join(env.XDG_CACHE_HOME || path.join(home, ".cache"), "holdfast"),
        state: path.join(env.XDG_STATE_HOME || path.join(home, ".local", "state"), "holdfast", "sandbox"),
    };
}
