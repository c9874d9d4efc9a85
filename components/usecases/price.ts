/** What a plan costs a month: volumes, operations, snapshots, object storage, requests and copies, each line with its formula. */

import { recoveryPoints } from "../../policies/backup";
import type { Draft } from "./draft";
import type { Price, PriceLine } from "./plan";
import { type PriceTable, priceDate, priceTables, type UnitPrice } from "./price-table";
import { bytesOf, DAY, GiB, secondsOf } from "./quantities";

/** Share of a volume that changes in a day: a planning figure for what increments and logs add. */
const dailyChange = 0.03;
/** Size of a copy against the volume it is of: full to three quarters, compressed to two thirds. */
const copySize = 0.5;
/** restic and barman write objects of about this size. */
const objectMiB = 16;

/** Hundredths of a cent, so that two plans that differ don't seem to cost the same; shown to the cent. */
const rounded = (dollars: number) => Math.round(dollars * 10_000) / 10_000;
const figure = (value: number) => String(Math.round(value * 100) / 100);

/** Amount of each tier above its bound, so that the cheaper tiers count only for what lies in them. */
function tiered(amount: number, tiers: { above: number; price: UnitPrice }[]): { dollars: number; formula: string } {
    let dollars = 0;
    const parts: string[] = [];
    tiers.forEach(({ above, price }, index) => {
        const end = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
        const inTier = Math.max(0, Math.min(amount, end) - above);
        if (inTier > 0) {
            dollars += inTier * price.dollars;
            parts.push(`${inTier} × $${price.dollars}`);
        }
    });
    return { dollars, formula: parts.join(" + ") };
}

class Bill {
    readonly lines: PriceLine[] = [];

    /** `amount` of something at a unit price, or the reason why there is none. */
    add(what: string, amount: number, unit: string, price: UnitPrice | undefined, why: string, forBackup: boolean): void {
        this.lines.push(
            price
                ? {
                      what,
                      monthly: rounded(amount * price.dollars),
                      formula: `${figure(amount)} ${unit} × $${price.dollars}`,
                      source: price.source.origin,
                      forBackup,
                  }
                : { what, monthly: "unknown", formula: why, forBackup },
        );
    }
}

export function priceOf(draft: Draft): Price {
    const { target, given } = draft.wish;
    const region = given.get("region") ?? target.region;
    const table = target.prices && region ? priceTables[target.prices]?.[region] : undefined;
    const why = target.prices ? `no price table for ${region}` : `what a GiB costs on ${target.title} is not known here`;
    const bill = new Bill();
    for (const volume of draft.volumes) {
        volumeLines(bill, draft, volume, table, why);
    }
    if (draft.backup.method !== undefined) {
        backupLines(bill, draft, table, why);
    }
    const known = bill.lines.filter(({ monthly }) => monthly !== "unknown");
    return {
        currency: "USD",
        monthly: known.length === 0 ? "unknown" : rounded(known.reduce((sum, { monthly }) => sum + (monthly as number), 0)),
        unknown: bill.lines.filter(({ monthly }) => monthly === "unknown").map(({ what }) => what),
        lines: bill.lines,
        date: table?.date ?? priceDate,
    };
}

function volumeLines(bill: Bill, draft: Draft, volume: Draft["volumes"][number], table: PriceTable | undefined, why: string): void {
    const { driver, name, size, shared } = volume;
    const count = shared ? 1 : draft.replicas;
    const gib = ((bytesOf(size) ?? 0) / GiB) * count;
    const times = count > 1 ? ` of ${count} members` : "";
    const price = driver.price === undefined ? undefined : table?.volumeGiB[driver.price];
    const reason =
        driver.reach === "node"
            ? "part of the node's price"
            : driver.price === undefined && table
              ? `the price of ${driver.title} is its operator's`
              : table
                ? `the price of ${driver.title} is not in the table`
                : why;
    bill.add(`volume ${name}${times} (${driver.title})`, gib, "GiB", price, reason, false);
    const usage = driver.price === undefined ? undefined : table?.usage?.[driver.price];
    if (usage) {
        bill.add(`reads and writes of volume ${name} (${driver.title})`, 0, "GiB", undefined, usage, false);
    }
    const { iops, throughputMiB } = draft.storage;
    if (shared || driver.price === undefined || !table) {
        return;
    }
    const tiers = table.iops[driver.price];
    if (iops !== undefined && tiers) {
        const { dollars, formula } = tiered(iops, tiers);
        if (dollars > 0) {
            bill.lines.push({
                what: `IOPS of volume ${name}${times}`,
                monthly: rounded(dollars * count),
                formula: `(${formula}) × ${count}`,
                source: tiers[0].price.source.origin,
                forBackup: false,
            });
        }
    }
    const included = driver.limits.throughputMiB?.included ?? 0;
    if (throughputMiB !== undefined && throughputMiB > included) {
        bill.add(
            `throughput of volume ${name}${times}`,
            (throughputMiB - included) * count,
            "MiB/s",
            table.throughputMiB[driver.price],
            why,
            false,
        );
    }
}

function backupLines(bill: Bill, draft: Draft, table: PriceTable | undefined, why: string): void {
    const { backup, volumes } = draft;
    // One member holds everything: a backup is of one copy, however many members there are.
    const gib = volumes.reduce((sum, { size }) => sum + (bytesOf(size) ?? 0), 0) / GiB;
    const points = recoveryPoints(backup.retention);
    const intervalDays = (secondsOf(backup.interval ?? "24h") ?? DAY) / DAY;
    const change = Math.min(1, dailyChange * (backup.method === "archive" ? 1 : intervalDays));
    if (backup.method === "snapshot") {
        bill.add(`snapshots, ${points} kept`, gib * (1 + change * Math.max(0, points - 1)), "GiB", table?.snapshotGiB, why, true);
        return;
    }
    const logDays = (secondsOf(backup.pointInTime ?? "0s") ?? 0) / DAY;
    const stored = gib * copySize * (1 + change * Math.max(0, points - 1)) + gib * dailyChange * logDays;
    bill.add(
        `object storage, ${points} recovery points${logDays > 0 ? ` and ${logDays} days of log` : ""}`,
        stored,
        "GiB",
        table?.objectGiB,
        why,
        true,
    );
    const writtenGiB = gib * dailyChange * 30 * (backup.method === "archive" ? 1 + copySize : copySize);
    const copies = Math.ceil(30 / intervalDays);
    bill.add(
        "requests that write backups",
        Math.ceil((writtenGiB * 1024) / objectMiB + copies) / 1000,
        "thousand",
        table?.putRequests,
        why,
        true,
    );
    if (backup.location === "other-region") {
        bill.add("second copy in another region", stored, "GiB", table?.objectGiB, why, true);
        bill.add("transfer to another region", writtenGiB, "GiB", table?.transferGiB, why, true);
    }
}
