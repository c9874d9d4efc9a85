import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { lastLine, postgresStream, recordMark } from "../../../components/backups/postgres-stream";
import { quiescedStream } from "../../../components/backups/quiesced-stream";
import { attended, drained, shellWord, streamAnnotations, streamPathOf } from "../../../components/backups/stream";
import { wholeStream } from "../../../components/backups/stream-ends";

let folder: string;
/** The environment of a stream's script: programs beside it go first, and its last wait is noted and takes no time. The watch's is short. */
let env: NodeJS.ProcessEnv;
beforeEach(() => {
    folder = fs.mkdtempSync(join(os.tmpdir(), "streams-"));
    fs.writeFileSync(join(folder, "sleep"), `#!/bin/sh\n[ "$1" != 10 ] || exec /bin/sleep 0.05\necho "waited $1" >>${folder}/waits\n`, {
        mode: 0o755,
    });
    env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, LOG: join(folder, "log"), POSTGRES_PASSWORD_FILE: "" };
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(join(folder, name), text);
};

describe("a word of the shell", () => {
    it("is read as it was meant", () => {
        const all = ["it's", "$HOME", "`id`", 'a "b"', "new\nline", "\\", "", "--", "*"];
        const shown = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${all.map(shellWord).join(" ")}`], { encoding: "utf8" });
        expect(shown.split("\0").slice(0, -1)).toEqual(all);
    });
});

/** Seconds that a script waited at its end. */
const waits = () =>
    fs.existsSync(join(folder, "waits"))
        ? fs
              .readFileSync(join(folder, "waits"), "utf8")
              .split("\n")
              .filter(Boolean)
              .map((line) => Number(line.split(" ")[1]))
        : [];

describe("after the last byte", () => {
    it.each([
        [0, 5],
        [40, 15],
        [3600, 905],
    ])("a stream of %d s stays for %d s, until its reader has it", (took, waited) => {
        execFileSync("/bin/sh", ["-euc", `began=$(($(date +%s) - ${took}))\n${drained}`], { env });
        expect(waits()[0]).toBeGreaterThanOrEqual(waited);
        expect(waits()[0]).toBeLessThanOrEqual(waited + 1);
    });
});

describe("what writes a stream", () => {
    const run = (command: string, seconds: number, reader: string) =>
        spawnSync("/bin/bash", ["-c", `/bin/sh -euc "$1" | ${reader}; echo " \${PIPESTATUS[0]}"`, "-", attended(command, seconds)], {
            encoding: "utf8",
            env,
        }).stdout;

    it("ends by itself, well or not", () => {
        expect(run("echo all", 1, "cat")).toBe("all\n 0\n");
        expect(run("sh -c 'echo some; exit 7'", 1, "cat")).toBe("some\n 7\n");
    });

    it("goes on as long as it is read, however long that takes", () => {
        expect(run("sh -c 'for n in 1 2 3 4 5 6; do echo $n; /bin/sleep 0.4; done'", 2, "tail -n 1")).toBe("6\n 0\n");
    });

    it("is ended where nobody reads it any more", () => {
        // Had it waited for its reader, a closed pipe would have ended it: 141.
        expect(run("dd if=/dev/zero bs=65536 count=1000000", 1, "/bin/sleep 6")).toBe(" 143\n");
    });
});

describe("the stream of PostgreSQL", () => {
    const request = { app: "prefs", database: "prefs_db", owner: "prefs", query: "SELECT count(*) FROM settings;" };
    const { files, extension } = postgresStream(request);

    it("is run by K8up in the server's container, and lies under the path that K8up gives it", () => {
        expect(streamAnnotations({ files, extension })).toEqual({
            "k8up.io/backupcommand": "/bin/sh /etc/holdfast/backup/stream.sh",
            "k8up.io/file-extension": ".sql",
        });
        expect(streamPathOf("web", extension)).toBe("/web-main.sql");
    });

    it("is a script that a plain shell reads", () => {
        write(files);
        execFileSync("/bin/sh", ["-n", join(folder, "stream.sh")]);
    });

    it("has the query as it was given, without an end of its own: comments in it stay comments", () => {
        expect(files["query.sql"]).toBe("SELECT count(*) FROM settings\n");
        expect(files["stream.sql"]).toContain("\\ir query.sql\n;\n");
    });

    it("takes record and dump from one snapshot", () => {
        expect(files["dump.sh"]).toContain('pg_dump --snapshot="$SNAPSHOT" ');
        const lines = files["stream.sql"].split("\n");
        const at = (text: string) => lines.findIndex((line) => line.includes(text));
        const order = [
            "REPEATABLE READ READ ONLY",
            "pg_export_snapshot()",
            "\\ir query.sql",
            recordMark,
            "\\setenv SNAPSHOT",
            "dump.sh",
            "COMMIT",
        ].map(at);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(order[0]).toBeGreaterThan(0);
    });

    it.each([
        ["psql can't be run", "exit 127"],
        ["psql fails", "exit 3"],
        ["psql says that all is well, and no dump was made", "exit 0"],
    ])("ends without its last line where %s", (_what, psql) => {
        write(files);
        fs.writeFileSync(join(folder, "psql"), `#!/bin/sh\necho '-- a beginning' >&3\n${psql}\n`, { mode: 0o755 });
        const { status, stdout } = spawnSync("/bin/sh", [join(folder, "stream.sh")], { encoding: "utf8", env });
        expect(stdout).toBe("-- a beginning\n");
        expect(waits()).toEqual([]);
        expect(stdout).not.toContain(lastLine);
        expect(status).not.toBe(0);
    });

    it("gives the password to psql, and to nobody's command line", () => {
        write({ ...files, password: "s3cret\n" });
        fs.writeFileSync(join(folder, "psql"), `#!/bin/sh\necho "$*" >&3\necho "is $PGPASSWORD" >&3\n`, { mode: 0o755 });
        env.POSTGRES_PASSWORD_FILE = join(folder, "password");
        const [commandLine, environment] = spawnSync("/bin/sh", [join(folder, "stream.sh")], { encoding: "utf8", env }).stdout.split("\n");
        expect(environment).toBe("is s3cret");
        expect(commandLine).toMatch(/^--no-psqlrc --no-password /);
        expect(commandLine).not.toContain("s3cret");
    });
});

describe("files with hooks", () => {
    const hook = (what: string, more = "") => ["/bin/sh", "-c", `echo ${what} | tee -a "$LOG"; ${more}`];

    function stream(quiesce: string[], mountPaths: string[], unquiesce: string[] | undefined = hook("resumed"), timeoutSeconds = 5) {
        write(quiescedStream({ app: "notes", mountPaths, quiesceCommand: quiesce, unquiesceCommand: unquiesce, timeoutSeconds }).files);
        const log = join(folder, "log");
        const { status, stdout } = spawnSync("/bin/sh", [join(folder, "stream.sh")], { env });
        const extract = () => {
            const to = fs.mkdtempSync(join(folder, "to-"));
            execFileSync("tar", ["-xf", "-", "-C", to], { input: stdout });
            return to;
        };
        return { status, said: fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n") : [], stdout, extract };
    }
    const data = () => {
        const path = join(folder, "it's data");
        fs.mkdirSync(join(path, "deep"), { recursive: true });
        fs.writeFileSync(join(path, "deep", "file"), "kept");
        return path;
    };

    it("are read between the two, and what the hooks say is not in the stream", () => {
        const { status, said, extract } = stream(hook("quiesced"), [data()]);
        expect([status, said]).toEqual([0, ["quiesced", "resumed"]]);
        expect(fs.readFileSync(join(extract(), "deep", "file"), "utf8")).toBe("kept");
    });

    it("end with a record and a last line, where every tar has stopped reading", () => {
        const path = data();
        const [record, last, ...nothing] = stream(hook("quiesced"), [path]).stdout.toString("latin1").replace(/^.*\0/s, "").split("\n");
        expect([last, nothing]).toEqual([lastLine, [""]]);
        expect(JSON.parse((record as string).slice(recordMark.length))).toEqual({
            version: 1,
            app: "notes",
            engine: "container",
            mountPaths: [path],
            takenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        });
        expect(waits()).toEqual([expect.any(Number)]);
    });

    it("of which one can't be read have no last line, though tar ends the archive", () => {
        fs.writeFileSync(join(folder, "tar"), '#!/bin/sh\n/bin/tar "$@"; exit 2\n', { mode: 0o755 });
        write(quiescedStream({ app: "notes", mountPaths: [data()], quiesceCommand: ["true"], timeoutSeconds: 5 }).files);
        const { status, stdout } = spawnSync("/bin/sh", [join(folder, "stream.sh")], { env });
        expect(status).toBe(2);
        expect(stdout.subarray(-1024).every((byte) => byte === 0)).toBe(true);
    });

    it("of several volumes lie under their paths", () => {
        const [one, two] = [data(), join(folder, "two")];
        fs.mkdirSync(two);
        fs.writeFileSync(join(two, "other"), "too");
        const to = stream(hook("quiesced"), [one, two]).extract();
        expect(fs.readFileSync(join(to, one, "deep", "file"), "utf8")).toBe("kept");
        expect(fs.readFileSync(join(to, two, "other"), "utf8")).toBe("too");
    });

    it("are not read where the hook fails, and the application is resumed", () => {
        const { status, said, stdout } = stream(hook("failed", "exit 7"), [data()]);
        expect([status, said, stdout.length]).toEqual([7, ["failed", "resumed"], 0]);
    });

    it("are not read where the hook takes too long", () => {
        const { status, said, stdout } = stream(["/bin/sleep", "60"], [data()], hook("resumed"), 1);
        expect([said, stdout.length]).toEqual([["resumed"], 0]);
        expect(status).not.toBe(0);
    });

    it("that can't be read fail the stream, and the application is resumed", () => {
        const { status, said } = stream(hook("quiesced"), [join(folder, "nowhere")]);
        expect(said).toEqual(["quiesced", "resumed"]);
        expect(status).not.toBe(0);
    });

    it("fail the stream where the application can't be resumed: somebody has to hear of it", () => {
        expect(stream(hook("quiesced"), [data()], hook("stuck", "exit 1")).status).toBe(1);
    });

    it("need no second hook", () => {
        const log = join(folder, "log");
        write(quiescedStream({ app: "notes", mountPaths: [data()], quiesceCommand: hook("quiesced"), timeoutSeconds: 5 }).files);
        expect(spawnSync("/bin/sh", [join(folder, "stream.sh")], { env }).status).toBe(0);
        expect(fs.readFileSync(log, "utf8")).toBe("quiesced\n");
    });

    it("take any word of a command as it is", () => {
        fc.assert(
            fc.property(
                fc.array(
                    fc.string({ minLength: 1, maxLength: 12 }).filter((word) => !word.includes("\0")),
                    { minLength: 1, maxLength: 4 },
                ),
                (command) => {
                    const script = quiescedStream({ app: "notes", mountPaths: ["/data"], quiesceCommand: command, timeoutSeconds: 1 })
                        .files["stream.sh"];
                    expect(script).toContain(`bounded ${command.map(shellWord).join(" ")} >&2\n`);
                },
            ),
            { numRuns: 20 },
        );
    });
});

describe("the look at a stream's end", () => {
    const whole = (path: string, text: string): boolean => {
        write({ last: text });
        return spawnSync("/bin/sh", ["-c", `${wholeStream}\nwhole "$0" ${join(folder, "last")}`, path]).status === 0;
    };

    it.each(["/shop-main.sql", "/shop-main.rdb", "/shop-main.tar"])("knows a whole one of %s", (path) => {
        expect(whole(path, `\0\x01data\n${lastLine}\n`)).toBe(true);
        expect(whole(path, `\0\x01data\n${lastLine.slice(0, -1)}`)).toBe(false);
        expect(whole(path, "")).toBe(false);
    });

    it("takes no folder for a stream", () => {
        expect(whole("/data/data-shop-0", `${lastLine}\n`)).toBe(false);
    });
});
