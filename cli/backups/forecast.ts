/** What a restore will take, said before it begins. Pure. */

import { inWords, roughly, secondsOf } from "../../components/usecases/quantities";
import { restoreRates, restoreTime } from "../../components/usecases/restore-rates";
import { size, span } from "../status/words";
import type { RecoveryPoint } from "./recovery-points";

/** What was promised of a restore. */
export interface Promised {
    rpo: string;
    rto: string;
}

/** A forecast beside the promise. */
export interface Forecast {
    seconds: number;
    /** How it comes about. */
    formula: string;
    /** Undefined where nothing is promised. */
    keepsPromise?: boolean;
}

/** Seconds to load a stream of this size, by the planning rate. */
export function forecastOf(bytes: number, promised: Promised | undefined, method: "stream" | "files" | "archive" = "stream"): Forecast {
    const { seconds, formula } = restoreTime(method, bytes);
    const rto = promised && secondsOf(promised.rto);
    return { seconds, formula, ...(rto === undefined ? {} : { keepsPromise: seconds <= rto }) };
}

/** The forecast in sentences. */
export function forecastWords(
    point: Pick<RecoveryPoint, "id" | "takenAt" | "sizeBytes">,
    promised: Promised | undefined,
    now: number,
    method: "stream" | "files" | "archive" = "stream",
): string[] {
    const age = span((now - Date.parse(point.takenAt)) / 1000);
    const lines = [`recovery point ${point.id.slice(0, 8)} of ${point.takenAt}, ${age} old`];
    if (typeof point.sizeBytes === "number") {
        const { seconds, formula, keepsPromise } = forecastOf(point.sizeBytes, promised, method);
        const { mebibytesPerSecond } = restoreRates[method];
        const verdict =
            keepsPromise === undefined
                ? ""
                : `; promised within ${inWords(promised?.rto ?? "")}${keepsPromise ? "" : ", which this will not keep"}`;
        lines.push(`${size(point.sizeBytes)} at a planned ${mebibytesPerSecond} MiB/s: about ${roughly(seconds)} (${formula})${verdict}`);
    }
    return lines;
}

/** A measured figure beside the promised one. */
export interface Measured {
    what: "RPO" | "RTO";
    seconds: number;
    promised?: string;
}

const isKept = ({ seconds, promised }: Measured) => promised === undefined || seconds <= (secondsOf(promised) ?? 0);

/** `RTO  measured 42 seconds, promised 15 minutes: kept`. Rounded up: a measurement is never less than it says. */
export function measuredWords(figure: Measured): string {
    const promise =
        figure.promised === undefined ? "nothing promised" : `promised ${inWords(figure.promised)}: ${isKept(figure) ? "kept" : "broken"}`;
    return `${figure.what}  measured ${roughly(Math.max(1, figure.seconds))}, ${promise}`;
}
