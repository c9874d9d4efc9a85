/** When what is done: cron lines of five fields, in UTC, as K8up's scheduler reads them. */

import { createHash } from "node:crypto";

const names: Record<string, readonly string[]> = {
    month: ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    weekday: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

const fields = [
    { name: "minute", from: 0, to: 59 },
    { name: "hour", from: 0, to: 23 },
    { name: "day of the month", from: 1, to: 31 },
    { name: "month", from: 1, to: 12 },
    { name: "weekday", from: 0, to: 6 },
] as const;

/** Why one field of a cron line can't be read, or undefined where it can. */
function fieldProblem(text: string, { name, from, to }: (typeof fields)[number]): string | undefined {
    const numberOf = (word: string) => {
        const index = (names[name] ?? []).indexOf(word.toUpperCase());
        return index >= 0 && word !== "" ? index : /^\d+$/.test(word) ? Number(word) : Number.NaN;
    };
    for (const part of text.split(",")) {
        const match = /^(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/(\d+))?$/.exec(part);
        const [, first = "", last, step] = match ?? [];
        const low = first === "*" ? from : numberOf(first);
        const high = last === undefined ? low : numberOf(last);
        const isRange = first !== "*" || last === undefined;
        if (!match || !isRange || !(low >= from && high <= to && low <= high) || step === "0") {
            return `"${text}" is no ${name}: ${from} to ${to}, "*", "*/2", "1-5" or a list of them`;
        }
    }
    return undefined;
}

/** Why a text is no cron line, or undefined where it is one. */
export function cronProblem(line: string): string | undefined {
    const parts = line.trim().split(/\s+/);
    if (parts.length !== fields.length) {
        return `"${line}" has not five fields (minute, hour, day, month, weekday), e.g. "0 * * * *".`;
    }
    const problems = parts.flatMap((part, index) => fieldProblem(part, fields[index]) ?? []);
    return problems.length === 0 ? undefined : `${problems.join("; ")}. Write e.g. "0 2 * * *".`;
}

/** The minute a backup begins at; its first, where there are several. */
const minuteOf = (line: string): number => Number(/^\d+/.exec(line)?.[0] ?? 0);

/** Prune and check of one repository. */
export interface MaintenanceSchedules {
    /** Once a day: what is kept follows the policy within a day. */
    prune: string;
    /** Once a week. */
    check: string;
}

/**
 * When a repository is pruned and checked, unless it is said.
 *
 * K8up runs neither beside another job of the same repository, and holds a backup up while one of them runs. So they begin a quarter of an
 * hour or more away from the backup and from each other, and at other times for every application: one operator runs them all.
 */
export function maintenanceSchedules(seed: string, backup: string): MaintenanceSchedules {
    const hash = createHash("sha256").update(seed).digest();
    const minute = minuteOf(backup);
    const at = (offset: number) => (minute + offset) % 60;
    // Away from the small hours, in which daily backups are made and drilled.
    const hour = 6 + (hash[0] % 17);
    return {
        prune: `${at(15 + (hash[1] % 10))} ${hour} * * *`,
        check: `${at(35 + (hash[2] % 10))} ${hour === 22 ? 6 : hour + 1} * * ${hash[3] % 7}`,
    };
}
