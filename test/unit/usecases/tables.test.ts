/** The tables that newcomers extend: every entry is whole, and its figures have a source. */

import { catalog } from "../../../components/usecases/catalog";
import { cronEvery } from "../../../components/usecases/decide/backup";
import { drivers } from "../../../components/usecases/drivers";
import { modes } from "../../../components/usecases/engines";
import { bytesOf, coresOf, duration, inWords, quantity, roughly, secondsOf } from "../../../components/usecases/quantities";
import { aliases, settings } from "../../../components/usecases/settings";
import { closest } from "../../../components/usecases/suggest";
import { targets } from "../../../components/usecases/targets";
import { backupPolicies, reach, recoveryPoints } from "../../../policies/backup";

test.each(Object.values(drivers).map((driver) => [driver.name, driver] as const))("driver %s is whole", (_, driver) => {
    expect(driver.source.origin).toMatch(/\S/);
    expect(driver.provisioner).toMatch(/^[a-z0-9][\w.\-/]+$/);
    expect(driver.kind === "local").toBe(driver.reach === "node");
    expect(driver.expansion).toBe(driver.capabilities.expansion !== "none");
    expect(driver.annualFailure === undefined || (driver.annualFailure.value > 0 && driver.annualFailure.value < 1)).toBe(true);
    if (driver.capabilities.encryption === "option") {
        expect(driver.encryptionParameters).toBeDefined();
    }
    for (const text of [driver.title, driver.performance, driver.needs]) {
        expect(text).toMatch(/\S/);
    }
});

test("every driver that the issue names is in the table", () => {
    expect(Object.keys(drivers)).toEqual(
        expect.arrayContaining([
            "local-path",
            "static-local",
            "topolvm",
            "openebs-lvm",
            "openebs-zfs",
            "nfs-csi",
            "longhorn",
            "ceph-rbd",
            "cephfs",
            "ebs-gp3",
            "ebs-io2",
            "efs",
            "fsx-ontap",
            "sandbox-pool",
        ]),
    );
});

test("a target's drivers, images and environment are ones that exist", () => {
    for (const target of Object.values(targets)) {
        for (const [kind, names] of Object.entries(target.drivers)) {
            expect(names.map((name) => drivers[name]?.kind)).toEqual(names.map(() => kind));
        }
        expect(target.excluded.every((name) => drivers[name] !== undefined)).toBe(true);
        expect(target.excluded.filter((name) => Object.values(target.drivers).flat().includes(name))).toEqual([]);
        for (const engine of ["postgres", "postgres-cluster", "valkey", "jetstream"] as const) {
            expect(target.images[engine]?.image).toMatch(/:[\d.]+(-alpine)?$/);
        }
    }
});

test("policies from the weakest to the strongest never keep less or copy less often", () => {
    const order = ["daily", "hourly", "continuous", "continuous-locked"].map((name) => backupPolicies[name]);
    const kept = order.map(({ retention, interval, pointInTime }) =>
        reach(retention, secondsOf(interval ?? "") ?? 0, secondsOf(pointInTime ?? "0s")),
    );
    const intervals = order.map(({ interval }) => secondsOf(interval ?? "") ?? 0);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(intervals).toEqual([...intervals].sort((a, b) => b - a));
    for (const { drill, encrypted, offSite, retention } of order) {
        expect(drill?.query.postgres).toMatch(/SELECT/);
        expect(encrypted && offSite).toBe(true);
        expect(recoveryPoints(retention)).toBeGreaterThan(0);
    }
});

test("engines of one kind of data stand from the simplest to the strongest", () => {
    for (const data of ["key-value", "relational", "stream", "files"]) {
        const strength = modes
            .filter(({ serves }) => serves === data)
            .map(({ replication }) => ["none", "asynchronous", "quorum"].indexOf(replication));
        expect(strength).toEqual([...strength].sort());
        expect(strength.length).toBeGreaterThan(0);
    }
});

test("use cases write their needs in units that can be read", () => {
    for (const { needs } of Object.values(catalog)) {
        expect([needs.size, needs.development, needs.growth].map((size) => bytesOf(size))).not.toContain(undefined);
        expect([needs.failover.rpo, needs.failover.rto].map((time) => secondsOf(time))).not.toContain(undefined);
        expect((needs.restore === undefined) === (needs.recreatable !== undefined)).toBe(true);
    }
});

test("short names lead to settings that exist", () => {
    for (const path of Object.values(aliases)) {
        expect(settings[path.replace("volumes.data", "volumes.<volume>")]).toBeDefined();
    }
});

describe("quantities and durations", () => {
    test.each([
        ["1Gi", 2 ** 30],
        ["1.5Gi", 1.5 * 2 ** 30],
        ["500M", 5e8],
        ["1Ti", 2 ** 40],
        ["10", undefined],
        ["10GB", undefined],
        ["-1Gi", undefined],
        ["1 Gi", undefined],
    ])("%s", (text, bytes) => {
        expect(bytesOf(text)).toBe(bytes);
    });
    test.each([
        ["250m", 0.25],
        ["2", 2],
        ["0.5", 0.5],
        ["2Gi", undefined],
        ["-1", undefined],
    ])("%s cores", (text, cores) => {
        expect(coresOf(text)).toBe(cores);
    });
    test.each([
        ["0s", 0],
        ["90s", 90],
        ["15m", 900],
        ["35d", 35 * 86_400],
        ["7y", 7 * 365 * 86_400],
        ["15", undefined],
        ["15 m", undefined],
        ["15min", undefined],
    ])("%s", (text, seconds) => {
        expect(secondsOf(text)).toBe(seconds);
    });
    test("what is written is read back as the same", () => {
        for (const bytes of [2 ** 20, 2 ** 30, 3 * 2 ** 29, 2 ** 40, 65_536 * 2 ** 30]) {
            expect(bytesOf(quantity(bytes))).toBe(bytes);
        }
        for (const seconds of [0, 1, 90, 900, 3600, 86_400, 35 * 86_400, 31_536_000]) {
            expect(secondsOf(duration(seconds))).toBe(seconds);
        }
    });
    test("times for a person", () => {
        expect([inWords("15m"), inWords("1h"), inWords("0s"), roughly(101), roughly(1640), roughly(9000)]).toEqual([
            "15 minutes",
            "1 hour",
            "nothing",
            "101 seconds",
            "28 minutes",
            "3 hours",
        ]);
    });
});

test.each([
    [300, "*/5 * * * *"],
    [3600, "0 * * * *"],
    [6 * 3600, "0 */6 * * *"],
    [7 * 3600, "0 */6 * * *"],
    [86_400, "0 2 * * *"],
    [7 * 86_400, "0 5 * * 0"],
    [31 * 86_400, "0 5 1 * *"],
])("every %i seconds or more often is %s", (seconds, cron) => {
    expect(cronEvery(seconds)).toBe(cron);
});

test.each([
    ["preferences", ["user-preferences", "user-actions"], undefined],
    ["hourley", ["hourly", "daily"], "hourly"],
    ["relpicas", ["replicas", "region"], "replicas"],
    ["zzz", ["hourly", "daily"], undefined],
    ["EKS", ["eks", "sandbox"], "eks"],
])("the closest word to %s of %j is %s", (word, legal, expected) => {
    expect(closest(word, legal as string[])).toBe(expected);
});
