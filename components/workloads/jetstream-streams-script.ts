/**
 * Makes the streams as they are asked for, and changes those that are there in place. It never deletes a stream, and refuses what would
 * delete messages, unless a permission names the stream.
 */
export const streamsScript = String.raw`"use strict";
const fs = require("node:fs");
const { ask, connectToAny } = require("./client.js");

const notFound = 10059;
const gib = (bytes) => (bytes / 2 ** 30).toFixed(2) + " GiB";
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a changed limit would take away from what is stored; undefined where it takes nothing. */
function lossOf(wanted, { config, state }, now) {
    const lost = [];
    const tighter = (key) => wanted[key] > 0 && (config[key] <= 0 || wanted[key] < config[key]);
    if (tighter("max_bytes") && state.bytes > wanted.max_bytes) {
        lost.push("maxBytes of " + gib(wanted.max_bytes) + " is less than the " + gib(state.bytes) + " that are stored");
    }
    if (tighter("max_msgs") && state.messages > wanted.max_msgs) {
        lost.push("maxMessages of " + wanted.max_msgs + " is less than the " + state.messages + " that are stored");
    }
    const oldest = now - wanted.max_age / 1e6;
    if (tighter("max_age") && state.messages > 0 && Date.parse(state.first_ts) < oldest) {
        lost.push("the oldest stored message is from " + state.first_ts + ", and maxAge would delete what is from before " + new Date(oldest).toISOString());
    }
    if (wanted.num_replicas < config.num_replicas) {
        lost.push("replicas of " + wanted.num_replicas + " is less than the " + config.num_replicas + " copies that there are");
    }
    return lost.length === 0 ? undefined : lost.join("; ");
}

/** A list's order means nothing to the server. */
const canonical = (value) => JSON.stringify(Array.isArray(value) ? [...value].sort() : value);

/** What of a stream differs from what is asked for. */
const changedKeys = (wanted, config) => Object.keys(wanted).filter((key) => canonical(wanted[key]) !== canonical(config[key]));

/** What is to be done for every stream, and every reason why it can't be. Nothing is changed yet. */
async function compare(connection, { streams, permitted }, now) {
    const steps = [];
    const problems = [];
    for (const wanted of streams) {
        const { name } = wanted;
        let there;
        try {
            there = await ask(connection, "STREAM.INFO." + name);
        } catch (error) {
            if (error.code !== notFound) throw error;
        }
        if (!there) {
            steps.push({ verb: "CREATE", config: wanted, words: "made" });
            continue;
        }
        const changed = changedKeys(wanted, there.config);
        const loss = lossOf(wanted, there, now);
        if (there.config.storage !== wanted.storage) {
            problems.push(name + ": it is stored in " + there.config.storage + ", and not in " + wanted.storage + ". Copy it into a stream of another name.");
        } else if (loss && !permitted.includes(name)) {
            problems.push(name + ": " + loss + ". Write more, or permit the loss: holdfast:allow: [\"delete stream/" + name + "\"]");
        } else if (changed.length > 0) {
            steps.push({ verb: "UPDATE", config: { ...there.config, ...wanted }, words: "changed in place: " + changed.join(", ") });
        } else {
            steps.push({ config: wanted, words: "as it is asked for" });
        }
    }
    return { steps, problems };
}

/** True once a stream has a leader, and every copy has what the leader has. */
const isWhole = ({ config, cluster }) => {
    const others = (cluster && cluster.replicas) || [];
    return config.num_replicas === 1 || (Boolean(cluster && cluster.leader) && others.length === config.num_replicas - 1 && others.every(({ current, offline }) => current && !offline));
};

/** Makes and changes, and waits until every stream has all of its copies. */
async function apply(connection, steps, { say, deadline, wait = pause }) {
    for (const { verb, config, words } of steps) {
        if (verb) await ask(connection, "STREAM." + verb + "." + config.name, config, { timeout: 15000 });
        say("stream " + config.name + ": " + words);
    }
    for (const { config } of steps) {
        for (;;) {
            const info = await ask(connection, "STREAM.INFO." + config.name);
            if (isWhole(info)) break;
            if (Date.now() > deadline) throw new Error("stream " + config.name + ": not every copy is there yet");
            await wait(250);
        }
    }
}

/** One try, over one connection. */
async function once(request, options, say, deadline) {
    const connection = await connectToAny(request.servers, options);
    try {
        const { steps, problems } = await compare(connection, request, Date.now());
        if (problems.length > 0) return problems;
        await apply(connection, steps, { say, deadline });
        const listed = (await ask(connection, "STREAM.NAMES", {})).streams || [];
        const others = listed.filter((name) => !request.streams.some((stream) => stream.name === name));
        if (others.length > 0) say("not asked for, and left as they are: " + others.join(", "));
        return [];
    } finally {
        connection.close();
    }
}

/** What a later try may mend: a server that isn't there yet, or that has no leader to ask. */
const mayPass = ({ code, status }) => code === undefined || status === 503 || status === 500;

async function main() {
    // The first process of a container is not ended by a signal it doesn't handle.
    process.on("SIGTERM", () => process.exit(143));
    const request = JSON.parse(fs.readFileSync(__dirname + "/streams.json", "utf8"));
    const options = { user: process.env.NATS_USER, password: process.env.NATS_PASSWORD, name: "holdfast-streams" };
    const deadline = Date.now() + request.waitSeconds * 1000;
    let told;
    for (;;) {
        try {
            const problems = await once(request, options, console.log, deadline);
            if (problems.length === 0) return 0;
            console.error("The streams stay as they are: " + problems.length + (problems.length === 1 ? " problem" : " problems"));
            for (const problem of problems) console.error("  - " + problem);
            return 1;
        } catch (error) {
            if (error.message !== told) console.error(error.message);
            told = error.message;
            if (!mayPass(error) || Date.now() > deadline) return 1;
            await pause(500);
        }
    }
}

module.exports = { apply, changedKeys, compare, isWhole, lossOf };
if (require.main === module) main().then((code) => process.exit(code));
`;
