/** A repository's recovery points as data. */

import { secondsOf } from "../../components/usecases/quantities";
import type { Promised } from "./forecast";
import { isAhead, type RecoveryPoint } from "./recovery-points";

/** Whose they are. */
export interface Listed {
    stack: string;
    app: string;
    repository: { url: string };
    promised: Promised | undefined;
}

/** What `--json` prints (docs/backups-schema.json). */
export function backupsDocument({ stack, app, repository, promised }: Listed, points: readonly RecoveryPoint[], now: number): object {
    return {
        schema: "holdfast.backups/v1",
        stack,
        app,
        repository: repository.url,
        readAt: new Date(now).toISOString(),
        ...(promised ? { promised: { rpoSeconds: secondsOf(promised.rpo), rtoSeconds: secondsOf(promised.rto) } } : {}),
        recoveryPoints: points.map(({ id, takenAt, kind, path, host, sizeBytes, complete, record }) => ({
            id,
            takenAt,
            ageSeconds: isAhead({ takenAt }, now) ? "unknown" : Math.max(0, Math.floor((now - Date.parse(takenAt)) / 1000)),
            kind,
            path,
            namespace: host,
            sizeBytes,
            complete,
            ...(record ? { query: record.query, answer: record.answer } : {}),
        })),
    };
}
