import { AcknowledgedKeys } from "./acknowledged-keys";
import { claimsOf } from "./claims";
import { measured } from "./measured";
import type { Store } from "./store";
import type { World } from "./world";

/** What session-store and shopping-cart promise of a lost member. */
export const failoverSeconds = 30;
export const lostSeconds = 1;
/** Until a member that was lost is back and in sync, of which nothing is promised. */
export const wholeSeconds = 120;

/** A fault, and what is to be seen around it. */
export interface Fault {
    what: string;
    /** The node whose network the client is in. */
    clientNode?: number;
    /** Brings it about. */
    strike: (primary: string) => void;
    /** What is done once another member leads: a thaw, a node's return. */
    mend?: () => void;
    /** False where the primary is told in time, and nothing may be lost. */
    mayLose?: boolean;
}

/** Lets a fault befall the primary under a client that writes, and checks the promise of the failover. */
export function failover(world: World, store: Store, { what, clientNode = 1, strike, mend, mayLose = true }: Fault): void {
    const primary = store.primary();
    const claims = claimsOf(world, store.namespace);
    const writes = new AcknowledgedKeys(world, store, { node: clientNode });
    try {
        strike(primary);
        store.waitForAnotherPrimary(primary, 60);
        writes.waitForMore(50, 60);
        mend?.();
        store.waitUntilWhole(wholeSeconds);
        const { acknowledged, lost, lostSeconds: seconds, longestGapSeconds, errors } = writes.stop();
        const gap = measured(`${what}: longest gap for a writing client`, longestGapSeconds, failoverSeconds);
        measured(`${what}: lost of ${acknowledged} acknowledged writes`, lost, mayLose ? acknowledged : 0, "keys");
        if (gap > failoverSeconds) throw new Error(`${what}: a gap of ${gap} s. The client:\n${errors.slice(-30).join("\n")}`);
        if (mayLose)
            expect(measured(`${what}: what was lost had been written within`, seconds, lostSeconds)).toBeLessThanOrEqual(lostSeconds);
        else expect(lost).toBe(0);
        expect(claimsOf(world, store.namespace)).toEqual(claims);
    } finally {
        writes.kill();
    }
}

/** Lets a change be carried out under a client that writes: nothing acknowledged may be lost, and the gap is a failover's at most. */
export async function changeUnderLoad(world: World, store: Store, what: string, change: () => void | Promise<void>): Promise<void> {
    const writes = new AcknowledgedKeys(world, store);
    try {
        await change();
        writes.waitForMore(50, 60);
        const { acknowledged, lost, longestGapSeconds } = writes.stop();
        const gap = measured(`${what}: longest gap for a writing client`, longestGapSeconds, failoverSeconds);
        expect(gap).toBeLessThanOrEqual(failoverSeconds);
        expect(measured(`${what}: lost of ${acknowledged} acknowledged writes`, lost, 0, "keys")).toBe(0);
    } finally {
        writes.kill();
    }
}
