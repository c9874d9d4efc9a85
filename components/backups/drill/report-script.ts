/**
 * Last step of a drill, in an image with Node.js: waits for the others, calls the result by its name, and leaves it in the cluster.
 *
 * It runs beside the other steps and not after them, so that it is there when one of them is killed or never starts. Nothing is taken for
 * good: passed is what has every piece of evidence for it. It has no packages; its pieces are exported for the tests.
 */
export const reportScript = String.raw`"use strict";
const fs = require("node:fs");
const https = require("node:https");

const steps = "/drill/steps";
const account = "/drill/account";
/** A step shows each second that it lives; a busy node may keep it from that for a while. */
const silentSeconds = 60;

// ---- what restic's words mean

/** restic's last words, without the places in its sources. */
function lastWords(text) {
    const isPlace = /^\s|^(github\.com|golang\.org|runtime|main)[./]/;
    return text.split("\n").filter((line) => line.trim() !== "" && !isPlace.test(line)).slice(-6);
}

/** Which failure a call of restic ended with. In this order: a server that wasn't reached says nothing about the repository. */
const meanings = [
    [/wrong password or no key found/, "wrong-password"],
    [/config or key \S+ is damaged/, "object-damaged"],
    [/dial tcp|connection re(fused|set)|no such host|i\/o timeout|TLS handshake|x509:|certificate|HTTP response to HTTPS/, "repository-unreachable"],
    [/config file.*(does not exist|no such file)/, "repository-missing"],
    [/config file|Access Denied|access key|signature/i, "repository-unreachable"],
    [/^Ignoring "|failed to load snapshot/m, "object-damaged"],
    [/no snapshot found/, "backup-missing"],
    [/does not exist|no such file|not found in (repository|index)/, "object-missing"],
    [/No space left|no space left/, "engine-failed"],
    [/unexpected EOF|range is not satisfiable|verification failed|invalid data|is damaged|decrypt|hash mismatch|unexpected hash|wrong hash|Unmarshal|JSON/, "object-damaged"],
];

/** What a failed call of restic is called, and restic's own words for it. */
function classify(words, phase, stopped, status) {
    if (status === "137" && stopped === "") return { failure: "engine-failed", detail: "restic was killed (" + phase + "), perhaps for its memory limit" };
    const last = lastWords(words);
    const text = last.join("\n");
    const found = meanings.find(([pattern]) => pattern.test(text));
    const limit = stopped === "deadline" ? "stopped at its limit (" + phase + "). " : "";
    // Without a word until the limit: the server doesn't answer, or there is more to fetch than the limit allows.
    const silent = phase === "list" ? "repository-unreachable" : stopped === "deadline" ? "too-slow" : "repository-unreachable";
    const said = last.find((line) => meanings.some(([pattern]) => pattern.test(line))) || last[0] || "restic said nothing";
    return { failure: found ? found[1] : silent, detail: limit + said };
}

// ---- the verdict

const cut = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);
const trimmed = (text) => String(text).replace(/\s+$/, "");
const iso = (milliseconds) => new Date(milliseconds).toISOString();

/** A step that a live one would have ended or spoken of; undefined where nothing is wrong so far. */
function deadStep(files, now) {
    for (const step of ["fetch", "engine"]) {
        const alive = files[step + ".alive"];
        if (files[step + ".done"] || (step === "engine" && files["fetch.done"] && !files.fetched)) continue;
        if (alive && now - alive.time > silentSeconds * 1000) return step;
    }
    return undefined;
}

/** True once nothing more is to come. */
const isOver = (files) => Boolean(files["fetch.done"] && (files["engine.done"] || !files.fetched));

/** The oldest of the snapshots that were fetched: everything is as old as its oldest part. */
function pointOf(files) {
    const lines = files["snapshots.chosen"] ? files["snapshots.chosen"].text.split("\n").filter(Boolean) : [];
    const times = lines.map((line) => Date.parse((/"time":"([^"]+)"/.exec(line) || [])[1]));
    return times.length > 0 && times.every(Number.isFinite) ? Math.min(...times) : undefined;
}

function recordOf(files) {
    try {
        const record = JSON.parse(files.record.text);
        return record !== null && typeof record === "object" ? record : undefined;
    } catch {
        return undefined;
    }
}

/** What went wrong before there was an answer; undefined where everything was done. */
function failureOf(files, config, end) {
    if (files.failure) return { failure: files.failure.text, detail: files.detail ? files.detail.text : "" };
    if (files["fetch.done"] && !files.fetched) {
        const text = (name) => (files[name] ? files[name].text.trim() : "");
        return classify(text("restic.err"), text("restic.phase"), text("restic.stopped"), text("restic.status"));
    }
    if (end.dead) return { failure: "engine-failed", detail: "the step " + end.dead + " was killed, perhaps for its memory limit" };
    if (!isOver(files)) {
        const step = files["fetch.done"] ? "engine" : "fetch";
        const what = files[step + ".alive"] ? "was still at work" : "hadn't started";
        return { failure: "too-slow", detail: "the step " + step + " " + what + " after " + config.deadlineSeconds + " s" };
    }
    return files.answer ? undefined : { failure: "engine-failed", detail: "there is no answer" };
}

/** What the evidence of a whole run proves, or doesn't. */
function weighed(files, config, result) {
    const record = recordOf(files);
    if (config.engine === "postgres") {
        const missing = ["app", "takenAt", "query", "answer"].filter((name) => !record || typeof record[name] !== "string");
        if (missing.length > 0) return { failure: "backup-incomplete", detail: "the record has no " + missing.join(", ") };
        if (record.app !== config.app) return { failure: "backup-missing", detail: "the newest backup is of " + record.app + ", not of " + config.app };
        if (trimmed(record.answer) !== trimmed(files.answer.text)) {
            return { failure: "answer-differs", detail: "the restored copy answers otherwise than the application did" };
        }
    }
    if (result.rpoSeconds === undefined) return { failure: "backup-incomplete", detail: "nobody knows when it was made" };
    if (result.rpoSeconds > config.rpoSeconds + config.graceSeconds) {
        return { failure: "backup-too-old", detail: "it is " + result.rpoSeconds + " s old, promised are " + config.rpoSeconds + " s" };
    }
    if (result.rtoSeconds > config.rtoSeconds) {
        return { failure: "too-slow", detail: "it took " + result.rtoSeconds + " s, promised are " + config.rtoSeconds + " s" };
    }
    return undefined;
}

/** The result of a run, from the files that its steps left. What isn't known isn't in it. */
function judge(files, config, end) {
    const started = Math.min(end.started, files["fetch.started"] ? files["fetch.started"].time : Number.POSITIVE_INFINITY);
    const result = { version: 1, app: config.app, outcome: "failed", startedAt: iso(started), endedAt: iso(end.now) };
    const record = recordOf(files);
    const point = pointOf(files);
    // Files have no record: they are as old as their snapshot.
    const taken = record ? Date.parse(record.takenAt) : config.engine === "container" ? point : undefined;
    if (point !== undefined) result.recoveryPoint = iso(point);
    if (Number.isFinite(taken)) result.takenAt = iso(taken);
    // Two clocks, the database's and the backup's: the one that says older counts, and none makes a backup younger than new.
    if (point !== undefined && Number.isFinite(taken)) {
        result.rpoSeconds = Math.max(0, Math.round((started - Math.min(point, taken)) / 1000));
    }
    if (files.answer) {
        result.rtoSeconds = Math.round((files.answer.time - started) / 100) / 10;
        result.answer = cut(trimmed(files.answer.text), 1000);
    }
    result.promised = { rpoSeconds: config.rpoSeconds, rtoSeconds: config.rtoSeconds };
    const query = record ? record.query : config.query;
    if (typeof query === "string") result.query = cut(query, 1000);
    if (record && typeof record.answer === "string") result.recorded = cut(trimmed(record.answer), 1000);
    if (files.bytes && files.bytes.text.trim() !== "") {
        result.bytes = files.bytes.text.trim().split(/\s+/).reduce((sum, line) => sum + Number(line), 0);
    }
    const failed = failureOf(files, config, end) || weighed(files, config, result);
    if (!failed) return { ...result, outcome: "passed" };
    return { ...result, failure: failed.failure, detail: cut(failed.detail, 600) };
}

/** When a drill passed last, by the result that was there before. */
function lastPassed(result, before) {
    if (result.outcome === "passed") return result.endedAt;
    if (!before) return undefined;
    return before.outcome === "passed" ? before.endedAt : before.lastPassedAt;
}

/** The result as OpenMetrics. */
function metrics(result) {
    const label = "app=" + JSON.stringify(result.app);
    const seconds = (date) => (date === undefined ? undefined : Date.parse(date) / 1000);
    const rows = [
        ["passed", "1 where the last drill passed, 0 where it failed.", result.outcome === "passed" ? 1 : 0],
        ["ended_timestamp_seconds", "When the last drill ended.", seconds(result.endedAt)],
        ["last_passed_timestamp_seconds", "When a drill passed last.", seconds(result.lastPassedAt)],
        ["rpo_seconds", "Age of the newest backup when the drill began.", result.rpoSeconds],
        ["rpo_promised_seconds", "The age that is promised.", result.promised.rpoSeconds],
        ["rto_seconds", "From the drill's start to the answered query.", result.rtoSeconds],
        ["rto_promised_seconds", "The time that is promised.", result.promised.rtoSeconds],
        ["restored_bytes", "Bytes that were restored.", result.bytes],
    ];
    const lines = rows
        .filter(([, , value]) => value !== undefined)
        .flatMap(([name, help, value]) => [
            "# TYPE holdfast_drill_" + name + " gauge",
            "# HELP holdfast_drill_" + name + " " + help,
            "holdfast_drill_" + name + "{" + label + "} " + value,
        ]);
    const failed = result.failure
        ? ["# TYPE holdfast_drill_failure gauge", "# HELP holdfast_drill_failure Why the last drill failed.", "holdfast_drill_failure{" + label + ",failure=\"" + result.failure + "\"} 1"]
        : [];
    return [...lines, ...failed, "# EOF", ""].join("\n");
}

/** The event that tells of a result. */
function eventOf(result, config) {
    const passed = result.outcome === "passed";
    const figures = "recovery point " + result.rpoSeconds + " s old, restored in " + result.rtoSeconds + " s";
    return {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: config.name + "." + Date.parse(result.endedAt).toString(16), namespace: config.namespace },
        involvedObject: { apiVersion: "batch/v1", kind: "CronJob", name: config.name, namespace: config.namespace },
        type: passed ? "Normal" : "Warning",
        reason: passed ? "DrillPassed" : "DrillFailed",
        message: cut(passed ? figures : result.failure + ": " + result.detail, 1000),
        source: { component: "holdfast-drill" },
        firstTimestamp: result.endedAt,
        lastTimestamp: result.endedAt,
        count: 1,
    };
}

// ---- the cluster

/** One request to the API, as the pod's own account. */
function request(method, path, body, type) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        ca: fs.readFileSync(account + "/ca.crt"),
        method,
        path,
        timeout: 15000,
        headers: {
            Authorization: "Bearer " + fs.readFileSync(account + "/token", "utf8").trim(),
            Accept: "application/json",
            ...(text === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
        },
    };
    return new Promise((resolve, reject) => {
        const sent = https.request(options, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", reject);
            response.on("end", () => {
                const answer = Buffer.concat(parts).toString();
                if (response.statusCode < 300) resolve(JSON.parse(answer));
                else reject(new Error(method + " " + path + ": " + response.statusCode + " " + cut(answer, 300)));
            });
        });
        sent.on("timeout", () => sent.destroy(new Error(method + " " + path + ": no answer")));
        sent.on("error", reject);
        sent.end(text);
    });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again for two minutes: the API may be away for a while, and the result must not be lost to that. */
async function persistently(what) {
    const until = Date.now() + 120000;
    for (;;) {
        try {
            return await what();
        } catch (error) {
            console.error(error.message);
            if (Date.now() > until) throw error;
            await pause(2000);
        }
    }
}

function readSteps() {
    const files = {};
    for (const name of fs.readdirSync(steps)) {
        const { mtimeMs, size } = fs.statSync(steps + "/" + name);
        files[name] = { time: mtimeMs, text: size > 0 && size < 1048576 ? fs.readFileSync(steps + "/" + name, "utf8") : "" };
    }
    return files;
}

function configOf(env) {
    const number = (name) => Number(env[name]);
    return {
        app: env.DRILL_APP,
        name: env.DRILL_NAME,
        namespace: env.DRILL_NAMESPACE,
        engine: env.DRILL_ENGINE,
        query: env.DRILL_QUERY,
        rpoSeconds: number("DRILL_RPO_SECONDS"),
        rtoSeconds: number("DRILL_RTO_SECONDS"),
        graceSeconds: number("DRILL_GRACE_SECONDS"),
        deadlineSeconds: number("DRILL_DEADLINE_SECONDS"),
    };
}

async function main() {
    // The first process of a container is not ended by a signal it doesn't handle.
    process.on("SIGTERM", () => process.exit(143));
    const config = configOf(process.env);
    const started = Date.now();
    let files = readSteps();
    let dead;
    while (!isOver(files) && !dead && Date.now() < started + config.deadlineSeconds * 1000) {
        await pause(200);
        files = readSteps();
        dead = deadStep(files, Date.now());
    }
    const result = judge(files, config, { started, now: Date.now(), dead });
    // The others end with this one, whatever they wait for.
    fs.writeFileSync(steps + "/report.done", "");
    const path = "/api/v1/namespaces/" + config.namespace;
    const object = path + "/configmaps/" + config.name;
    const { data = {} } = await persistently(() => request("GET", object));
    let before;
    try {
        before = JSON.parse(data["result.json"]);
    } catch {
        before = undefined;
    }
    const passedAt = lastPassed(result, before);
    if (passedAt !== undefined) result.lastPassedAt = passedAt;
    const text = JSON.stringify(result);
    const patch = { data: { "result.json": text, "metrics.prom": metrics(result) } };
    await persistently(() => request("PATCH", object, patch, "application/merge-patch+json"));
    console.log(text);
    await request("POST", path + "/events", eventOf(result, config), "application/json").catch((error) => console.error(error.message));
    process.exitCode = result.outcome === "passed" ? 0 : 1;
}

module.exports = { classify, configOf, deadStep, eventOf, isOver, judge, lastPassed, metrics };
if (require.main === module) {
    main().catch((error) => {
        console.error(error.stack);
        process.exitCode = 1;
    });
}
`;
