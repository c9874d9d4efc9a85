/** What was promised to applications, by the stacks here that have them. */

import type { Plan } from "../../components/usecases/plan";
import { secondsOf } from "../../components/usecases/quantities";
import { UserError } from "../errors";
import { rawStackConfig, stackNames } from "../stack";
import { looksOfPrunes } from "./looks";
import { type Status, worst } from "./model";
import type { Pod } from "./objects";
import { judgePromise, type PromisedRestore, type PromiseFacts } from "./promise";
import type { BackedUp } from "./promise-read";

/** The promise of a plan whose backups are carried out; undefined where nothing is promised. */
export function promisedBy({ objectives, backup }: Pick<Plan, "objectives" | "backup">): PromisedRestore | undefined {
    const { restore } = objectives;
    if (!restore || !backup.carriedOut) return undefined;
    const every = backup.drill && secondsOf(backup.drill.every);
    return {
        rpoSeconds: secondsOf(restore.rpo) ?? 0,
        rtoSeconds: secondsOf(restore.rto) ?? 0,
        ...(every ? { drillEverySeconds: every } : {}),
    };
}

/**
 * The plan of each stack here whose application is asked for; only of the stack that was named where nothing in the cluster is backed up. A
 * stack that doesn't hold is told by whoever deploys it.
 */
export function plansOf(apps: readonly string[], stack: string | undefined, namedOnly: boolean): Map<string, Plan> {
    const { checkStack } = require("../checked-stack") as typeof import("../checked-stack");
    const plans = new Map<string, Plan>();
    const others = namedOnly ? [] : stackNames().filter((each) => each !== stack);
    for (const name of [...others, ...(stack === undefined ? [] : [stack])]) {
        try {
            const raw = rawStackConfig(name);
            const app = raw["holdfast:app"] ?? raw["holdfast:useCase"];
            // The stack that was named decides over another with the same application.
            if (apps.includes(app)) plans.set(app, checkStack(name).plan);
        } catch (error) {
            if (!(error instanceof UserError)) throw error;
        }
    }
    return plans;
}

/** Adds its promise to every application that has one, or is backed up all the same. A broken one is a problem that someone has to solve. */
export function addPromises(
    status: Status,
    backedUp: BackedUp[] | { reason: string },
    plans: ReadonlyMap<string, Plan>,
    pods: readonly Pod[] = [],
): void {
    const now = Date.parse(status.readAt);
    for (const each of status.apps) {
        const plan = plans.get(each.app);
        const byPlan = plan && promisedBy(plan);
        const unread = "reason" in backedUp ? `whether it is backed up could not be read (${backedUp.reason})` : undefined;
        const found =
            "reason" in backedUp ? undefined : backedUp.find(({ app, namespace }) => app === each.app && namespace === each.namespace);
        if (!byPlan && !found) continue;
        const { rpoSeconds, rtoSeconds } = found?.promisedByDrill ?? {};
        const byDrill = rpoSeconds !== undefined && rtoSeconds !== undefined ? { rpoSeconds, rtoSeconds } : undefined;
        const promised = byPlan ?? byDrill;
        const looks = found?.facts.looks && [...found.facts.looks, ...looksOfPrunes(pods, each.app, each.namespace)];
        const facts: PromiseFacts = {
            backups: [],
            ...found?.facts,
            ...(looks ? { looks } : {}),
            ...(promised ? { promised } : {}),
            ...(unread ? { unread } : {}),
        };
        each.promise = judgePromise(facts, now);
        if (each.promise.verdict === "broken") each.state = worst([each.state, "problem"]);
    }
    status.state = worst([status.state, ...status.apps.map(({ state }) => state)]);
}
