import { requests } from "./report/requests";
import { resticWords } from "./report/restic-words";
import { tidings } from "./report/tidings";
import { verdict } from "./report/verdict";

/**
 * Last step of a drill, in an image with Node.js: waits for the others, calls the result by its name, and leaves it in the cluster.
 *
 * It runs beside the other steps and not after them, so that it is there when one of them is killed or never starts. Nothing is taken for
 * good: passed is what has every piece of evidence for it. It has no packages; its pieces are exported for the tests.
 */
export const reportScript = `"use strict";
const fs = require("node:fs");
const https = require("node:https");

const steps = "/drill/steps";
const account = "/drill/account";
/** A step shows each second that it lives; a busy node may keep it from that for a while. */
const silentSeconds = 60;

${resticWords}
${verdict}
${tidings}
${requests}
/** What the other steps have written. They rename and remove files meanwhile: one that is gone again is as one that never was. */
function readSteps(folder) {
    const files = {};
    for (const name of fs.readdirSync(folder)) {
        const file = folder + "/" + name;
        try {
            const { mtimeMs, size } = fs.statSync(file);
            files[name] = { time: mtimeMs, text: size > 0 && size < 1048576 ? fs.readFileSync(file, "utf8") : "" };
        } catch (error) {
            if (error.code !== "ENOENT") throw error;
        }
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
    let files = readSteps(steps);
    let dead;
    while (!isOver(files) && !dead && Date.now() < started + config.deadlineSeconds * 1000) {
        await pause(200);
        files = readSteps(steps);
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

module.exports = { classify, configOf, deadStep, eventOf, isOver, judge, lastPassed, metrics, readSteps };
if (require.main === module) {
    main().catch((error) => {
        console.error(error.stack);
        process.exitCode = 1;
    });
}
`;
