/** Waits until members are in sync, and stops at the first sign of trouble. */

import { setTimeout } from "node:timers/promises";
import type { ClusterApi } from "../backups/cluster";
import { UserError } from "../errors";
import { span } from "../status/words";
import type { MemberEngine, Place } from "./engines/engine";
import { isMomentary, troubleBetween, unsettled, type View } from "./view";

/** Says how far a step is. */
export type Update = (text: string) => void;

/** Between two looks. */
export const pause = (): Promise<void> => setTimeout(1000);

/** A cluster that doesn't answer for a moment is asked again for so long. */
const silentSeconds = 60;

/** A member that is behind at one look is looked at again for so long. */
const behindSeconds = 15;

/** One application's members, as its engine sees them. */
export class Members {
    constructor(
        readonly api: ClusterApi,
        readonly engine: MemberEngine,
        readonly place: Place,
        private readonly limitSeconds: number,
        private readonly momentSeconds = behindSeconds,
    ) {}

    look(): Promise<View> {
        return this.engine.view(this.api, this.place);
    }

    /** A look, and what speaks against a step by it; members that are behind have a moment to catch up. */
    async lookAt(problemsOf: (view: View) => string[]): Promise<{ view: View; problems: string[] }> {
        const end = Date.now() + this.momentSeconds * 1000;
        for (;;) {
            const view = await this.look();
            const problems = problemsOf(view);
            if (!isMomentary(problems, view) || Date.now() > end) return { view, problems };
            await pause();
        }
    }

    /** Has somebody else lead. */
    async handOver(view: View, from: string, update: Update): Promise<void> {
        await this.engine.handOver?.(this.api, this.place, view, from, update);
    }

    /** Looks again and again until the body has an answer; throws after the time that was given, with what it says is missing. */
    async until<T>(update: Update, body: () => Promise<{ done: T } | { waitsFor: string }>): Promise<T> {
        const end = Date.now() + this.limitSeconds * 1000;
        let answered = Date.now();
        for (;;) {
            const result = await body().catch((error: Error) => {
                // What was refused for good is said at once.
                if (!(error instanceof UserError) || error instanceof Trouble || Date.now() - answered > silentSeconds * 1000) throw error;
                return { unanswered: error.message };
            });
            if ("done" in result) return result.done;
            if (!("unanswered" in result)) answered = Date.now();
            const text = "waitsFor" in result ? result.waitsFor : result.unanswered;
            if (Date.now() > end) throw new Trouble(`${text}; that is so after ${span(this.limitSeconds)}`);
            update(text);
            await pause();
        }
    }

    /** Waits until every member is in sync, while one of them may come and go. */
    async settled(before: View, changing: string, update: Update): Promise<View> {
        return this.until<View>(update, async () => {
            const view = await this.look();
            const trouble = troubleBetween(before, view, changing);
            if (trouble !== undefined) throw new Trouble(trouble);
            const missing = unsettled(view);
            return missing === undefined ? { done: view } : { waitsFor: missing };
        });
    }
}

/** What stops everything: it doesn't end by itself. */
export class Trouble extends UserError {}
