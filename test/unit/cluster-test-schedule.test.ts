import * as fs from "node:fs";
import * as path from "node:path";

const { files, order } = require("../e2e/schedule.js");

const folder = path.join(__dirname, "..", "e2e");
const there = (fs.readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => file.slice(0, -".test.ts".length))
    .sort();

test("every cluster test has its time, and nothing else has", () => {
    expect(Object.keys(files).sort()).toEqual(there);
});

test("each runs once, either alone or beside another", () => {
    const { alone, together } = order(there, false);
    expect([...alone, ...together].sort()).toEqual(there);
    expect(alone).toEqual(["sandbox-lifecycle"]);
});

/** About engines with several members: the matrix of use cases and faults, and what is backed up of them. */
const matrix = there.filter((file) => /^(banking-ledger|jetstream|postgres-archive|together|valkey|verbs)/.test(file));

test("one honest round of everything stays within 45 minutes", () => {
    expect(order(there, false).seconds / 60).toBeLessThanOrEqual(45);
});

test("every round of the use cases' matrix stays within 90 minutes, and every round of all else too", () => {
    const others = there.filter((file) => !matrix.includes(file));
    expect(order(matrix, true).seconds / 60).toBeLessThanOrEqual(90);
    expect(order(others, true).seconds / 60).toBeLessThanOrEqual(90);
});
