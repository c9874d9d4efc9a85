/** What `holdfast status --json` prints is what docs/status-schema.json says, and every code it can print is in docs/status-schema.md. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { Status } from "../../../cli/status/model";
import type { Reading } from "../../../cli/status/objects";
import { faults, type SchemaDocument } from "../../support/json-schema";
import { ago, claim, cluster, pending, status, storageClass, unbound, volume } from "./status-fixtures";

const root = path.join(__dirname, "../../..");
const document = JSON.parse(fs.readFileSync(path.join(root, "docs/status-schema.json"), "utf8")) as SchemaDocument;
const wrong = (made: unknown) => faults(document, JSON.parse(JSON.stringify(made)), document.$defs.status, "status");

const readings: [string, (reading: Reading) => void][] = [
    ["a healthy cluster", () => {}],
    [
        "members that wait, claims that are kept, old classes, volumes of deleted claims and a snapshot",
        (reading) => {
            reading.pods[1] = pending(1, "0/1 nodes are available: 1 Insufficient memory.");
            reading.claims = [claim(0), unbound(1), claim(5)];
            reading.classes.push(
                storageClass("ledger-aaaaaa", {
                    metadata: { ...storageClass("").metadata, name: "ledger-aaaaaa", creationTimestamp: ago(1) },
                }),
            );
            reading.volumes.push({ ...volume(7), status: { phase: "Released", lastPhaseTransitionTime: "2026-11-22T11:00:00Z" } });
            reading.snapshots = [
                {
                    metadata: { name: "s", namespace: "ledger" },
                    spec: { source: { persistentVolumeClaimName: "data-ledger-0" } },
                    status: { readyToUse: true, creationTime: "2026-11-22T11:00:00Z" },
                },
            ];
        },
    ],
    [
        "a cluster of which little may be read",
        (reading) => {
            reading.notRead = { pods: "not allowed", volumes: "not allowed", snapshots: "not allowed" };
            reading.pods = [];
            reading.stats = { "node-1": { reason: "may not be asked" } };
        },
    ],
    [
        "sizes in bytes, as drivers report them",
        (reading) => {
            reading.claims[0] = { ...claim(0), status: { phase: "Bound", capacity: { storage: "10737418240" } } };
        },
    ],
    [
        "nothing but a volume",
        (reading) => {
            const only = cluster(0);
            Object.assign(reading, {
                ...only,
                statefulsets: [],
                namespaces: [],
                volumes: [{ ...volume(0), status: { phase: "Released" } }],
            });
        },
    ],
];

test.each(readings)("%s", (_, spoil) => {
    const made = status(spoil, 2, { stack: "ledger" });
    expect(wrong(made)).toEqual([]);
});

test("the check finds what is wrong: an unknown property, a missing one, a wrong word, a bare size, a time without a zone", () => {
    const change = (spoil: (made: Status) => void) => {
        const made = JSON.parse(JSON.stringify(status())) as Status;
        spoil(made);
        return wrong(made).length;
    };
    expect(change(() => {})).toBe(0);
    expect(change((made) => Object.assign(made, { extra: 1 }))).toBe(1);
    expect(change((made) => Object.assign(made.apps[0], { state: "fine" }))).toBe(1);
    expect(change((made) => Object.assign(made.apps[0].claims[0], { usedBytes: undefined }))).toBe(1);
    expect(change((made) => Object.assign(made.apps[0].claims[0], { asked: "10 GB" }))).toBe(1);
    expect(change((made) => Object.assign(made, { readAt: "2026-11-22 12:00" }))).toBe(1);
    expect(change((made) => Object.assign(made.apps[0].workloads[0], { ready: -1 }))).toBe(1);
});

test("every code is described, and no other", () => {
    const folder = path.join(root, "cli/status");
    const sources = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
    const used = sources.flatMap((text) => [...text.matchAll(/\b(?:note|waiting|problem)\(\s*"([a-z-]+)"/g)].map(([, code]) => code));
    const text = fs.readFileSync(path.join(root, "docs/status-schema.md"), "utf8");
    const described = [...text.slice(text.indexOf("## Codes")).matchAll(/^\| `([a-z-]+)` /gm)].map(([, code]) => code);
    expect([...described].sort()).toEqual([...new Set(used)].sort());
    expect(new Set(described).size).toBe(described.length);
});
