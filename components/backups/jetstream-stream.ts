/** JetStream as a stream: a snapshot of each of its streams by its own API, with a record before them and a last line after them. */

import { memberHosts, natsPorts } from "../workloads/jetstream-config";
import { natsClientScript } from "../workloads/nats-client-script";
import { jetStreamRangesScript } from "./jetstream-ranges-script";
import { lastLine, recordMark, type Stream, streamFolder, unreadSeconds } from "./stream";

/** Where the copy is put together before its first byte is written out. */
export const jetStreamWorkPath = "/work";

/** What the second line says of each of the streams, whose snapshots follow in this order. */
export interface CopiedStream {
    /** As JetStream's API takes it. */
    config: { name: string } & Record<string, unknown>;
    /** Length of its snapshot. */
    bytes: number;
    /** The messages that it has for certain: so many, from one sequence to the other. */
    messages: number;
    first: number;
    last: number;
}

/** What the script has to know. */
interface StreamRequest {
    app: string;
    servers: string[];
    work: string;
}

/**
 * JetStream gives a receiver five seconds for each piece of a snapshot, and whoever reads this stream may be slower: the snapshots are put into
 * files first, and written out when all of them are whole. Each message is checked by its leader before it is copied.
 */
const script = String.raw`"use strict";
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const { ask, connectToAny } = require("./client.js");
const { partOf, query, stateOf, within } = require("./ranges.js");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Every stream there is, those that nobody asks for any more, too. */
async function namesOf(connection) {
    const names = [];
    for (;;) {
        const { streams, total } = await ask(connection, "STREAM.NAMES", { offset: names.length });
        names.push(...(streams || []));
        if (!streams || streams.length === 0 || names.length >= total) return names.sort();
    }
}

/** One snapshot, as the stream's leader sends it; it fails where that falls silent, or says that it can't go on. */
function receive(connection, name, file, { silence = 30000 } = {}) {
    const inbox = "_INBOX.snapshot." + crypto.randomBytes(8).toString("hex");
    const out = fs.openSync(file, "w");
    let timer;
    let leave;
    return new Promise((resolve, reject) => {
        let answer;
        let isOver = false;
        const arm = (milliseconds) => {
            clearTimeout(timer);
            timer = setTimeout(() => reject(new Error(name + ": its leader fell silent")), milliseconds);
        };
        const end = () => answer && isOver && resolve(answer);
        leave = connection.subscribe(inbox, ({ reply, header, data }) => {
            const status = /^NATS\/1\.0 (\d+) ?([^\r]*)/.exec(header || "");
            if (status && status[1] !== "204") return reject(new Error(name + ": " + status[1] + " " + status[2]));
            if (data.length === 0) {
                isOver = true;
                return end();
            }
            fs.writeSync(out, data);
            if (reply) connection.publish(reply);
            arm(silence);
        });
        connection.closed.then(() => reject(connection.error || new Error(name + ": the connection was lost")));
        // The leader reads every message of it before it answers.
        ask(connection, "STREAM.SNAPSHOT." + name, { deliver_subject: inbox, jsck: true }, { timeout: 1800000 }).then((given) => {
            answer = given;
            if (!isOver) arm(silence);
            end();
        }, reject);
    }).finally(() => {
        clearTimeout(timer);
        leave();
        fs.closeSync(out);
    });
}

/** One stream into a file, and what it has for certain. Another leader may be found meanwhile: it is asked again. */
async function copy(connect, name, file, { say, tries = 5, wait = pause }) {
    for (let left = tries; ; left--) {
        let connection;
        try {
            connection = await connect();
            const { config, state } = await receive(connection, name, file);
            const after = await stateOf(connection, name);
            const first = Math.max(after.first_seq, state.first_seq);
            const last = state.messages === 0 ? 0 : state.last_seq;
            return { config, bytes: fs.statSync(file).size, messages: within(after, first, last), first, last };
        } catch (error) {
            say(error.message);
            if (left <= 1) throw error;
            await wait(1000);
        } finally {
            if (connection) connection.close();
        }
    }
}

/** All of it in files; nothing was written out yet. */
async function prepare(request, connect, say) {
    fs.rmSync(request.work, { recursive: true, force: true });
    fs.mkdirSync(request.work, { recursive: true, mode: 0o700 });
    const takenAt = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const connection = await connect();
    const names = await namesOf(connection);
    connection.close();
    if (names.length === 0) throw new Error("there is no stream, and nothing to copy");
    const streams = [];
    for (const [index, name] of names.entries()) streams.push(await copy(connect, name, path.join(request.work, String(index)), { say }));
    const answer = streams.map(({ config, messages, last }) => partOf(config.name, messages, last)).join("; ");
    return { record: { version: 1, app: request.app, engine: "jetstream", takenAt, query, answer }, streams };
}

/** Writes all of something to a descriptor. The reader may be slow: no more is read than it takes. */
async function written(descriptor, data, taken) {
    for (let rest = Buffer.from(data); rest.length > 0; ) {
        const count = await new Promise((resolve, reject) =>
            fs.write(descriptor, rest, (error, bytes) => (error && error.code !== "EAGAIN" ? reject(error) : resolve(error ? 0 : bytes))),
        );
        if (count === 0) await pause(20);
        else taken();
        rest = rest.subarray(count);
    }
}

async function write({ record, streams }, work, descriptor, taken = () => undefined) {
    await written(descriptor, ${JSON.stringify(recordMark)} + JSON.stringify(record) + "\n" + JSON.stringify({ streams }) + "\n", taken);
    for (const index of streams.keys()) {
        const file = fs.createReadStream(path.join(work, String(index)), { highWaterMark: 1 << 18 });
        for await (const chunk of file) await written(descriptor, chunk, taken);
    }
    await written(descriptor, ${JSON.stringify(`\n${lastLine}\n`)}, taken);
}

/** Ends the process once nobody has taken a byte for so long: Kubernetes tells a command nothing when its reader is gone. */
function attend(seconds) {
    let since = Date.now();
    setInterval(() => {
        // A write that waits for its reader keeps the process from ending in any other way.
        if (Date.now() - since > seconds * 1000) process.kill(process.pid, "SIGKILL");
    }, 10000).unref();
    return () => {
        since = Date.now();
    };
}

async function main() {
    let began;
    const request = JSON.parse(fs.readFileSync(path.join(__dirname, "stream.json"), "utf8"));
    const options = { user: process.env.NATS_USER, password: process.env.NATS_PASSWORD, name: "holdfast-backup" };
    try {
        const prepared = await prepare(request, () => connectToAny(request.servers, options), console.error);
        began = Date.now();
        await write(prepared, request.work, 1, attend(${unreadSeconds}));
    } finally {
        fs.rmSync(request.work, { recursive: true, force: true });
    }
    // What is on its way to a slow reader when a command ends is lost, and nobody is told: docs/backups.md.
    await pause(5000 + (Date.now() - began) / 4);
}

module.exports = { copy, namesOf, prepare, receive, write };
if (require.main === module) {
    for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(signal, () => process.exit(1));
    main().then(
        () => process.exit(0),
        (error) => {
            console.error("the copy failed, and this stream is no recovery point: " + error.message);
            process.exit(1);
        },
    );
}
`;

/** The stream of one application, which K8up runs in the pod beside its members: those have nothing that speaks to them. */
export function jetStreamStream(app: string, replicas: number): Stream {
    const request: StreamRequest = {
        app,
        servers: memberHosts(app, replicas).map((host) => `${host}:${natsPorts.client}`),
        work: `${jetStreamWorkPath}/copy`,
    };
    return {
        extension: ".jetstream",
        files: {
            "stream.sh": `#!/bin/sh\nexec node ${streamFolder}/stream.js\n`,
            "stream.js": script,
            "client.js": natsClientScript,
            "ranges.js": jetStreamRangesScript,
            "stream.json": JSON.stringify(request),
        },
    };
}
