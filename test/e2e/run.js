/**
 * Runs the cluster tests: `npm run e2e [-- --full] [--minutes n] [--json --outputFile=f] [name, or part of names …]`.
 *
 * --full runs every round of the repeated faults. --minutes says when no further file may begin: what is left then is skipped, by name.
 * Each file is a jest run of its own with a limit, so that one that hangs costs its own limit and nothing else, and what it left running is
 * taken down. One that compares the machine before and after runs alone, the others two at a time.
 */
const { spawn, spawnSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const schedule = require("./schedule");

const repository = path.join(__dirname, "..", "..");
const cli = path.join(repository, "cli", "bin", "holdfast.js");
const started = Date.now();
const minutesOf = (milliseconds) => (milliseconds / 60_000).toFixed(1);
const say = (text) => console.log(`[${minutesOf(Date.now() - started)} min] ${text}`);

/** Exits with 1 when an argument isn't understood: a mistyped one must not run everything, or nothing. */
function readArguments(words) {
    const options = { full: false, minutes: undefined, outputFile: undefined, parts: [] };
    const problems = [];
    for (let index = 0; index < words.length; index++) {
        const word = words[index];
        const value = (name) => (word.startsWith(`${name}=`) ? word.slice(name.length + 1) : words[++index]);
        if (word === "--full") options.full = true;
        else if (word === "--json") options.json = true;
        else if (/^--outputFile(=|$)/.test(word)) options.outputFile = value("--outputFile");
        else if (/^--minutes(=|$)/.test(word)) {
            const given = value("--minutes");
            options.minutes = Number(given);
            if (!(options.minutes > 0)) problems.push(`--minutes ${given}: write a number above 0, e.g. --minutes 45`);
        } else if (word.startsWith("-")) problems.push(`${word}: known are --full, --minutes n, --json, --outputFile=f`);
        else options.parts.push(word);
    }
    if (options.json && !options.outputFile) problems.push("--json: say where with --outputFile=f");
    const there = findFiles();
    // A whole name is that file alone, though others' names begin with it.
    const means = (part, file) => (there.includes(part) ? file === part : file.includes(part));
    const files = there.filter((file) => options.parts.length === 0 || options.parts.some((part) => means(part, file)));
    if (files.length === 0) problems.push(`no file's name contains ${options.parts.join(", ")}: there are ${there.join(", ")}`);
    if (problems.length > 0) {
        for (const problem of problems) console.error(`e2e: ${problem}`);
        process.exit(1);
    }
    return { ...options, files };
}

/** Names of the test files, below this folder and without their ending. */
function findFiles() {
    const ending = ".test.ts";
    return fs
        .readdirSync(__dirname, { recursive: true })
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length))
        .sort();
}

const options = readArguments(process.argv.slice(2));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-e2e-"));
/** Process groups under way. */
const running = new Set();

/** Adds up what each file's jest said, in the fields of jest's own result. */
const total = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0 };
const failedFiles = [];

/** Runs one file, prints what it said when it has ended, and counts. */
async function runFile(file, prepared) {
    const { seconds } = schedule.entry(file, options.full);
    // Three times what it takes, so that a slow machine isn't a failure; a hanging command ends the file, not the run.
    const limit = Math.max(300, 3 * seconds) * (prepared ? 1 : 6);
    const result = path.join(scratch, `${file.replaceAll("/", "-")}.json`);
    const worlds = path.join(scratch, `${file.replaceAll("/", "-")}.worlds`);
    const log = fs.openSync(`${result}.log`, "w");
    const begun = Date.now();
    say(`${file} begins (about ${Math.ceil(seconds / 60)} min)`);
    const jest = spawn(
        process.execPath,
        [
            require.resolve("jest/bin/jest"),
            "--config",
            path.join(__dirname, "jest.config.js"),
            "--runInBand",
            "--json",
            `--outputFile=${result}`,
            "--runTestsByPath",
            path.join(__dirname, `${file}.test.ts`),
        ],
        {
            cwd: repository,
            detached: true,
            stdio: ["ignore", log, log],
            env: { ...process.env, HOLDFAST_E2E_WORLDS: worlds, ...(options.full ? { HOLDFAST_E2E_FULL: "1" } : {}) },
        },
    );
    running.add(jest.pid);
    let isLate = false;
    const timer = setTimeout(() => {
        isLate = true;
        killGroup(jest.pid);
    }, limit * 1000);
    const status = await new Promise((resolve) => jest.on("exit", (code, signal) => resolve(code ?? signal)));
    clearTimeout(timer);
    killGroup(jest.pid);
    running.delete(jest.pid);
    fs.closeSync(log);
    takeDown(worlds);
    // jest prints its JSON to stdout too where a file is named.
    process.stdout.write(fs.readFileSync(`${result}.log`, "utf8").replace(/^\{"numFailedTestSuites".*$/gm, ""));
    const took = `${file}: ${((Date.now() - begun) / 1000).toFixed(0)} s`;
    if (isLate) say(`${took}: ended, because it took more than ${limit} s`);
    count(file, result, status);
    say(`${took}${status === 0 ? "" : ", FAILED"}`);
}

function count(file, result, status) {
    let one;
    try {
        one = JSON.parse(fs.readFileSync(result, "utf8"));
    } catch {
        one = { numRuntimeErrorTestSuites: 1 };
    }
    for (const key of Object.keys(total)) total[key] += one[key] ?? 0;
    const isCounted = (one.numFailedTests ?? 0) + (one.numRuntimeErrorTestSuites ?? 0) > 0;
    // A run that fails otherwise (a hook, an open handle) is a failure too.
    if (status !== 0 && !isCounted) total.numRuntimeErrorTestSuites += 1;
    if (status !== 0) failedFiles.push(file);
}

function killGroup(pid) {
    try {
        process.kill(-pid, "SIGKILL");
    } catch {
        // It has ended.
    }
}

/** Resets the sandboxes that a file didn't take down itself. */
function takeDown(worlds) {
    if (!fs.existsSync(worlds)) return;
    for (const folder of fs.readFileSync(worlds, "utf8").split("\n").filter(Boolean)) {
        if (!fs.existsSync(folder)) continue;
        const env = { ...process.env, XDG_STATE_HOME: path.join(folder, "state") };
        const reset = spawnSync(process.execPath, [cli, "sandbox", "reset", "--yes"], { env, encoding: "utf8", timeout: 120_000 });
        if (reset.status === 0) fs.rmSync(folder, { recursive: true, force: true });
        else say(`a sandbox was left and could not be taken down: ${reset.stderr}`);
    }
}

/** Builds what the tests need, so that no test's time has a build in it. */
function prepare() {
    const result = spawnSync(process.execPath, [path.join(__dirname, "prepare.js")], { cwd: repository, stdio: "inherit" });
    if (result.status === 0) return;
    console.error("e2e: what the tests need could not be built; the reason is above");
    process.exit(1);
}

/** Whether a file may still begin. One that may not is skipped, and says so. */
function fits(file) {
    if (options.minutes === undefined) return true;
    const { seconds } = schedule.entry(file, options.full);
    if (Date.now() - started + seconds * 1000 <= options.minutes * 60_000) return true;
    say(`${file} is SKIPPED: ${options.minutes} minutes were given, and it takes about ${Math.ceil(seconds / 60)}`);
    total.numPendingTests += 1;
    return false;
}

/** Takes files off the list, one after the other. */
async function lane(files, prepared) {
    for (let file = files.shift(); file !== undefined; file = files.shift()) if (fits(file)) await runFile(file, prepared);
}

async function main() {
    const isWhole = options.parts.length === 0;
    if (isWhole) prepare();
    const { alone, together, seconds } = schedule.order(options.files, options.full);
    say(`${options.files.length} files, about ${Math.ceil(seconds / 60)} min on two cores`);
    await lane(alone, isWhole);
    await Promise.all(Array.from({ length: schedule.lanes }, () => lane(together, isWhole)));
    if (options.outputFile) fs.writeFileSync(options.outputFile, JSON.stringify(total));
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = total;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    if (failedFiles.length > 0) say(`failed: ${failedFiles.join(", ")}`);
    say(`Tests: ${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
    process.exitCode = failed === 0 ? 0 : 1;
}

/** Ctrl-C and a CI's cancelling reach the groups, which are not the terminal's own; then what they left is taken down. */
for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
        for (const pid of running) killGroup(pid);
        for (const file of fs.readdirSync(scratch)) if (file.endsWith(".worlds")) takeDown(path.join(scratch, file));
        fs.rmSync(scratch, { recursive: true, force: true });
        process.exit(1);
    });
}

main().finally(() => fs.rmSync(scratch, { recursive: true, force: true }));
