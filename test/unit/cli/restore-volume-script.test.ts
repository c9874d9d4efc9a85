/** The script that puts a backup onto volumes, run as it is on folders. */

import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { volumeScript } from "../../../cli/backups/files/volume-script";
import { quiescedStream } from "../../../components/backups/quiesced-stream";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "volumes-"));
});
afterEach(() => {
    execFileSync("chmod", ["-R", "u+rwx", folder]);
    fs.rmSync(folder, { recursive: true });
});

const at = (...parts: string[]) => path.join(folder, ...parts);
const bash = (script: string, cwd: string) => execFileSync("bash", ["-ec", script], { cwd, stdio: ["ignore", "pipe", "inherit"] });

function made(name: string, script = ""): string {
    fs.mkdirSync(at(name), { recursive: true });
    if (script !== "") bash(script, at(name));
    return at(name);
}

/** Whatever names, kinds and modes there are. */
const odd = `
    umask 022
    mkdir -p deep/er empty $'odd \\n"name\\'' $'\\xff\\xfe bytes'
    echo kept >deep/er/file
    seq 20000 >deep/large
    : >nothing
    echo secret >private; chmod 0600 private
    echo run >program; chmod 4755 program
    mkdir shared; chmod 2770 shared; echo in >shared/in
    ln -s deep/er/file link; ln -s nowhere dangling
    ln private twin
    echo odd >$'odd \\n"name\\'/\\t'
    echo bytes >$'\\xff\\xfe bytes/\\x80'
    n=$(printf 'long%.0s' {1..60}); mkdir $n; echo long >$n/$n; ln -s $n/$n $n/link
    mkdir locked; echo read >locked/only; chmod 0444 locked/only; chmod 0555 locked
    truncate -s 4M sparse; echo end >>sparse; printf middle | dd of=sparse bs=1 seek=2000000 conv=notrunc status=none
    touch -d 2020-01-02T03:04:05Z deep/er/file deep locked
    mkdir lost+found; echo fsck >lost+found/1`;

/** Every entry with what a copy may lose. */
function contents(root: string): string {
    return execFileSync(
        "bash",
        [
            "-c",
            `find . -mindepth 1 -not -path './lost+found*' -printf '%P %y %m %U:%G %l %s %n %T@\\n' | sed 's/ d \\([^ ]*\\) \\([^ ]*\\)  [0-9]* [0-9]*/ d \\1 \\2/' | LC_ALL=C sort | cat -v; find . -type f -not -path './lost+found*' -exec sha256sum {} + | LC_ALL=C sort`,
        ],
        { cwd: root, encoding: "utf8" },
    ).replace(/(\.\d{9}\d|\.\d{10})/g, "");
}

/** The stream as a pod's own script makes it. */
function streamOf(mountPaths: string[]): Buffer {
    const { files } = quiescedStream({ app: "notes", mountPaths, quiesceCommand: ["true"], timeoutSeconds: 5 });
    fs.writeFileSync(at("stream.sh"), files["stream.sh"]);
    // Its last wait is for a reader that is behind: none is.
    fs.writeFileSync(at("sleep"), "#!/bin/sh\n", { mode: 0o755 });
    return execFileSync("/bin/sh", [at("stream.sh")], {
        maxBuffer: 1 << 28,
        env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    });
}

function run(env: Record<string, string>, volumes: object[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", volumeScript], {
        env: { PATH: process.env.PATH, VOLUMES: JSON.stringify(volumes), ...env },
        encoding: "utf8",
    });
    const problem = /^@problem (.*)$/m.exec(stdout)?.[1];
    return { status, stdout, stderr, problem: problem === undefined ? undefined : Buffer.from(problem, "base64").toString() };
}

const volume = (name: string, archived = "") => ({
    claim: `${name}-notes-0`,
    mounted: at(name),
    archived,
    listed: `/data/${name}-notes-0`,
});

function unpack(stream: Buffer, volumes = [volume("to")], size = stream.length) {
    for (const { mounted: to } of volumes) fs.mkdirSync(to, { recursive: true });
    fs.writeFileSync(at("archive"), stream);
    return run({ MODE: "unpack", STREAM: at("archive"), SIZE: String(size) }, volumes);
}

const withoutTimes = (text: string) => text.replace(/ \d+(\.\d+)?$/gm, "");

test("a stream becomes what it was made of: names, kinds, modes, owners, links, holes and times", () => {
    const from = made("from", odd);
    const { status, problem, stdout } = unpack(streamOf([from]));
    expect(problem).toBeUndefined();
    expect(status).toBe(0);
    const seconds = (text: string) => text.replace(/(\d{10})\.\d+$/gm, "$1");
    expect(seconds(contents(at("to")))).toBe(seconds(contents(from)));
    expect(stdout).toMatch(/^@made 23 12 \d+ 0$/m);
    expect(fs.statSync(at("to", "sparse")).blocks * 512).toBeLessThan(2 ** 20);
    expect(fs.existsSync(at("to", "lost+found"))).toBe(false);
});

test("holes stay holes where tar wrote them out, and other forms of an archive are read too", () => {
    const from = made("from", odd);
    const end = '-- holdfast: {"takenAt":"2026-11-23T00:00:00Z","mountPaths":[]}\n-- holdfast: complete\n';
    for (const format of ["gnu", "posix", "ustar"]) {
        if (format === "ustar") bash('rm -rf long* && rm -f "$(ls | grep odd)" 2>/dev/null || true; rm -rf sparse', from);
        const archive = execFileSync("tar", ["-C", from, `--format=${format}`, "-cf", "-", "."], { maxBuffer: 1 << 28 });
        const to = `to-${format}`;
        expect(unpack(Buffer.concat([archive, Buffer.from(end)]), [volume(to)]).problem).toBeUndefined();
        expect(withoutTimes(contents(at(to)))).toBe(withoutTimes(contents(from)));
        if (format !== "ustar") expect(fs.statSync(at(to, "sparse")).blocks * 512).toBeLessThan(2 ** 20);
    }
});

test("several volumes get what is theirs, also where one is mounted in another", () => {
    const [outer, inner] = [made("srv", "echo 1 >a; mkdir index"), made("srv/index", "echo 2 >b; mkdir c")];
    const paths = [outer, inner].map((each) => each.replace(/^\/+/, ""));
    const { problem } = unpack(streamOf([outer, inner]), [volume("one", paths[0]), volume("two", paths[1])]);
    expect(problem).toBeUndefined();
    expect(fs.readdirSync(at("one"))).toEqual(["a"]);
    expect(fs.readdirSync(at("two")).sort()).toEqual(["b", "c"]);
});

test.each<[string, (stream: Buffer) => Buffer, RegExp]>([
    ["cut within a file", (stream) => stream.subarray(0, 1500), /broke off/],
    ["cut between two entries", (stream) => stream.subarray(0, 1024), /broke off/],
    ["without its last line", (stream) => stream.subarray(0, stream.lastIndexOf("-- holdfast: complete")), /ends before its last line/],
    ["with something after it", (stream) => Buffer.concat([stream, Buffer.from("more\n")]), /ends before its last line/],
    ["of nothing", () => Buffer.alloc(0), /broke off/],
    ["that is none", () => Buffer.alloc(2048, "x"), /this is no archive: at byte 0/],
    [
        "with a changed header",
        (stream) => {
            const changed = Buffer.from(stream);
            changed[520]++;
            return changed;
        },
        /no archive: at byte 512/,
    ],
])("a stream %s is refused", (_what, change, reason) => {
    const { status, problem } = unpack(change(streamOf([made("from", "seq 2000 >a; echo b >b")])));
    expect([status, problem]).toEqual([1, expect.stringMatching(reason)]);
});

test("a stream of another size than its snapshot says is refused", () => {
    const stream = streamOf([made("from", "echo a >a")]);
    expect(unpack(stream, [volume("to")], stream.length + 1).problem).toMatch(/bytes came, and the snapshot says/);
});

test("an archive that reaches out of its volume, or belongs to none, is refused", () => {
    const from = made("from", "echo a >a; ln -s /etc out");
    const end = Buffer.from("-- holdfast: x\n-- holdfast: complete\n");
    const tar = (...args: string[]) => Buffer.concat([execFileSync("tar", ["-C", from, "-cf", "-", ...args], { stdio: "pipe" }), end]);
    expect(unpack(tar("-P", "--transform=s,^a,../a,", "a")).problem).toMatch(/points out of the archive/);
    expect(unpack(tar("--transform=s,^a,out/a,", "out", "a"), [volume("to-2")]).problem).toMatch(/lies in no folder/);
    expect(unpack(tar("a"), [volume("to-3", "srv/notes")]).problem).toMatch(/on none of the application's volumes/);
});

/** What `restic ls --json` prints of a folder. */
function listOf(root: string, listed: string, change: (node: Record<string, unknown>) => object = (node) => node): string {
    const lines: string[] = ['{"struct_type":"snapshot"}'];
    const visit = (folder: string, name: string): void => {
        for (const bytes of fs.readdirSync(Buffer.from(folder, "latin1"), { encoding: "latin1" })) {
            const stat = fs.lstatSync(Buffer.from(`${folder}/${bytes}`, "latin1"));
            // What is no text, its JSON can't say.
            const entry = Buffer.from(bytes, "latin1").toString("utf8");
            const type = stat.isDirectory() ? "dir" : stat.isSymbolicLink() ? "symlink" : "file";
            const high = (stat.mode & 0o4000 ? 2 ** 23 : 0) + (stat.mode & 0o2000 ? 2 ** 22 : 0) + (stat.isDirectory() ? 2 ** 31 : 0);
            const node = {
                struct_type: "node",
                path: `${name}/${entry}`,
                type,
                mode: (stat.mode & 0o777) + high,
                uid: stat.uid,
                gid: stat.gid,
            };
            lines.push(JSON.stringify(change({ ...node, ...(type === "file" ? { size: stat.size } : {}) })));
            if (stat.isDirectory()) visit(`${folder}/${bytes}`, `${name}/${entry}`);
        }
    };
    visit(root, listed);
    return lines.join("\n");
}

describe("a folder that restic has restored", () => {
    const compared = (list: string) => {
        fs.writeFileSync(at("list"), list);
        return run({ MODE: "compare", LIST: at("list") }, [volume("to")]);
    };

    test("is compared with its snapshot, names that are no text by their number", () => {
        made("to", odd);
        const { problem, stdout } = compared(listOf(at("to"), "/data/to-notes-0"));
        expect(problem).toBeUndefined();
        expect(stdout).toMatch(/^@made 23 12 \d+ 0$/m);
    });

    test.each<[string, string, RegExp]>([
        ["lacks an entry", "rm a", /to\/a: is missing/],
        ["has one more", "echo >more", /to\/more: is not in the backup/],
        ["has another size", "echo more >>a", /to\/a: has 7 bytes, and had 2/],
        ["has another mode", "chmod 0600 a", /to\/a: has the mode 600, and had 644/],
        ["has another kind", "rm a; mkdir a", /to\/a: is a dir, and was a file/],
        ["has another owner", "chown 1234:1235 a", /to\/a: belongs to 1234:1235, and belonged to 0:0/],
        ["lacks one whose name is no text", "rm -r $'\\xff'", /1 entries whose names are no text are missing/],
    ])("that %s is refused, and how", (_what, change, reason) => {
        made("to", "umask 022; echo a >a; chown 0:0 a; echo >$'\\xff'");
        const list = listOf(at("to"), "/data/to-notes-0");
        bash(change, at("to"));
        expect(compared(list).problem).toMatch(reason);
    });
});

test("a volume is looked at; what an earlier run of a restore left is taken away, and the file system's own folder never", () => {
    made("to", odd);
    const look = (more = {}) => run({ MODE: "look" }, [{ ...volume("to"), ...more }]).stdout.trim();
    expect(look()).toBe("@has to-notes-0 14");
    expect(look({ isBegun: true })).toBe("@has to-notes-0 0");
    expect(fs.readdirSync(at("to"))).toEqual(["lost+found"]);
});
