/** What a list of recovery points shows that someone should know. Pure. */

import { type Look, lookText } from "../status/looks";
import { listed, span } from "../status/words";
import { isAhead, newestWhole, type RecoveryPoint } from "./recovery-points";

const names = (points: readonly RecoveryPoint[]): string =>
    listed([...points.slice(0, 5).map(({ id }) => id.slice(0, 8)), ...(points.length > 5 ? [`${points.length - 5} more`] : [])]);

/** Sentences about streams that broke off and clocks that ran ahead. */
export function remarksOf(points: readonly RecoveryPoint[], now: number): string[] {
    const broken = points.filter(({ complete }) => complete === "no");
    const ahead = points.filter((point) => isAhead(point, now));
    const remarks: string[] = [];
    if (broken.length > 0) {
        const isAnyWhole = points.some(({ complete }) => complete === "yes");
        const one = broken.length === 1;
        remarks.push(
            isAnyWhole
                ? `${names(broken)} ${one ? "has" : "have"} no end and ${one ? "is" : "are"} no recovery point: the next prune forgets ${one ? "it" : "them"} first, and no whole one for ${one ? "it" : "them"}.`
                : `${names(broken)} ${one ? "has" : "have"} no end, and no whole one was seen: look at all of them with --check all, and at why backups break off: docs/backups.md.`,
        );
    }
    if (ahead.length > 0) {
        const until = Math.max(...ahead.map(({ takenAt }) => Date.parse(takenAt)));
        const isOne = ahead.length === 1;
        remarks.push(
            `${names(ahead)} ${isOne ? "is" : "are"} of the future: a clock ran ahead when ${isOne ? "it was" : "they were"} taken. How old ${isOne ? "it is" : "they are"} isn't known, ${isOne ? "it is" : "they are"} restored by --from alone, and nothing is pruned for another ${span((until - now) / 1000)}: forget would keep ${isOne ? "it" : "them"} in place of what is taken later in the same hour, day, week or month. Set the clocks; \`restic forget <id>\` lets prunes go on earlier.`,
        );
    }
    return remarks;
}

/** What was found, as `status` reads it; undefined where no stream was looked at. */
export function lookTextOf(points: readonly RecoveryPoint[], at: number): string | undefined {
    if (!points.some(({ complete }) => complete === "yes" || complete === "no")) return undefined;
    const newest = newestWhole(points, at);
    const look: Look = { at, ...(newest ? { newestWhole: Date.parse(newest.takenAt) } : {}) };
    return lookText(look);
}
