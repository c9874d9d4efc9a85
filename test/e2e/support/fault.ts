import { AcknowledgedWrites } from "./acknowledged-writes";
import type { Database } from "./database";
import { measured } from "./measured";
import type { World } from "./world";

/** What user-preferences promises of a lost pod or node: back within 5 minutes. */
export const failoverSeconds = 300;

/**
 * Lets a fault happen under a client that writes, and checks the promise: back in time, no acknowledged write lost, every row, checksum, claim
 * and volume as before.
 */
export function survive(world: World, database: Database, what: string, fault: () => void): void {
    const before = database.fingerprint();
    const incarnation = database.incarnation();
    const writes = new AcknowledgedWrites(world, database);
    try {
        const started = Date.now();
        fault();
        database.waitForNext(incarnation, failoverSeconds);
        const seconds = (Date.now() - started) / 1000;
        writes.waitForMore(50, failoverSeconds);
        const outcome = writes.stop();
        expect(measured(`${what}: until it answers again`, seconds, failoverSeconds)).toBeLessThanOrEqual(failoverSeconds);
        measured(`${what}: longest gap for a writing client`, outcome.longestGapSeconds, failoverSeconds);
        expect(outcome.longestGapSeconds).toBeLessThanOrEqual(failoverSeconds);
        expect(measured(`${what}: lost of ${outcome.acknowledged} acknowledged writes`, outcome.lost, 0, "rows")).toBe(0);
        expect(database.fingerprint()).toEqual(before);
    } finally {
        writes.kill();
    }
}
