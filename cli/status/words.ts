/** Sizes, times and drivers' messages in the words of a status. */

import { bytesOf } from "../../components/usecases/quantities";

/** Bytes of a quantity as the API server writes it: `1Gi`, and also `1073741824` or `1e9`, which no plan would say. */
export function apiBytes(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const milli = /^(\d+)m$/.exec(text);
    if (milli) return Number(milli[1]) / 1000;
    const plain = /^\d+(\.\d+)?([eE]\d+)?$/.test(text) ? Number(text) : undefined;
    return bytesOf(text) ?? plain;
}

/** Bytes for a person, to about three digits: `45.2Mi`, `1Gi`, `512 bytes`. */
export function size(bytes: number): string {
    if (bytes < 1024) return `${bytes} bytes`;
    const units = ["Ki", "Mi", "Gi", "Ti", "Pi"];
    let value = bytes / 1024;
    let unit = 0;
    while (value >= 1023.5 && unit < units.length - 1) {
        value /= 1024;
        unit++;
    }
    return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))}${units[unit]}`;
}

/** A quantity of the API server's for a person; what can't be read stays as it is. */
export function quantityInWords(text: string): string {
    const bytes = apiBytes(text);
    return bytes === undefined ? text : size(bytes);
}

/** A time span for a person, rounded down: an age is never more than it says. */
export function span(seconds: number): string {
    const [step, name] =
        seconds < 120 ? [1, "second"] : seconds < 7200 ? [60, "minute"] : seconds < 2 * 86_400 ? [3600, "hour"] : [86_400, "day"];
    const count = Math.max(0, Math.floor(seconds / step));
    return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** How long ago a moment was, as `5 minutes`; undefined where the moment isn't known. */
export function since(moment: string | number | undefined | null, now: number): string | undefined {
    const at = typeof moment === "number" ? moment : Date.parse(moment ?? "");
    return at ? span((now - at) / 1000) : undefined;
}

/** ` (2 minutes ago)`, or nothing. */
export function agoIn(moment: string | number | undefined | null, now: number): string {
    const age = since(moment, now);
    return age === undefined ? "" : ` (${age} ago)`;
}

/** What gRPC's status codes mean when a storage driver answers with them. */
const codes: Record<string, string> = {
    ResourceExhausted: "the storage has no room for it",
    OutOfRange: "the driver doesn't have that size",
    InvalidArgument: "the driver refuses what is asked",
    FailedPrecondition: "the driver can't do it in the volume's present state",
    Unimplemented: "the driver can't do that",
    NotFound: "something the driver needs is not there",
    PermissionDenied: "the driver has no permission",
    Unauthenticated: "the driver has no permission",
    Unavailable: "the driver or its storage can't be reached",
    DeadlineExceeded: "the driver or its storage did not answer in time",
    Aborted: "the driver is at work on this volume already",
    AlreadyExists: "the driver has another volume of that name",
};

/** A storage driver's error without its wrappings: what it means, then what the driver said. */
export function driverWords(message: string | undefined): string {
    const text = (message ?? "").trim().replace(/\s+/g, " ");
    const rpc = /rpc error: code = (\w+) desc = ?(.*)$/.exec(text);
    if (rpc) {
        const meaning = codes[rpc[1]] ?? "the driver failed";
        const said = driverWords(rpc[2]);
        return said === "" ? meaning : `${meaning}: ${said}`;
    }
    return text.replace(
        /^((failed to provision volume with StorageClass "[^"]*"|error getting handle for DataSource Type \w+ by Name \S+): )+/,
        "",
    );
}

/** A text with its first line only, without a full stop, at most so long. */
export function brief(text: string | undefined, length = 200): string {
    const line = (text ?? "").trim().split("\n")[0].trim().replace(/\.$/, "");
    return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
    return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
