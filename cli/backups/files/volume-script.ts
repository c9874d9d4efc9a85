/**
 * What a restore does on the volumes of one member, in Node.js: looks whether they are empty, unpacks a stream onto them, and compares what is
 * there with what was backed up, entry by entry.
 *
 * Everything is told on standard output: `@has <claim> <entries>`, `@read <bytes>`, `@made <entries> <files> <bytes> <skipped>`, and a
 * `@problem` for each thing that is wrong.
 */

import { unpackScript } from "./unpack-script";

/** A volume as the script is told of it. */
export interface ScriptVolume {
    claim: string;
    /** Where the task's pod has it. */
    mounted: string;
    /** What its files are called in an archive: the path from the root, or nothing where they are alone in it. */
    archived: string;
    /** What they are called in a snapshot: `/data/<claim>`. */
    listed: string;
    /** This restore has begun with it, when it was empty: what is on it is an earlier run's. */
    isBegun?: boolean;
}

const script = String.raw`"use strict";
const fs = require("node:fs");

const volumes = JSON.parse(process.env.VOLUMES);
/** Names are bytes: as Latin-1 every one of them stays what it is. */
const raw = (text) => Buffer.from(text, "latin1");
const shown = (text) => raw(text).toString("utf8");
const say = (line) => fs.writeSync(1, line + "\n");
class Problem extends Error {}

/** What is to be there, by its path. */
const expected = new Map();
let skipped = 0;

/** The file system's own folder, which only root may touch. */
const isFileSystems = (name) => name === "lost+found" || name.startsWith("lost+found/");
const namesIn = (path) => fs.readdirSync(raw(path), { encoding: "latin1" });
const topOf = ({ mounted }) => namesIn(mounted).filter((name) => !isFileSystems(name));

function remove(path) {
    if (fs.lstatSync(raw(path)).isDirectory()) {
        fs.chmodSync(raw(path), 0o700);
        for (const name of namesIn(path)) remove(path + "/" + name);
        fs.rmdirSync(raw(path));
    } else {
        fs.unlinkSync(raw(path));
    }
}

/** How much each volume has. One that this restore has begun with is emptied first. */
function look() {
    for (const volume of volumes) {
        if (volume.isBegun) for (const name of topOf(volume)) remove(volume.mounted + "/" + name);
        say("@has " + volume.claim + " " + topOf(volume).length);
    }
}

const kindOf = (stat) =>
    stat.isFile() ? "file" : stat.isDirectory() ? "dir" : stat.isSymbolicLink() ? "link" : stat.isFIFO() ? "fifo" : "other";

function linesOf(path, each) {
    const fd = fs.openSync(path, "r");
    const buffer = Buffer.alloc(1 << 20);
    let rest = "";
    for (let read; (read = fs.readSync(fd, buffer, 0, buffer.length, null)) > 0; ) {
        const lines = (rest + buffer.toString("latin1", 0, read)).split("\n");
        rest = lines.pop();
        lines.forEach(each);
    }
    if (rest !== "") each(rest);
}

/** Names in a list that aren't text in it any more. */
let unreadable = 0;

/** What restic lists of the snapshots, as it is to be there. Its modes are Go's. */
function expectListed(path) {
    const kinds = { file: "file", dir: "dir", symlink: "link", fifo: "fifo" };
    linesOf(path, (line) => {
        const node = JSON.parse(raw(line).toString("utf8"));
        if (node.struct_type !== "node") return;
        const name = Buffer.from(node.path, "utf8").toString("latin1");
        const volume = volumes.find(({ listed }) => name.startsWith(listed + "/"));
        if (!volume) return;
        const rest = name.slice(volume.listed.length + 1);
        if (isFileSystems(rest)) return;
        const kind = kinds[node.type];
        if (!kind) {
            skipped++;
            return;
        }
        if (node.path.includes("\ufffd")) {
            unreadable++;
            return;
        }
        const bit = (shift, value) => (Math.floor(node.mode / 2 ** shift) % 2 ? value : 0);
        const mode = (node.mode & 0o777) | bit(23, 0o4000) | bit(22, 0o2000) | bit(20, 0o1000);
        expected.set(volume.mounted + "/" + rest, { kind, mode, uid: node.uid, gid: node.gid, size: node.size ?? 0 });
    });
}

const isText = (name) => Buffer.from(shown(name), "utf8").equals(raw(name));

/** Compares what is there with what is to be there. */
function compare() {
    const differences = [];
    const wrong = (path, what) => differences.push(shown(path) + ": " + what);
    const made = { entries: 0, files: 0, bytes: 0 };
    const seen = new Set();
    const visit = (path, isTop) => {
        for (const name of namesIn(path)) {
            if (isTop && isFileSystems(name)) continue;
            const at = path + "/" + name;
            const stat = fs.lstatSync(raw(at));
            const kind = kindOf(stat);
            made.entries++;
            if (kind === "file") {
                made.files++;
                made.bytes += stat.size;
            }
            const wanted = expected.get(at);
            if (!wanted && !isText(at) && unreadable > 0) unreadable--;
            else if (!wanted) wrong(at, "is not in the backup");
            else {
                seen.add(at);
                const mode = stat.mode & 0o7777;
                if (kind !== wanted.kind) wrong(at, "is a " + kind + ", and was a " + wanted.kind);
                else if (kind === "file" && stat.size !== wanted.size) wrong(at, "has " + stat.size + " bytes, and had " + wanted.size);
                else if (kind !== "link" && mode !== wanted.mode) wrong(at, "has the mode " + mode.toString(8) + ", and had " + wanted.mode.toString(8));
                else if (stat.uid !== wanted.uid || stat.gid !== wanted.gid) {
                    wrong(at, "belongs to " + stat.uid + ":" + stat.gid + ", and belonged to " + wanted.uid + ":" + wanted.gid);
                } else if (wanted.target !== undefined && fs.readlinkSync(raw(at), { encoding: "latin1" }) !== wanted.target) {
                    wrong(at, "points elsewhere");
                }
            }
            if (kind === "dir") visit(at, false);
        }
    };
    for (const { mounted } of volumes) visit(mounted, true);
    for (const path of expected.keys()) if (!seen.has(path)) wrong(path, "is missing");
    if (unreadable > 0) differences.push(unreadable + " entries whose names are no text are missing");
    if (differences.length > 0) {
        throw new Problem(differences.length + " of " + expected.size + " entries are not as they were: " + differences.slice(0, 10).join("; "));
    }
    say("@made " + made.entries + " " + made.files + " " + made.bytes + " " + skipped);
}
`;

const main = `
try {
    if (process.env.MODE === "look") look();
    else {
        if (process.env.MODE === "unpack") unpack(process.env.STREAM, Number(process.env.SIZE));
        else expectListed(process.env.LIST);
        compare();
    }
} catch (error) {
    say("@problem " + Buffer.from(error.message).toString("base64"));
    process.exitCode = 1;
}
`;

export const volumeScript = `${script}${unpackScript}${main}`;
