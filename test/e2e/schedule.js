/** Which cluster tests run alone, and about how long each takes on two cores: for the order, the estimates and the limits. */
const os = require("node:os");

/** Seconds of one round, and of every round where that differs. `alone`: it compares the machine before and after. */
const files = {
    durability: { seconds: 220, full: 430 },
    interruptions: { seconds: 180, full: 310 },
    nodes: { seconds: 130, full: 430 },
    "sandbox-lifecycle": { seconds: 90, alone: true },
    "api-restart": { seconds: 150, full: 450 },
    growth: { seconds: 190 },
    status: { seconds: 250 },
    "banking-ledger": { seconds: 5, full: 600 },
    "banking-ledger-faults": { seconds: 5, full: 1360 },
    "chat-history": { seconds: 5, full: 150 },
    "social-feed": { seconds: 5, full: 150 },
    "provider/truth": { seconds: 220 },
    "provider/rules": { seconds: 190 },
    claims: { seconds: 170 },
    jetstream: { seconds: 90, full: 960 },
    "jetstream-nodes": { seconds: 5, full: 560 },
    "jetstream-restore": { seconds: 5, full: 200 },
    "valkey-guard": { seconds: 60, full: 250 },
    "valkey-nodes": { seconds: 5, full: 1300 },
    "valkey-backup": { seconds: 5, full: 200 },
    valkey: { seconds: 5, full: 1800 },
    custom: { seconds: 160 },
    drivers: { seconds: 150 },
    review: { seconds: 130 },
    backup: { seconds: 110 },
    "backups-add-on": { seconds: 95 },
    drill: { seconds: 150 },
    restore: { seconds: 85 },
    "provider/storage": { seconds: 80 },
    volumes: { seconds: 70 },
    package: { seconds: 65 },
    "class-change": { seconds: 60 },
    guardrails: { seconds: 60 },
    "pull-request": { seconds: 60 },
    context: { seconds: 45 },
    "config-errors": { seconds: 35 },
    "edit-corpus": { seconds: 170, full: 800 },
    "restore-backup": { seconds: 180 },
    "restore-custom": { seconds: 240 },
    secrets: { seconds: 5, full: 400 },
    verbs: { seconds: 5, full: 260 },
    retention: { seconds: 45 },
    together: { seconds: 5, full: 420 },
    "postgres-archive": { seconds: 5, full: 700 },
    "archive-drill": { seconds: 5, full: 345 },
    "backup-faults": { seconds: 260, full: 800 },
};

/** What is known of a file; a new one is taken for two minutes, alone. */
function entry(file, isFull) {
    const { seconds, full, alone } = files[file] ?? { seconds: 120, alone: true };
    return { seconds: isFull ? (full ?? seconds) : seconds, alone: alone ?? false };
}

/** Files that run at the same time. */
const lanes = os.availableParallelism() > 1 ? 2 : 1;

/** The files in the order they run in, the longest first so that the lanes end together, and about how long that takes. */
function order(names, isFull) {
    const sorted = [...names].sort((a, b) => entry(b, isFull).seconds - entry(a, isFull).seconds);
    const alone = sorted.filter((name) => entry(name, isFull).alone);
    const together = sorted.filter((name) => !entry(name, isFull).alone);
    const sum = (some) => some.reduce((seconds, name) => seconds + entry(name, isFull).seconds, 0);
    // Two at a time slow each other down.
    return { alone, together, seconds: sum(alone) + (sum(together) / lanes) * (lanes > 1 ? 1.25 : 1) };
}

module.exports = { entry, files, lanes, order };
