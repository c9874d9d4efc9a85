import { type AcknowledgedEvent, AcknowledgedEvents } from "./acknowledged-events";
import type { EventStream } from "./event-stream";
import { measured } from "./measured";
import type { World } from "./world";

/** What user-actions promises of a lost pod or node: nothing lost, and back within 30 s. */
export const failoverSeconds = 30;
/** Until a member that was lost is back with every copy, of which nothing is promised. */
export const wholeSeconds = 120;

/** What is promised of acknowledged events, checked whatever happens to those who keep them. */
export class EventPromise {
    private readonly ledger: AcknowledgedEvent[] = [];

    constructor(
        private readonly world: World,
        private readonly stream: EventStream,
    ) {}

    /** Lets something happen under a client that publishes: nothing lost, nothing doubled, and no longer gap than promised. */
    async survive(what: string, happens: (events: AcknowledgedEvents) => void | Promise<void>): Promise<void> {
        const events = new AcknowledgedEvents(this.world, this.stream);
        try {
            await happens(events);
            events.waitForMore(50, 2 * failoverSeconds);
            const { acknowledged, lost, doubled, longestGapSeconds } = events.stop();
            this.ledger.push(...acknowledged);
            const gap = measured(`${what}: longest gap for a publishing client`, longestGapSeconds, failoverSeconds);
            measured(`${what}: lost of ${acknowledged.length} acknowledged events`, lost, 0, "events");
            expect({ what, lost, doubled, isInTime: gap <= failoverSeconds }).toEqual({ what, lost: 0, doubled: 0, isInTime: true });
        } catch (error) {
            const said = `${(error as Error).message}\n${events.errors(20)}\n${this.stream.lookAround()}`;
            throw new Error(`${what}: ${said}`, { cause: error });
        } finally {
            events.kill();
        }
    }

    /** Looks all events up again that were acknowledged so far: what happened later may have cost the ones before it. */
    expectEverything(): void {
        const stored = this.stream.stored();
        const lost = this.ledger.filter(({ number, sequence }) => stored.get(sequence) !== number).length;
        expect(this.ledger.length).toBeGreaterThan(0);
        expect(measured(`in the end: lost of all ${this.ledger.length} acknowledged events`, lost, 0, "events")).toBe(0);
    }
}
