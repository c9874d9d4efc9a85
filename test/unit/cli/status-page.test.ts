import type { Reading } from "../../../cli/status/objects";
import { statusPage } from "../../../cli/status/terminal";
import { ago, claim, condition, pending, status, storageClass, unbound, volume } from "./status-fixtures";

/** An application in trouble, with something in every part of the page. */
function troubled(reading: Reading): void {
    reading.statefulsets[0].spec.replicas = 2;
    reading.pods = [reading.pods[0], pending(1, "0/1 nodes are available: 1 Insufficient memory.")];
    reading.pods[0].status.containerStatuses = [
        { name: "main", ready: true, started: true, restartCount: 3, state: { running: { startedAt: ago(600) } } },
    ];
    const grown = claim(0);
    grown.spec.resources = { requests: { storage: "20Gi" } };
    grown.status.conditions = [condition("Resizing")];
    reading.claims = [grown, unbound(1), claim(2)];
    reading.volumes = [volume(0), volume(2), { ...volume(3), status: { phase: "Released", lastPhaseTransitionTime: ago(3600) } }];
    reading.snapshots = [
        {
            metadata: { name: "nightly", namespace: "ledger" },
            spec: { source: { persistentVolumeClaimName: "data-ledger-0" } },
            status: { readyToUse: true, creationTime: ago(7300) },
        },
    ];
    reading.classes.push(storageClass("ledger-aaaaaa"));
    reading.classes[0].metadata.creationTimestamp = ago(9e6);
    reading.notRead = { events: "not allowed: no events for you" };
}

test("a healthy application is a few lines", () => {
    expect(statusPage(status(undefined, 1, { stack: "ledger" }), { width: 100 })).toBe(`cluster test, of stack ledger

ledger: ready
  StatefulSet ledger: 1 of 1 member ready
    ledger-0  ready  on node-1
  Claims
    data-ledger-0  10Gi  3Gi used (30 %)  on node-1
        class ledger-3f9c1a, volume pv-0, no snapshot
`);
});

test("an application in trouble: what is wrong stands beneath what it is about", () => {
    expect(statusPage(status(troubled, 3), { width: 120 })).toBe(`cluster test

ledger: not ready: something is wrong
  StatefulSet ledger: 1 of 2 members ready
    ledger-0  ready      on node-1   restarted 3 times
    ledger-1  not ready  on no node
        ! no node can take it: the one node has too little memory left
  Claims
    data-ledger-0  10Gi of 20Gi asked  3Gi used (30 %)  on node-1
        class ledger-3f9c1a, volume pv-0, last snapshot nightly, 2 hours ago
        ~ growth to 20Gi is under way: the driver makes the volume larger
    data-ledger-1  10Gi asked          used: unknown    on no node
        class ledger-3f9c1a, no volume yet, no snapshot
        ~ it waits for its pod ledger-1 to get a node: its volume is made there
  Claims that are kept
    data-ledger-2  10Gi  used: unknown  on no node
        class ledger-3f9c1a, volume pv-2, no snapshot
        used bytes unknown: no pod on a node uses it; the kubelet measures only what is mounted
        - no member runs that it belongs to: it is kept with its data
  Volumes of deleted claims
    pv-3, 10Gi, released 60 minutes ago
        - its claim ledger/data-ledger-3 is deleted; it is kept with its data until somebody deletes it
  - data-ledger-0, data-ledger-1 and data-ledger-2 have the earlier class ledger-3f9c1a: new volumes get ledger-aaaaaa

Not read
  - events: not allowed: no events for you
`);
});

test("fits the width it is given, down to one that breaks its columns", () => {
    for (const width of [60, 80, 100, 140]) {
        const longest = Math.max(
            ...statusPage(status(troubled, 3), { width })
                .split("\n")
                .map((line) => line.length),
        );
        expect(longest).toBeLessThanOrEqual(width);
    }
    const narrow = statusPage(status(troubled, 3), { width: 60 });
    expect(narrow).toContain("data-ledger-0, 10Gi of 20Gi asked, 3Gi used (30 %), on");
    expect(narrow).toContain("\n        class ledger-3f9c1a, volume pv-0\n        last snapshot nightly, 2 hours ago\n");
});

test("colours change nothing but the colour, and are left out unless asked for", () => {
    const made = status(troubled, 3);
    const plain = statusPage(made);
    const coloured = statusPage(made, { isColoured: true });
    expect(plain).not.toContain("\x1b");
    expect(coloured).toContain("\x1b[31m! no node can take it");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for is a control character.
    expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe(plain);
});

test("volumes of applications that are gone have a part of their own", () => {
    const page = statusPage(
        status((reading) => {
            reading.classes.push(storageClass("gone-aaaaaa"));
            const spec = {
                ...volume(9).spec,
                storageClassName: "gone-aaaaaa",
                claimRef: { namespace: "gone", name: "data-gone-0", uid: "before" },
            };
            reading.volumes.push({ metadata: { name: "pv-9" }, spec, status: { phase: "Released" } });
        }),
    );
    expect(page).toContain(
        "Volumes of deleted claims, of applications that are gone\n    pv-9, 10Gi\n        - its claim gone/data-gone-0 is deleted",
    );
});
