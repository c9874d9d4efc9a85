/** Runs something that leaves things behind, and takes them away whatever happens: success, failure, Ctrl-C. */

import { AsyncLocalStorage } from "node:async_hooks";
import * as os from "node:os";

const signals = ["SIGINT", "SIGTERM"] as const;

/** What is still to be taken away, the latest last. */
const open = new Set<() => Promise<void>>();
/** Calls that are under way and would make something after it was cleaned up. */
const underWay = new Set<Promise<unknown>>();
const cleaning = new AsyncLocalStorage<true>();
let isEnding = false;

/** Everything that is open goes, the latest first; one that fails leaves the others their turn. */
async function end(signal: (typeof signals)[number]): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    console.error("\nInterrupted: what was made for this in the cluster is taken away …");
    await Promise.allSettled(underWay);
    for (const cleanUp of [...open].reverse()) {
        await cleaning.run(true, cleanUp).catch((error: Error) => console.error(`  ${error.message}`));
    }
    process.exit(128 + os.constants.signals[signal]);
}
const handlers = Object.fromEntries(signals.map((signal) => [signal, () => void end(signal)]));

/** A call to the cluster. Once a signal has come none begins but those that clean up. */
export function call<T>(make: () => Promise<T>): Promise<T> {
    if (isEnding && !cleaning.getStore()) return new Promise<never>(() => {});
    const made = make();
    underWay.add(made);
    const done = () => void underWay.delete(made);
    made.then(done, done);
    return made;
}

/** The body's result, after `cleanUp` has ended. A failure to clean up doesn't hide the body's own. */
export async function cleaningUp<T>(cleanUp: () => Promise<void>, body: () => Promise<T>): Promise<T> {
    if (open.size === 0) for (const signal of signals) process.on(signal, handlers[signal]);
    open.add(cleanUp);
    try {
        return await body();
    } finally {
        // After a signal, `end` cleans up, and this process ends there.
        if (isEnding) await new Promise<never>(() => {});
        await cleanUp().catch((error: Error) => console.error(`Could not clean up: ${error.message}`));
        open.delete(cleanUp);
        if (open.size === 0) for (const signal of signals) process.off(signal, handlers[signal]);
    }
}
