import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import type { Layout } from "./layout";

/** Size of the pool: the sparse file takes only what was written. */
const poolBytes = 64 * 1024 ** 3;

/** Makes the file behind the pool, unless it exists. An interrupted attempt leaves nothing under its name. */
export function ensurePoolFile(layout: Layout): void {
    fs.mkdirSync(layout.pool, { recursive: true, mode: 0o700 });
    if (fs.existsSync(layout.poolFile)) return;
    const partial = `${layout.poolFile}.partial`;
    fs.rmSync(partial, { force: true });
    fs.closeSync(fs.openSync(partial, "w", 0o600));
    fs.truncateSync(partial, poolBytes);
    // "dup" metadata would double every small write for a disk that is one file anyway.
    const result = spawnSync("mkfs.btrfs", ["--quiet", "--metadata", "single", "--data", "single", "--label", "holdfast-pool", partial], {
        encoding: "utf8",
    });
    if (result.status !== 0) throw new Error(`mkfs.btrfs failed: ${(result.error?.message ?? result.stderr).trim()}`);
    fs.renameSync(partial, layout.poolFile);
}

/** Loop devices that still have the pool's file. */
export function poolLoopDevices(layout: Layout): string[] {
    const result = spawnSync("losetup", ["--noheadings", "--output", "NAME", "--associated", layout.poolFile], { encoding: "utf8" });
    return result.status === 0 ? result.stdout.trim().split("\n").filter(Boolean) : [];
}
