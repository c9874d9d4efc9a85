/**
 * Notes what doesn't last while commands run: every process of the machine with its command line and environment, and the logs of containers
 * that go with their pods. Argument: the folder of the pods' logs. It prints a line once it has looked around, ends when its input does, and
 * then prints what it saw.
 */
const fs = require("node:fs");
const path = require("node:path");

const [logFolder] = process.argv.slice(2);
const everyMilliseconds = 20;
/** A process is looked at this often: a fork bears its parent's name until it becomes another program. */
const looks = 3;

const seen = new Map();
const processes = new Map();
const logs = new Map();

const read = (file) => {
    try {
        return fs.readFileSync(file, "latin1");
    } catch {
        // It has ended.
        return "";
    }
};

function lookAtProcesses() {
    const there = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    for (const pid of there) {
        const count = seen.get(pid) ?? 0;
        if (count >= looks) continue;
        seen.set(pid, count + 1);
        const cmdline = read(`/proc/${pid}/cmdline`);
        const environ = read(`/proc/${pid}/environ`);
        if (cmdline === "" && environ === "") continue;
        const key = `${cmdline}\n${environ}`;
        if (!processes.has(key))
            processes.set(key, { cmdline: cmdline.replaceAll("\0", " ").trim(), environ, cgroup: read(`/proc/${pid}/cgroup`) });
    }
    // Numbers are given again.
    const alive = new Set(there);
    for (const pid of seen.keys()) if (!alive.has(pid)) seen.delete(pid);
}

function lookAtLogs() {
    let files = [];
    try {
        files = fs.readdirSync(logFolder, { recursive: true });
    } catch {
        // There is no node yet, or a pod went meanwhile.
    }
    for (const file of files.filter((name) => name.includes(".log"))) {
        const text = read(path.join(logFolder, file));
        // A file that was cut or began anew keeps what it had.
        const had = logs.get(file) ?? "";
        if (text.length > had.length || !had.startsWith(text)) logs.set(file, text.startsWith(had) ? text : had + text);
    }
}

lookAtProcesses();
lookAtLogs();
process.stdout.write("\n");
let round = 0;
const timer = setInterval(() => {
    lookAtProcesses();
    if (round++ % 10 === 0) lookAtLogs();
}, everyMilliseconds);

process.stdin.resume();
process.stdin.on("end", () => {
    clearInterval(timer);
    lookAtProcesses();
    lookAtLogs();
    process.stdout.write(JSON.stringify({ processes: [...processes.values()], logs: [...logs.values()] }));
});
