/** Pauses, and waits that have an end. */
/** Blocks for a while: the tests are one sequence of commands, and so is what they wait for. */
export function sleep(milliseconds: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Waits until a condition holds; returns the seconds that took, or throws when it takes longer than the limit. */
export function waitUntil(what: string, limitSeconds: number, condition: () => boolean): number {
    const started = Date.now();
    for (;;) {
        if (condition()) return (Date.now() - started) / 1000;
        if (Date.now() - started > limitSeconds * 1000) throw new Error(`not within ${limitSeconds} s: ${what}`);
        sleep(250);
    }
}

/** Tries until an attempt throws nothing, and returns what it gave; throws the last one's error when that takes longer than the limit. */
export function retry<T>(limitSeconds: number, attempt: () => T): T {
    const started = Date.now();
    for (;;) {
        try {
            return attempt();
        } catch (error) {
            if (Date.now() - started > limitSeconds * 1000) throw error;
            sleep(250);
        }
    }
}
