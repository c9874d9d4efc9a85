/** An archive for people and as data: base copies, newest first, and the moments between which any other can be restored. */

import { secondsOf } from "../../../components/usecases/quantities";
import { size, span } from "../../status/words";
import type { Listed } from "../document";
import { type Archive, type BaseCopy, windowOf } from "./archive";

const headings = ["BASE COPY", "COMPLETE AT (UTC)", "AGE", "SIZE", "WHOLE", "KEPT"];

const seconds = (moment: string): string => moment.slice(0, 19).replace("T", " ");

function wholeWords({ isWhole, reachesEnd, status }: BaseCopy): string {
    if (!isWhole) return status === "STARTED" ? "not yet" : "NO";
    return reachesEnd ? "yes" : "yes, alone";
}

/** The table, and what can be restored from it. */
export function archivePage(archive: Archive, stack: string, now: number): string {
    const rows = [...archive.bases]
        .reverse()
        .map((base) => [
            base.id,
            base.endedAt === null ? "-" : seconds(base.endedAt),
            base.endedAt === null ? "-" : span((now - Date.parse(base.endedAt)) / 1000),
            size(base.sizeBytes),
            wholeWords(base),
            base.kept === null ? "" : "beyond the window",
        ]);
    const all = [headings, ...rows];
    const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column].length)));
    const line = (row: string[]) =>
        row
            .map((cell, column) => cell.padEnd(widths[column]))
            .join("  ")
            .trimEnd();
    const window = windowOf(archive);
    return [
        ...all.map(line),
        "",
        ...(window
            ? [
                  `Any moment from ${window.from} until ${window.until}, the last transaction that is archived (${span((now - Date.parse(window.until)) / 1000)} ago):`,
                  `  npx holdfast restore ${stack} --at <moment> --to <name>; without --at the last`,
              ]
            : ["Nothing can be restored: no base copy is whole with the log that it needs."]),
        ...(archive.bases.some(({ isWhole, reachesEnd }) => isWhole && !reachesEnd)
            ? [`"yes, alone": the log after it has a gap; it is restored as it was when it was complete: --from <base copy>`]
            : []),
    ].join("\n");
}

/** What `--json` prints (docs/backups-schema.json). */
export function archiveDocument({ stack, app, repository, promised }: Listed, archive: Archive, now: number): object {
    const { bases, archivedAt } = archive;
    const window = windowOf(archive);
    return {
        schema: "holdfast.backups/v1",
        stack,
        app,
        repository: repository.url,
        readAt: new Date(now).toISOString(),
        ...(promised ? { promised: { rpoSeconds: secondsOf(promised.rpo), rtoSeconds: secondsOf(promised.rto) } } : {}),
        recoveryPoints: [],
        archive: {
            ...(window ? { window } : {}),
            ...(archivedAt === null ? {} : { archivedAt: new Date(archivedAt).toISOString() }),
            baseCopies: [...bases].reverse().map(({ id, endedAt, sizeBytes, isWhole, reachesEnd, kept }) => ({
                id,
                ...(endedAt === null ? {} : { endedAt }),
                sizeBytes,
                isWhole,
                reachesEnd,
                isKeptBeyondWindow: kept !== null,
            })),
        },
    };
}
