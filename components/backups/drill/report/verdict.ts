/** Of a drill's report: whether it passed, by the evidence that the other steps left. */
export const verdict = String.raw`// ---- the verdict

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
    const last = files.point ? Date.parse(files.point.text.trim()) : Number.NaN;
    if (Number.isFinite(last)) return last;
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
        const step = files["fetch.done"] || files.fetched ? "engine" : "fetch";
        const what = files[step + ".alive"] ? "was still at work" : "hadn't started";
        return { failure: "too-slow", detail: "the step " + step + " " + what + " after " + config.deadlineSeconds + " s" };
    }
    return files.answer ? undefined : { failure: "engine-failed", detail: "there is no answer" };
}

const isArchive = ({ engine }) => engine === "postgres-archive";

/** How far clocks may be apart. One that ran further ahead makes the newest backup's age unknown, and hides what was made since. */
const toleratedSeconds = 600;

function isAhead(files, started) {
    const record = recordOf(files);
    const times = [pointOf(files), record && Date.parse(record.takenAt)].filter(Number.isFinite);
    return times.some((time) => time - started > toleratedSeconds * 1000);
}

/** What the evidence of a whole run proves, or doesn't. */
function weighed(files, config, result) {
    const record = recordOf(files);
    // A log has what the application has left in it; what it could answer at no place of its own is compared with nothing.
    if (isArchive(config) && !record) return { failure: "backup-too-old", detail: files.late ? files.late.text : "there is no mark of the application's" };
    const isCompared = !isArchive(config) || (typeof record.answer === "string" && !files.uncompared);
    // Files have none; every engine that is asked has written down what it answered.
    if (config.engine !== "container") {
        const missing = ["app", "takenAt", "query", ...(isCompared ? ["answer"] : [])].filter((name) => !record || typeof record[name] !== "string");
        if (missing.length > 0) return { failure: "backup-incomplete", detail: "the record has no " + missing.join(", ") };
        if (record.app !== config.app) return { failure: "backup-missing", detail: "the newest backup is of " + record.app + ", not of " + config.app };
        if (isCompared && trimmed(record.answer) !== trimmed(files.answer.text)) {
            return { failure: "answer-differs", detail: "the restored copy answers otherwise than the application did" };
        }
    }
    if (isAhead(files, Date.parse(result.startedAt))) {
        return { failure: "backup-age-unknown", detail: "a clock ran ahead: the newest backup says it is of " + (result.takenAt || result.recoveryPoint) };
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
    const taken = record ? Date.parse(record.takenAt) : config.engine === "container" || isArchive(config) ? point : undefined;
    if (point !== undefined) result.recoveryPoint = iso(point);
    if (Number.isFinite(taken)) result.takenAt = iso(taken);
    // Two clocks, the database's and the backup's: the one that says older counts, and none makes a backup younger than new.
    if (point !== undefined && Number.isFinite(taken) && !isAhead(files, started)) {
        result.rpoSeconds = Math.max(0, Math.round((started - Math.min(point, taken)) / 1000));
    }
    // How long the newest mark took to the archive.
    if (files.exposure) result.rpoSeconds = Number(files.exposure.text);
    if (files.answer) {
        result.rtoSeconds = Math.round((files.answer.time - (files["restore.began"] ? files["restore.began"].time : started)) / 100) / 10;
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
`;
