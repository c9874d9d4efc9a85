import { forecastOf, forecastWords, measuredWords } from "../../../cli/backups/forecast";
import type { RecoveryPoint } from "../../../cli/backups/recovery-points";

const point: RecoveryPoint = {
    id: "5ab31234".padEnd(64, "0"),
    takenAt: "2026-11-22T11:00:00.000Z",
    kind: "database",
    path: "/ledger-main.sql",
    host: "ledger",
    sizeBytes: 500 * 2 ** 20,
    complete: "yes",
};
const now = Date.parse("2026-11-22T11:42:00Z");
const promised = { rpo: "1h", rto: "15m" };

test("a forecast is the planning rate's, and stands beside the promise", () => {
    expect(forecastOf(500 * 2 ** 20, promised)).toEqual({ seconds: 80, formula: "60 s + 500 MiB / 25 MiB/s (stream)", keepsPromise: true });
    expect(forecastOf(100 * 2 ** 30, promised).keepsPromise).toBe(false);
    expect(forecastOf(1, undefined)).not.toHaveProperty("keepsPromise");
});

test("it is said in sentences, also where the promise will not be kept", () => {
    expect(forecastWords(point, promised, now)).toEqual([
        "recovery point 5ab31234 of 2026-11-22T11:00:00.000Z, 42 minutes old",
        "500Mi at a planned 25 MiB/s: about 80 seconds (60 s + 500 MiB / 25 MiB/s (stream)); promised within 15 minutes",
    ]);
    expect(forecastWords({ ...point, sizeBytes: 100 * 2 ** 30 }, promised, now)[1]).toMatch(
        /promised within 15 minutes, which this will not keep$/,
    );
    expect(forecastWords({ ...point, sizeBytes: "unknown" }, promised, now)).toHaveLength(1);
});

test("a measured figure is rounded up, and stands beside the promised one", () => {
    expect(measuredWords({ what: "RTO", seconds: 42.1, promised: "15m" })).toBe("RTO  measured 43 seconds, promised 15 minutes: kept");
    expect(measuredWords({ what: "RTO", seconds: 901, promised: "15m" })).toBe("RTO  measured 16 minutes, promised 15 minutes: broken");
    expect(measuredWords({ what: "RPO", seconds: 0 })).toBe("RPO  measured 1 second, nothing promised");
});
