/**
 * The two units that plans are written in: Kubernetes quantities (`10Gi`, `250m`) and durations (`30s`, `15m`, `35d`, `7y`).
 *
 * A unit travels in the string, so that no reader of a plan has to guess; arithmetic happens on bytes, cores and seconds.
 */

const binary: Record<string, number> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 };
const decimal: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

export const GiB = 2 ** 30;
export const TiB = 2 ** 40;

/** The same few sizes and times are read over and over while a plan is judged; a bounded memory of them keeps plans cheap. */
function remembering(parse: (text: string) => number | undefined): (text: string) => number | undefined {
    const seen = new Map<string, number | undefined>();
    return (text) => {
        if (!seen.has(text)) {
            if (seen.size > 1000) {
                seen.clear();
            }
            seen.set(text, parse(text));
        }
        return seen.get(text);
    };
}

/** Bytes of a storage or memory quantity with a unit (`10Gi`, `500M`), or undefined where it is none. A bare number has no unit. */
export const bytesOf = remembering((text) => {
    const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)$/.exec(text);
    if (!match) {
        return undefined;
    }
    const bytes = Number(match[1]) * (binary[match[2]] ?? decimal[match[2]]);
    return Number.isSafeInteger(Math.round(bytes)) ? Math.round(bytes) : undefined;
});

/** Cores of a CPU quantity (`250m`, `2`, `0.5`), or undefined where it is none. */
export function coresOf(text: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(text);
    return match ? Number(match[1]) / (match[2] ? 1000 : 1) : undefined;
}

/** The shortest exact binary quantity: `1Gi`, `1536Mi`; bytes that no unit divides are rounded up to the next Mi. */
export function quantity(bytes: number): string {
    for (const unit of ["Pi", "Ti", "Gi", "Mi"]) {
        if (bytes >= binary[unit] && bytes % binary[unit] === 0) {
            return `${bytes / binary[unit]}${unit}`;
        }
    }
    return `${Math.max(1, Math.ceil(bytes / binary.Mi))}Mi`;
}

const seconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400, w: 604800, y: 31_536_000 };

export const HOUR = 3600;
export const DAY = 86400;

/** Seconds of a duration (`1s`, `15m`, `35d`, `7y`), or undefined where it is none. A year is 365 days. */
export const secondsOf = remembering((text) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)$/.exec(text);
    return match ? Number(match[1]) * seconds[match[2]] : undefined;
});

/** A duration in the largest unit that divides it: `90s`, `15m`, `35d`, `7y`. */
export function duration(value: number): string {
    if (value === 0) {
        return "0s";
    }
    for (const unit of ["y", "d", "h", "m"]) {
        if (value >= seconds[unit] && value % seconds[unit] === 0) {
            return `${value / seconds[unit]}${unit}`;
        }
    }
    return value < 1 ? `${Math.round(value * 1000)}ms` : `${Math.round(value)}s`;
}

/** A duration for a person, rounded up: seconds up to two minutes, then minutes, hours, days. */
export function roughly(value: number): string {
    const step = value <= 120 ? 1 : value <= 7200 ? 60 : value <= 2 * DAY ? HOUR : DAY;
    const name = { 1: "second", 60: "minute", [HOUR]: "hour", [DAY]: "day" }[step];
    const count = Math.ceil(value / step);
    return `${count} ${name}${count === 1 ? "" : "s"}`;
}

const words: Record<string, string> = { ms: "millisecond", s: "second", m: "minute", h: "hour", d: "day", w: "week", y: "year" };

/** A duration for a sentence: `15m` → `15 minutes`, `0s` → `nothing`. */
export function inWords(text: string): string {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)$/.exec(text);
    if (!match) {
        return text;
    }
    return Number(match[1]) === 0 ? "nothing" : `${match[1]} ${words[match[2]]}${Number(match[1]) === 1 ? "" : "s"}`;
}
