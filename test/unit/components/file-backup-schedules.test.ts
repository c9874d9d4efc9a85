import fc from "fast-check";
import { cronProblem, maintenanceSchedules } from "../../../components/backups/file-backup-schedules";
import { backupPolicies } from "../../../policies/backup";

describe("a cron line", () => {
    it.each(["0 * * * *", "*/15 * * * *", "5,35 0-6/2 1 JAN,7 MON-FRI", "59 23 31 12 6", "0 5 * * 0"])("is %s", (line) => {
        expect(cronProblem(line)).toBeUndefined();
    });

    it.each([
        ["@hourly", "has not five fields"],
        ["0 * * *", "has not five fields"],
        ["60 * * * *", '"60" is no minute: 0 to 59'],
        ["0 24 * * *", '"24" is no hour'],
        ["0 0 0 * *", '"0" is no day of the month'],
        ["0 0 * 13 *", '"13" is no month'],
        ["0 0 * * 7", '"7" is no weekday'],
        ["0 0 * * SON", '"SON" is no weekday'],
        ["*/0 * * * *", "is no minute"],
        ["9-5 * * * *", "is no minute"],
        ["*-5 * * * *", "is no minute"],
        [", * * * *", "is no minute"],
    ])("is not %s", (line, why) => {
        expect(cronProblem(line)).toContain(why);
    });

    it("is told all that is wrong at once", () => {
        expect(cronProblem("61 25 * * *")).toMatch(/"61" is no minute.*; "25" is no hour.*Write e\.g\. "0 2 \* \* \*"\.$/);
    });

    it("is what every named policy has", () => {
        for (const { schedule, drill } of Object.values(backupPolicies)) {
            for (const line of [schedule, drill?.schedule]) expect(line === undefined ? undefined : cronProblem(line)).toBeUndefined();
        }
    });
});

describe("prune and check", () => {
    const anySeed = fc.string({ minLength: 1, maxLength: 40 });

    it("begin a quarter of an hour or more away from the backup and from each other, whatever the application", () => {
        fc.assert(
            fc.property(anySeed, fc.integer({ min: 0, max: 59 }), (seed, minute) => {
                const { prune, check } = maintenanceSchedules(seed, `${minute} * * * *`);
                expect([cronProblem(prune), cronProblem(check)]).toEqual([undefined, undefined]);
                const later = (line: string) => (Number(line.split(" ")[0]) - minute + 60) % 60;
                for (const line of [prune, check]) {
                    expect(later(line)).toBeGreaterThanOrEqual(15);
                    expect(later(line)).toBeLessThanOrEqual(45);
                }
                expect(prune.split(" ")[1]).not.toBe(check.split(" ")[1]);
            }),
        );
    });

    it("don't fall into the hours of the daily backup and the drills", () => {
        fc.assert(
            fc.property(anySeed, (seed) => {
                const { prune, check } = maintenanceSchedules(seed, "0 2 * * *");
                for (const line of [prune, check]) expect(Number(line.split(" ")[1])).toBeGreaterThanOrEqual(6);
            }),
        );
    });

    it("are the same for one application in every run, and spread over many", () => {
        const of = (app: string) => maintenanceSchedules(`backups/${app}`, "0 * * * *");
        expect(of("wiki")).toEqual(of("wiki"));
        const apps = Array.from({ length: 60 }, (_, index) => of(`app-${index}`));
        expect(new Set(apps.map(({ prune }) => prune)).size).toBeGreaterThan(40);
        expect(new Set(apps.map(({ check }) => check)).size).toBeGreaterThan(40);
    });
});
