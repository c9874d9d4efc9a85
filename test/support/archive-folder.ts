/** An archive whose bucket is a folder, for what runs in Python: the sandbox's own takes its place in the cluster tests. */

import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

export const folder = mkdtempSync(join(tmpdir(), "holdfast-archive-"));
export const objects = join(folder, "objects");

/** A bucket that is a folder: as much of boto3 as the scripts call. `REFUSES` is the error that it answers everything with. */
const boto3 = `
import os
from datetime import datetime, timezone
class Refused(Exception):
    def __init__(self, words):
        super().__init__(words)
        self.response = {"Error": {"Code": os.environ.get("REFUSES")}}
def check():
    if os.environ.get("REFUSES"): raise Refused("the server says " + os.environ["REFUSES"])
class Client:
    def get_object(self, Bucket, Key):
        check()
        return {"Body": open(os.path.join(os.environ["OBJECTS"], Key), "rb")}
    def get_paginator(self, name): return self
    def paginate(self, Bucket, Prefix):
        check()
        found = [os.path.join(at, name) for at, _, names in os.walk(os.path.join(os.environ["OBJECTS"], Prefix)) for name in names]
        time = lambda path: datetime.fromtimestamp(os.path.getmtime(path), timezone.utc)
        yield {"Contents": [{"Key": os.path.relpath(each, os.environ["OBJECTS"]), "Size": os.path.getsize(each), "LastModified": time(each)} for each in found]}
def client(*_, **__): return Client()
`;

export function put(path: string, text: string | Buffer): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
}

/** A program that notes how it was called, or says what it is to say. */
export function program(name: string, script: string): void {
    put(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
}

/** Makes what the scripts import. */
export function prepare(): void {
    put(join(folder, "python", "boto3.py"), boto3);
    put(join(folder, "python", "botocore", "config.py"), "def Config(**_): return None\n");
    put(join(folder, "python", "botocore", "__init__.py"), "");
}

/** Runs a script as the cluster does. */
export const python = (script: string, more: Record<string, string>): SpawnSyncReturns<string> =>
    spawnSync("python3", ["-c", script], { encoding: "utf8", env: environment(more) });

/** How the scripts find their archive. */
export const environment = (more: Record<string, string>): NodeJS.ProcessEnv => ({
    ...process.env,
    PATH: `${folder}/bin:${process.env.PATH}`,
    PYTHONPATH: join(folder, "python"),
    OBJECTS: objects,
    ENDPOINT: "https://s3",
    ARCHIVE: "bucket/ledger",
    ARCHIVE_FOLDER: "postgres",
    LOOK_INTO: "5",
    ...more,
});

/** Name of a part of the log. */
export const wal = (line: number, part: number): string =>
    `0000000${line}00000000000000${part.toString(16).toUpperCase().padStart(2, "0")}`;
export const putWal = (line: number, part: number, text = ""): void => put(join(objects, "ledger/postgres/wals/x", wal(line, part)), text);

interface Base {
    kept?: string;
    begin?: number;
    status?: string;
    hasFiles?: boolean;
    files?: Buffer;
}

export function putBase(id: string, end: Date, { kept, begin = 1, status = "DONE", hasFiles = true, files }: Base = {}): void {
    const at = join(objects, "ledger/postgres/base", id);
    const time = end.toISOString().replace("T", " ").replace("Z", "000+00:00");
    const lines = {
        begin_time: time,
        end_time: time,
        begin_wal: wal(1, begin),
        end_wal: wal(1, begin),
        end_xlog: `0/${begin.toString(16)}000100`,
        status,
        xlog_segment_size: "16777216",
    };
    put(
        join(at, "backup.info"),
        Object.entries(lines)
            .map((line) => `${line.join("=")}\n`)
            .join(""),
    );
    if (hasFiles) put(join(at, "data.tar.gz"), files ?? "files");
    if (kept) put(join(at, "annotations", "keep"), kept);
}

/** Runs the script of each line in a copy of itself, which needs no time to start. */
const forking = `
import json, os, sys
import base64, bz2, gzip, json, lzma, re, shutil, subprocess, tempfile, threading, time, zlib
import boto3
import botocore.config
from datetime import datetime
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.update(asked["environment"])
        exec(asked["script"], {"__name__": "__main__"})
        os._exit(0)
    os.waitpid(child, 0)
    print("done", flush=True)
`;

/** Python that is started once for many scripts. */
export class WarmPython {
    private readonly process: ChildProcess;
    private readonly lines: AsyncIterator<string>;

    constructor() {
        this.process = spawn("python3", ["-c", forking], { env: environment({}), stdio: ["pipe", "pipe", "ignore"] });
        this.lines = createInterface({ input: this.process.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    }

    async run(script: string, more: Record<string, string>): Promise<void> {
        this.process.stdin?.write(`${JSON.stringify({ script, environment: more })}\n`);
        await this.lines.next();
    }

    end(): void {
        this.process.stdin?.end();
    }
}
