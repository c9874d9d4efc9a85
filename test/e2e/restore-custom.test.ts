/** An image of one's own, lost with everything but its repository: with hooks (one archive) and without (a snapshot of every claim). */

import { REGISTRY } from "../../sandbox/images/catalog";
import { Interrupted } from "./support/interrupted";
import { measured, report } from "./support/measured";
import { inReader, startReader } from "./support/repository-reader";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const world = World.create("restore-custom", { backups: true });

/** With hooks: the stack that is checked in. Without: two members with two volumes each, one of them a folder of its claim. */
const hooked = { stack: "custom", app: "notes", again: "notes-again", members: 1, mounts: ["/srv/notes"] };
const plain = { stack: "files", app: "files", again: "files-again", members: 2, mounts: ["/srv/data", "/srv/index"] };
type Form = typeof hooked;
const forms: Form[] = [hooked, plain];

const inside = (app: string, member: number, script: string) =>
    world.kubectl("-n", app, "exec", `${app}-${member}`, "-c", "main", "--", "sh", "-ec", script);

/** Every kind of entry that a copy gets wrong first; each member and volume has others. */
const write = (path: string, what: string) => `
    cd ${path}; umask 022
    mkdir -p deep/er empty "it's \\"odd\\" \\\\" locked shared
    seq 1 5000 | sed 's/$/ ${what}/' >deep/er/numbers
    dd if=/dev/urandom of=large bs=65536 count=200 2>/dev/null
    : >nothing
    echo ${what} >private; chmod 0600 private
    echo run >program; chmod 2751 program
    echo in >shared/in; chmod 2770 shared
    echo odd >"it's \\"odd\\" \\\\/$(printf 'two\\nlines\\t\\377')"
    ln -s deep/er/numbers link; ln -s nowhere dangling; ln private twin
    long=$(seq -s - 1 60); mkdir $long; echo long >$long/$long
    dd if=/dev/null of=sparse bs=1 seek=50331648 2>/dev/null; echo end >>sparse
    echo read >locked/only; chmod 0444 locked/only; chmod 0555 locked
    touch -d '2020-01-02 03:04:05' deep/er/numbers deep locked`;

/** What every entry is: kind and target, mode, owner, links, time; of files size and hash. */
const read = (path: string) => `
    cd ${path}
    find . -mindepth 1 -exec stat -c '%N %F %a %u:%g %Y' {} + | sort
    find . -type f -exec stat -c '%n %h %s' {} + | sort
    find . -type f -exec sha256sum {} + | sort`;

const members = ({ members: count }: Form) => Array.from({ length: count }, (_, member) => member);
const contents = (form: Form, app: string) =>
    Object.fromEntries(
        members(form).flatMap((member) =>
            form.mounts.map((path) => [`${path} of member ${member}`, inside(app, member, read(path)).split("\n")]),
        ),
    );

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

const before = new Map<string, ReturnType<typeof contents>>();

beforeAll(() => {
    const listen = "trap exit TERM; httpd -f -p 8080 -h /srv & wait";
    world.addStack(plain.stack, {
        useCase: "custom",
        target: "sandbox",
        app: plain.app,
        replicas: plain.members,
        image: `${REGISTRY}/busybox:1`,
        workload: {
            command: ["sh", "-c", listen],
            ports: [{ name: "http", port: 8080 }],
            volumes: [
                { name: "data", mountPath: "/srv/data" },
                { name: "index", mountPath: "/srv/index", size: "1Gi", subPath: "v2" },
            ],
            readinessProbe: { port: "http", periodSeconds: 1 },
            startsInParallel: true,
        },
    });
    for (const form of forms) {
        world.holdfast("up", form.stack);
        for (const member of members(form)) {
            for (const path of form.mounts) inside(form.app, member, write(path, `${path.slice(5)}-${member}`));
        }
        before.set(form.app, contents(form, form.app));
    }
});
afterAll(() => {
    report();
    world.destroy();
});

test("a backup of either form is believed when the repository has it", async () => {
    const started = Date.now();
    const backups = forms.map(({ stack }) => new Interrupted(world, "backup", stack));
    expect(await Promise.all(backups.map((each) => each.end()))).toEqual([0, 0]);
    const seconds = (Date.now() - started) / 1000;
    expect(backups[0]?.output).toMatch(/^\w{8} .* archive +yes$/m);
    for (const claim of ["data-files-0", "data-files-1", "index-files-0", "index-files-1"]) {
        expect(backups[1]?.output).toMatch(new RegExp(`^\\w{8} .* files of ${claim} +can't be told$`, "m"));
    }
    within("holdfast backup of both, at once", seconds, 120);
});

test("a drill restores the archive beside the live application, and passes", () => {
    const { stdout, seconds } = world.holdfast("drill", hooked.stack);
    expect(stdout).toMatch(/^The drill passed in /);
    // Files and hard links, as `find . -type f | wc -l` counts them.
    expect(stdout).toMatch(new RegExp(`restored: ${inside(hooked.app, 0, "cd /srv/notes; find . -type f | wc -l")}, recorded`));
    expect(stdout).toMatch(/RTO {2}measured .*, promised 4 hours: kept/);
    within("holdfast drill", seconds, 90);
});

test("an archive that was cut short is called so by the list and by a drill, and doesn't stand for the good one before it", () => {
    startReader(world, hooked.app);
    const path = `/${hooked.app}-main.tar`;
    const script = `r dump --path ${path} latest ${path} >/tmp/whole
        head -c $(($(wc -c </tmp/whole) - 30)) /tmp/whole | r backup --host ${hooked.app} --stdin --stdin-filename ${path}`;
    inReader(world, hooked.app, script);
    expect(world.holdfast("backups", hooked.stack).stdout.split("\n").slice(1).join("\n")).toMatch(/archive +NO\n.*archive +yes\n/);
    const drill = world.tryHoldfast("drill", hooked.stack);
    expect(drill.status).toBe(1);
    expect(drill.stdout).toMatch(/^The drill failed after .*: backup-incomplete: the archive ends before its last line/);
});

/** Nothing of the applications stays but their repositories: no object, no volume, no state. */
function loseEverything(): void {
    const namespaces = forms.flatMap(({ app }) => [app, `${app}-drill`]);
    const volumes = () => world.kubectl("get", "pv", "-o", "name").split("\n").filter(Boolean);
    world.kubectl("delete", "namespace", ...namespaces, "--ignore-not-found", "--wait=true", "--timeout=120s");
    for (const volume of volumes()) world.kubectl("delete", volume);
    for (const { stack } of forms) world.pulumi("stack", "rm", stack, "--yes", "--force", "--preserve-config");
    expect(volumes()).toEqual([]);
    for (const { app } of forms) expect(world.tryKubectl("get", "namespace", app).status).not.toBe(0);
}

/** What is restored, entry by entry, against what was written. */
function expectRestored(form: Form): void {
    const after = contents(form, form.again);
    for (const [where, lines] of Object.entries(before.get(form.app) ?? {})) {
        const different = lines.findIndex((line, index) => line !== after[where]?.[index]);
        expect([where, lines[different], after[where]?.[different], after[where]?.length]).toEqual([
            where,
            undefined,
            undefined,
            lines.length,
        ]);
    }
}

const promisedKept = (stdout: string) => {
    expect(stdout).toMatch(/RPO {2}measured .*, promised 24 hours: kept/);
    expect(stdout).toMatch(/RTO {2}measured .*, promised 4 hours: kept/);
};

test("an archive is restored into a new application: every entry as it was", () => {
    loseEverything();
    const { stdout, stderr, seconds } = world.holdfast("restore", hooked.stack, "--to", hooked.again);
    expect(stderr).toMatch(/at a planned 80 MiB\/s: about \d+ seconds .*promised within 4 hours/);
    expect(stdout).toMatch(/checked: \d+ entries on 1 claim, \d+ of them files with \d+ bytes, each as it was backed up/);
    promisedKept(stdout);
    expectRestored(hooked);
    within("holdfast restore of an archive", seconds, 180);
});

const { stack, again } = plain;
const claims = ["data-files-again-0", "data-files-again-1", "index-files-again-0", "index-files-again-1"];

test("a restore that is killed while it loads leaves no member running on what there is, and no backup of it", async () => {
    const restore = new Interrupted(world, "restore", stack, "--to", again);
    await restore.says(/^- Loading/m);
    const job = (member: number, field: string) =>
        world.tryKubectl("-n", again, "get", "job", `${again}-restore-${member}`, "-o", `jsonpath={.status.${field}}`).stdout;
    waitUntil("the loads' pods are there", 60, () =>
        [0, 1].every((member) => job(member, "active") === "1" || job(member, "succeeded") === "1"),
    );
    restore.group("SIGKILL");
    expect(await restore.end()).toBe("SIGKILL");
    expect(world.kubectl("-n", again, "get", "statefulset", again, "-o", "jsonpath={.spec.replicas}")).toBe("0");
    expect(world.kubectl("-n", again, "get", "schedules.k8up.io", "-o", "name")).toBe("");
    waitUntil("the load of the first member has ended by itself", 120, () => job(0, "succeeded") === "1");
});

test("claims that have something on them are refused, by name", () => {
    world.kubectl("-n", again, "annotate", "pvc", "data-files-again-0", "index-files-again-0", "holdfast.dev/restoring-");
    const { status, stderr } = world.tryHoldfast("restore", stack, "--to", again);
    expect(status).toBe(1);
    expect(stderr).toMatch(/files are restored onto empty claims only:/);
    expect(stderr).toMatch(/files-again\/data-files-again-0 has 14 entries already/);
    expect(stderr).toMatch(/files-again\/index-files-again-0 has 14 entries already/);
    expect(stderr).not.toMatch(/-1 has/);
});

test("run again it empties what it had begun, and ends with every entry as it was", () => {
    const mark = world.kubectl(
        "-n",
        again,
        "get",
        "pvc",
        "data-files-again-1",
        "-o",
        "jsonpath={.metadata.annotations.holdfast\\.dev/restoring}",
    );
    expect(mark.split(",")).toHaveLength(4);
    world.kubectl("-n", again, "annotate", "pvc", "data-files-again-0", "index-files-again-0", `holdfast.dev/restoring=${mark}`);
    const { stdout, stderr, seconds } = world.holdfast("restore", stack, "--to", again);
    expect(stderr).toMatch(/Restoring "files" into "files-again", begun at /);
    expect(stdout).toMatch(/checked: \d+ entries on 4 claims, \d+ of them files/);
    promisedKept(stdout);
    expectRestored(plain);
    within("holdfast restore of folders, taken up again", seconds, 180);
});

test("both are applications like any other, and nothing that was made for it stays", () => {
    for (const form of forms) {
        expect(world.tryHoldfast("restore", form.stack, "--to", form.again).stderr).toMatch(/this restore ended at/);
        expect(world.kubectl("-n", form.again, "get", "schedules.k8up.io", "-o", "name")).toMatch(form.again);
    }
    expect(world.kubectl("-n", again, "get", "pvc", ...claims, "-o", "yaml")).not.toContain("holdfast.dev/restoring");
    expect(world.kubectl("get", "jobs,secrets", "-A", "-l", "holdfast.dev/task", "-o", "name")).toBe("");
    expect(world.kubectl("get", "namespaces", "-l", "holdfast.dev/temporary", "-o", "name")).toBe("");
});
