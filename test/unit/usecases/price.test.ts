import { allLost } from "../../../components/usecases/durability";
import { priceTables } from "../../../components/usecases/price-table";
import { planOf, wish } from "./wishes";

const line = (useCase: string, target: string, what: RegExp, overrides = {}, accept: string[] = []) =>
    planOf(wish(useCase, target, overrides, { accept })).price.lines.find((each) => what.test(each.what));

describe("price", () => {
    test("gp3: 3 × 100 GiB at $0.08, its 3,000 IOPS and 125 MiB/s included", () => {
        expect(line("chat-history", "eks", /^volume data/)).toMatchObject({ monthly: 24, formula: "300 GiB × $0.08" });
        expect(line("chat-history", "eks", /IOPS|throughput/)).toBeUndefined();
    });

    test("gp3: IOPS and throughput beyond what is included, for each member", () => {
        const more = { iops: 5000, "storage.throughputMiB": 325 };
        expect(line("chat-history", "eks", /^IOPS/, more)?.monthly).toBeCloseTo(2000 * 0.005 * 3, 4);
        expect(line("chat-history", "eks", /^throughput/, more)?.monthly).toBeCloseTo(200 * 0.04 * 3, 4);
    });

    test("io2: IOPS get cheaper in tiers above 32,000 and 64,000", () => {
        const monthly = line("banking-ledger", "eks", /^IOPS/, { iops: 70_000 })?.monthly;
        expect(monthly).toBeCloseTo((32_000 * 0.065 + 32_000 * 0.0455 + 6000 * 0.03185) * 3, 2);
    });

    test("a second copy in another region is stored and transferred", () => {
        const far = { "backup.location": "other-region" };
        expect(line("chat-history", "eks", /second copy/, far)?.monthly).toBe(line("chat-history", "eks", /^object storage/)?.monthly);
        expect(line("chat-history", "eks", /^transfer/, far)?.monthly).toBeGreaterThan(0);
        expect(line("chat-history", "eks", /^transfer/)).toBeUndefined();
    });

    test("snapshots are priced as snapshots", () => {
        expect(line("user-preferences", "eks", /^snapshots/, { "backup.method": "snapshot" })?.formula).toContain("× $0.05");
    });

    test("backup lines are marked as not carried out, volume lines aren't", () => {
        const { lines } = planOf(wish("chat-history", "eks")).price;
        expect(lines.filter(({ forBackup }) => forBackup).length).toBe(2);
        expect(lines.find(({ what }) => what.startsWith("volume"))?.forBackup).toBe(false);
    });

    test.each([
        ["a region without a table", wish("chat-history", "eks", { region: "eu-central-1" })],
        ["the sandbox", wish("chat-history", "sandbox")],
        ["another cluster", wish("chat-history", "kubernetes", { storageDriver: "ceph-rbd", "backup.encrypted": true })],
    ])("%s: unknown, with the reason, never zero", (_, asked) => {
        const { price } = planOf(asked);
        expect(price.monthly).toBe("unknown");
        expect(price.unknown.length).toBe(price.lines.length);
        for (const { monthly, formula } of price.lines) {
            expect(monthly).toBe("unknown");
            expect(formula).toMatch(/\S/);
        }
    });

    test("one unknown part leaves the rest a sum that says what it leaves out", () => {
        const { price } = planOf(wish("social-feed", "eks", { "volumes.media.driver": "fsx-ontap" }));
        expect(price.unknown).toEqual(["volume media (FSx for NetApp ONTAP, Multi-AZ)"]);
        expect(price.monthly).toBeGreaterThan(0);
    });

    test("every price of the table is above zero and has a source with its date", () => {
        const found: { dollars: number; source: { origin: string; date: string } }[] = [];
        JSON.stringify(priceTables, (_, value) => {
            if (value && typeof value === "object" && "dollars" in value) {
                found.push(value);
            }
            return value;
        });
        expect(found.length).toBeGreaterThan(8);
        for (const { dollars, source } of found) {
            expect(dollars).toBeGreaterThan(0);
            expect(source.origin).toContain("https://");
            expect(source.date).toMatch(/^\d{4}-\d{2}$/);
        }
    });
});

describe("durability", () => {
    test("one copy is lost as often as its volume", () => {
        expect(allLost(1, 0.002)).toEqual({ value: 0.002, formula: "0.002" });
    });

    test("two copies are lost when the second goes before the first is made anew", () => {
        expect(allLost(2, 0.01).value).toBeCloseTo(2 * 0.01 * 0.01 * (3600 / 31_536_000), 15);
    });

    test("more copies, or better ones, are never lost more often", () => {
        for (const failure of [1e-5, 0.002, 0.05]) {
            for (let copies = 1; copies < 6; copies++) {
                expect(allLost(copies + 1, failure).value).toBeLessThan(allLost(copies, failure).value);
                expect(allLost(copies, failure / 2).value).toBeLessThan(allLost(copies, failure).value);
            }
        }
    });

    test("the loss of the place decides once there are copies", () => {
        expect(planOf(wish("chat-history", "eks")).durability.annualLoss).toBeCloseTo(1e-6, 8);
    });

    test("a part without a figure makes the whole unknown", () => {
        const { durability } = planOf(wish("user-preferences", "sandbox"));
        expect(durability.annualLoss).toBe("unknown");
        expect(durability.formula).toContain("states no annual failure rate");
    });

    test("members that may share a node count as one copy on its disk", () => {
        const plan = planOf(
            wish("session-store", "eks", { "spread.required": false }, { accept: ["members-on-one-node", "survives-less-than-asked"] }),
        );
        expect(plan.durability.annualLoss).toBeCloseTo(0.05, 3);
    });

    test("backups that nobody plans add nothing", () => {
        const { durability } = planOf(wish("session-store", "eks"));
        expect(durability.annualLossWithBackups).toBe(durability.annualLoss);
        expect(durability.formulaWithBackups).toBe("nothing is backed up");
    });
});
