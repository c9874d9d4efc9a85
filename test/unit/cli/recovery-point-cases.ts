/** A recovery point of a ledger's database, and the record in it. */

import type { RecoveryPoint } from "../../../cli/backups/recovery-points";

export const record = {
    version: 1,
    app: "ledger",
    engine: "postgres",
    database: "ledger",
    owner: "ledger",
    takenAt: "2026-11-22T11:00:00Z",
    query: "select 1",
    answer: "1",
} as const;

export const point = (id: string, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
    id: id.repeat(64),
    takenAt: "2026-11-22T11:00:00.000Z",
    kind: "database",
    path: "/ledger-main.sql",
    host: "ledger",
    sizeBytes: 2048,
    complete: "yes",
    record,
    ...more,
});
