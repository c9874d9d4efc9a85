import { AcknowledgedWrites } from "./acknowledged-writes";
import type { ClusterDatabase } from "./cluster-database";
import { measured } from "./measured";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** A member that was lost has to be there again before the next one goes; nothing is promised of how long that takes. */
const wholeSeconds = 240;

/** What a use case promises of a lost member. */
export interface FailoverPromise {
    /** How long nothing may be acknowledged. */
    seconds: number;
    /** What was acknowledged this long before may be lost: 0 is none at all. */
    lostSeconds: number;
}

/** Something that befalls the primary. */
export interface PrimaryFault {
    what: string;
    /** Brings it about. What it returns makes good again, once another start of a member leads: a thaw, a node's return. */
    strike: (primary: string, node: number) => (() => void) | undefined;
}

/** Lets things befall a PostgreSQL with standbys under a client that writes, and holds what comes of it against the promise. */
export class ClusterFailover {
    constructor(
        private readonly world: World,
        private readonly database: ClusterDatabase,
        private readonly promise: FailoverPromise,
        private readonly nodes = 1,
    ) {}

    /** Every member is there; and a client, on another node than the primary's where there is one. */
    prepare(): void {
        this.world.kubectl("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=120s");
        this.database.waitUntilWhole(wholeSeconds);
        const primarys = this.database.nodeOf(this.database.primary());
        const clients = this.database.clientNode();
        if (clients === undefined || (this.nodes > 1 && clients === primarys))
            this.database.startClient(`node-${(primarys % this.nodes) + 1}`);
    }

    /** Lets something happen under a client that writes, and checks the promise. */
    underLoad(what: string, act: (writes: AcknowledgedWrites) => void): void {
        this.prepare();
        const writes = new AcknowledgedWrites(this.world, this.database);
        try {
            act(writes);
            const { acknowledged, lost, lostSeconds, longestGapSeconds } = writes.stop();
            measured(`${what}: longest gap for a writing client`, longestGapSeconds, this.promise.seconds);
            const all = `${what}: lost of ${acknowledged} acknowledged writes`;
            if (this.promise.lostSeconds === 0) expect(measured(all, lost, 0, "rows")).toBe(0);
            else {
                const spread = measured(`${all}, ${lost}, which were written within`, lostSeconds, this.promise.lostSeconds);
                expect(spread).toBeLessThanOrEqual(this.promise.lostSeconds);
            }
            expect(longestGapSeconds).toBeLessThanOrEqual(this.promise.seconds);
        } finally {
            writes.kill();
        }
    }

    /** Lets a fault befall the primary, waits until another start of a member leads and is written to, and makes good again. */
    survive({ what, strike }: PrimaryFault): void {
        this.underLoad(what, (writes) => {
            const primary = this.database.primary();
            const incarnation = this.database.incarnation();
            const mend = strike(primary, this.database.nodeOf(primary));
            try {
                waitUntil("another start of a member is the primary", 3 * this.promise.seconds, () => {
                    const now = this.database.incarnation();
                    return now !== incarnation && !now.endsWith(" ");
                });
                writes.waitForMore(50, 2 * this.promise.seconds);
            } finally {
                mend?.();
            }
            // What comes back may take the role over once more.
            writes.waitForMore(50, 2 * this.promise.seconds);
        });
    }
}
