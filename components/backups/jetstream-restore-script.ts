/**
 * Reads a copy of JetStream's streams and gives them back to JetStream, which makes them as they were: with their sequences, times and
 * consumers. For the task that restores, and for drills.
 */

import { lastLine, recordMark } from "./stream";

export const jetStreamRestoreScript = String.raw`"use strict";
const fs = require("node:fs");
const { ask } = require("./client.js");
const { partOf, stateOf, within } = require("./ranges.js");

const notFound = 10059;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function readAt(descriptor, offset, length) {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, fs.readSync(descriptor, buffer, 0, length, offset));
}

/** The line that begins at an offset. */
function lineAt(descriptor, offset, limit = 64 * 1024 * 1024) {
    const parts = [];
    for (let at = offset; at - offset < limit; ) {
        const chunk = readAt(descriptor, at, 65536);
        const end = chunk.indexOf(10);
        if (end >= 0) return Buffer.concat([...parts, chunk.subarray(0, end)]).toString("utf8");
        if (chunk.length === 0) break;
        parts.push(chunk);
        at += chunk.length;
    }
    throw new Error("the stream broke off");
}

/** What is in a copy: its record, and each stream with its place in the file. A copy that isn't whole is none. */
function openCopy(file) {
    const descriptor = fs.openSync(file, "r");
    const { size } = fs.fstatSync(descriptor);
    const tail = Buffer.from(${JSON.stringify(`\n${lastLine}\n`)});
    const first = lineAt(descriptor, 0);
    if (!first.startsWith(${JSON.stringify(`${recordMark}{`)})) throw new Error("the stream doesn't begin with the record of a backup");
    const record = JSON.parse(first.slice(${recordMark.length}));
    let offset = Buffer.byteLength(first) + 1;
    const second = lineAt(descriptor, offset);
    offset += Buffer.byteLength(second) + 1;
    const streams = JSON.parse(second).streams.map((stream) => {
        const placed = { ...stream, offset };
        offset += stream.bytes;
        return placed;
    });
    if (offset + tail.length !== size || !readAt(descriptor, offset, tail.length).equals(tail)) throw new Error("the stream broke off");
    return { descriptor, record, streams };
}

/** What the server itself writes into a stream's description. */
const ownWords = (metadata = {}) => Object.fromEntries(Object.entries(metadata).filter(([key]) => !key.startsWith("_nats.")));

/**
 * A stream's description while it is restored: without limits, which would take away what has grown too old, or too much, before it could
 * be counted.
 */
function openConfig(config, copies, metadata = {}) {
    const { placement, ...kept } = config;
    const open = { max_age: 0, max_bytes: -1, max_msgs: -1, num_replicas: Math.min(config.num_replicas, copies) };
    return { ...kept, ...open, metadata: { ...ownWords(config.metadata), ...metadata } };
}

/** Gives one stream back. There must be none of its name. */
async function give(connection, descriptor, { config, offset, bytes }, wanted, { chunk = 262144 } = {}) {
    const { name } = config;
    const request = { config: wanted, state: { messages: 0, bytes: 0, first_seq: 0, last_seq: 0, consumer_count: 0 } };
    const { deliver_subject: to } = await ask(connection, "STREAM.RESTORE." + name, request, { timeout: 30000 });
    const told = (message) => {
        const text = message.data.toString("utf8");
        const { error } = text === "" ? {} : JSON.parse(text);
        if (error) throw new Error(name + ": " + error.description);
    };
    for (let done = 0; done < bytes; ) {
        const data = readAt(descriptor, offset + done, Math.min(chunk, bytes - done));
        told(await connection.request(to, data, { timeout: 60000 }));
        done += data.length;
    }
    // The server reads all of it now.
    told(await connection.request(to, "", { timeout: 1800000 }));
}

/** True once a stream has a leader, and every copy has what the leader has. A server that is alone has no copies. */
const isWhole = ({ config, cluster }) => {
    if (config.num_replicas === 1 || !cluster) return true;
    const others = cluster.replicas || [];
    return Boolean(cluster.leader) && others.length === config.num_replicas - 1 && others.every(({ current, offline }) => current && !offline);
};

/** Waits for every copy of a stream. */
async function whole(connection, name, { deadline, wait = pause }) {
    for (;;) {
        const info = await ask(connection, "STREAM.INFO." + name).catch((error) => {
            if (error.status !== 503 && error.code !== notFound) throw error;
        });
        if (info && isWhole(info)) return;
        if (Date.now() > deadline) throw new Error(name + ": not every copy is there yet");
        await wait(250);
    }
}

/** A restored stream's part of the answer. */
async function partIn(connection, { config: { name }, first, last }) {
    return partOf(name, within(await stateOf(connection, name), first, last), last);
}

/** A stream as it is there; undefined where there is none. */
const infoOf = (connection, name) =>
    ask(connection, "STREAM.INFO." + name).catch((error) => {
        if (error.code !== notFound) throw error;
    });

module.exports = { give, infoOf, isWhole, openConfig, openCopy, ownWords, partIn, whole };
`;
