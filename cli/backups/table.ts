/** A repository's recovery points as a table, newest first. */

import { size, span } from "../status/words";
import { isAhead, type RecoveryPoint } from "./recovery-points";

const completeWords: Record<RecoveryPoint["complete"], string> = {
    yes: "yes",
    no: "NO",
    unchecked: "not looked at",
    unknown: "can't be told",
};

const headings = ["ID", "TAKEN (UTC)", "AGE", "SIZE", "KIND", "COMPLETE"];

/** The table; for the way back from it, ids are as short as restic takes them. */
export function pointsTable(points: readonly RecoveryPoint[], now: number): string {
    const rows = points.map(({ id, takenAt, kind, path, sizeBytes, complete }) => [
        id.slice(0, 8),
        takenAt.slice(0, 19).replace("T", " "),
        isAhead({ takenAt }, now) ? "FUTURE" : span((now - Date.parse(takenAt)) / 1000),
        sizeBytes === "unknown" ? "-" : size(sizeBytes),
        kind === "files" ? `files of ${path.replace(/^\/data\//, "")}` : kind,
        completeWords[complete],
    ]);
    const all = [headings, ...rows];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column].length)));
    return all
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column]))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}
