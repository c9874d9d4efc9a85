/**
 * Where secrets are, and where they are not: everything that commands print, that the cluster shows, and that lies in files or in the list of
 * processes is searched for each of them, and for a text of no secret that was put there, without which finding nothing would say nothing.
 * At the end the application is removed for good.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { s3Secrets } from "../../sandbox/cluster/s3";
import { derivedPassword } from "../../stacks/backups";
import { claimsOf } from "./support/claims";
import { measured, report } from "./support/measured";
import { filesBelow, foundIn, isPrivate, Recorder, type SeenProcess } from "./support/secret-search";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

// In full runs alone: four minutes long.
const isRun = process.env.HOLDFAST_E2E_FULL !== undefined;
const check = isRun ? test : test.skip;
const suite = isRun ? describe : describe.skip;

const world = World.create("secrets", { backups: true });
const [app, restored, tokens] = ["user-preferences", "prefs-again", "tokens"];
/** What this test itself writes down, beside the world that is searched. */
const notes = path.join(world.folder, "notes");
const temporary = path.join(world.folder, "tmp");
const cli = path.join(world.checkout, "cli", "bin", "holdfast.js");
const some = () => randomBytes(16).toString("hex").replace(/^../, "Zq");

/** Texts of no secret, one for each kind of place: in some as they are, in others in another form. */
const places = ["output", "logs", "events", "objects", "watched", "state", "preview", "files", "command lines", "environments"] as const;
type Place = (typeof places)[number];
const planted = Object.fromEntries(places.map((place) => [place, `planted-${some()}`])) as Record<Place, string>;
const base64 = (text: string) => Buffer.from(`.${text}`).toString("base64");
const hex = (text: string) => Buffer.from(text).toString("hex");

/** What the person gave: the owner's password, and a token of an image of one's own. */
const given = { "database password": some(), token: some() };
let secrets: Record<string, string>;
const haystacks: Partial<Record<Place, string>> = {};
let processes: SeenProcess[];
let recorder: Recorder;
const watchers: ChildProcess[] = [];
let output = "";

/** Runs a command as a person would who wants to know everything, and notes what it prints. */
function run(
    command: string,
    args: string[],
    { env = {}, input, expected = [0] }: { env?: NodeJS.ProcessEnv; input?: string; expected?: number[] } = {},
): string {
    const result = spawnSync(command, args, {
        cwd: world.checkout,
        env: { ...world.env, TMPDIR: temporary, HOLDFAST_DEBUG: "1", ...env },
        input,
        encoding: "utf8",
        maxBuffer: 1 << 28,
    });
    output += `${result.stdout}\n${result.stderr}\n`;
    if (!expected.includes(result.status ?? -1))
        throw new Error(
            `${command} ${args.join(" ")}: exit code ${result.status}\n${result.stdout.slice(-3000)}\n${result.stderr.slice(-3000)}`,
        );
    return result.stdout;
}
const holdfast = (...args: string[]) => run(process.execPath, [cli, ...args]);
/** The same for those whose exit code is a verdict: here it matters what they print. */
const ask = (...args: string[]) => run(process.execPath, [cli, ...args], { expected: [0, 2] });
/**
 * A script in a terminal that has evaluated `holdfast env`. Without --debug, -v and --event-log: Pulumi's own debugging prints what the engine
 * answers, with secrets in it, whoever's program it is (docs/backups.md says so).
 */
const inTerminal = (script: string) => run("bash", ["-ec", `eval "$("${process.execPath}" "${cli}" env)"\n${script}`], {});

/** Follows a kind of objects as the API shows them: what is made for a command and taken away is in no list afterwards. */
function watch(name: string, resource: string): void {
    const file = fs.openSync(path.join(notes, `${name}.watched`), "w");
    watchers.push(spawn("kubectl", ["get", "--raw", `${resource}?watch=1`], { env: world.engineEnv, stdio: ["ignore", file, "ignore"] }));
    fs.closeSync(file);
}

function plant(): void {
    world.apply(
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "planted", namespace: app, annotations: { note: base64(planted.objects) } },
        },
        {
            apiVersion: "v1",
            kind: "Event",
            metadata: { name: "planted", namespace: app },
            involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: "planted", namespace: app },
            message: hex(planted.events),
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "planted", namespace: app, annotations: { note: planted.watched } },
            spec: {
                restartPolicy: "Never",
                automountServiceAccountToken: false,
                securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                    {
                        name: "main",
                        image: "registry.sandbox.holdfast/postgres:17",
                        imagePullPolicy: "IfNotPresent",
                        command: ["printf", "%s\\n", base64(planted.logs)],
                        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    },
                ],
            },
        },
    );
    world.kubectl("-n", app, "wait", "pod/planted", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
    run("sh", ["-c", "sleep 0.5", planted["command lines"]]);
    run("sleep", ["0.5"], { env: { PLANTED: base64(planted.environments) } });
    world.kubectl("-n", app, "delete", "pod/planted", "--wait=false");
    fs.writeFileSync(path.join(world.state, "planted"), hex(planted.files), { mode: 0o644 });
}

const listed = (kinds: string[]) => world.kubectl("get", kinds.join(","), "--all-namespaces", "-o", "json", "--ignore-not-found");
const allKinds = () => world.kubectl("api-resources", "--verbs=list", "-o", "name").split("\n");

/** Objects of every kind that can be listed, Secrets without what they hold. */
function everyObject(): { objects: string; events: string } {
    const kinds = allKinds();
    const isEvent = (kind: string) => /^events(\.|$)/.test(kind);
    const named = JSON.parse(listed(["secrets"])) as { items: { metadata: object }[] };
    return {
        objects:
            listed(kinds.filter((kind) => kind !== "secrets" && !isEvent(kind))) +
            JSON.stringify(named.items.map(({ metadata }) => metadata)),
        events: listed(kinds.filter(isEvent)),
    };
}

/** A secret in a stack's file, as one gives it at the terminal: on standard input. */
function setSecret(stack: string, value: string, ...key: string[]): void {
    run("pulumi", ["config", "set", "--secret", "--stack", stack, "--non-interactive", ...key], { env: world.engineEnv, input: value });
}

beforeAll(async () => {
    for (const folder of [temporary, notes]) fs.mkdirSync(folder, { recursive: true });
    recorder = new Recorder(path.join(world.layout.node(1).folder, "pod-logs"));
    await recorder.isReady;
    run(process.execPath, [cli, "sandbox", "up"]);
    for (const [name, resource] of Object.entries({
        pods: "/api/v1/pods",
        events: "/api/v1/events",
        configmaps: "/api/v1/configmaps",
        jobs: "/apis/batch/v1/jobs",
    }))
        watch(name, resource);
    world.configure("servesDrillMetrics", "true");
    world.addStack(tokens, {
        useCase: "custom",
        target: "sandbox",
        app: tokens,
        image: "registry.sandbox.holdfast/busybox:1",
        set: { "backup.policy": "none" },
        workload: {
            command: ["sh", "-c", "trap exit TERM; sleep 1000000 & wait"],
            ports: [{ name: "http", port: 8080 }],
            volumes: [{ name: "data", mountPath: "/srv/data" }],
            secretEnv: { TOKEN: "token" },
        },
    });
    for (const stack of [app, tokens]) world.pulumi("stack", "init", stack);
    setSecret(app, given["database password"], "holdfast:password");
    setSecret(tokens, given.token, "--path", "holdfast:workload.secrets.token");
    world.pulumi("config", "set", "--stack", app, "test:state", planted.state);
    world.pulumi("config", "set", "--stack", app, "test:preview", planted.preview);

    holdfast("up", app);
    holdfast("up", tokens);
    plant();
    holdfast("backup", app);
    holdfast("backups", app);
    holdfast("backups", app, "--json");
    holdfast("drill", app, "--json");
    holdfast("restore", app, "--to", restored);
    holdfast("backup", restored);
    ask("status", app);
    ask("status", app, "--json");
    ask("review", "--stack", tokens, "--markdown");
    ask("review", "--json");
    ask("pull-request", app, tokens);
    holdfast("plan", "--stack", app, "--json");
    run(process.execPath, [cli, "restore", app, "--to", app], { expected: [1] });
    run(process.execPath, [cli, "up", planted.output], { expected: [1] });

    haystacks.preview = inTerminal(`pulumi preview --json --show-sames --stack ${app}`);
    inTerminal(`pulumi preview --diff --stack ${app}`);
    inTerminal(`pulumi stack history --json --stack ${app}; pulumi config --stack ${app}; pulumi stack --stack ${app} --show-urns`);
    haystacks.state = inTerminal(`for s in ${app} ${restored} ${tokens}; do pulumi stack export --stack $s; done`);

    const { accessKeyId, secretAccessKey, passwordKey } = s3Secrets(world.layout) as NonNullable<ReturnType<typeof s3Secrets>>;
    const read = (name: string, key: string, namespace: string) =>
        Buffer.from(world.kubectl("-n", namespace, "get", "secret", name, "-o", `jsonpath={.data.${key}}`), "base64").toString();
    secrets = {
        ...given,
        "restored database's password": read(`${restored}-password`, "password", restored),
        "access key's id": accessKeyId,
        "access key's secret": secretAccessKey,
        "key of passwords": passwordKey,
        "repository's password": derivedPassword(passwordKey, app),
        "restored repository's password": derivedPassword(passwordKey, restored),
    };
    const { objects, events } = everyObject();
    for (const watcher of watchers) watcher.kill();
    const watched = fs.readdirSync(notes).filter((file) => file.endsWith(".watched"));
    const seen = await recorder.seen();
    processes = seen.processes;
    const stateFolder = path.join(world.state, "holdfast", "sandbox", "pulumi");
    Object.assign(haystacks, {
        output,
        objects,
        events,
        logs: seen.logs.join("\n"),
        watched: watched.map((file) => fs.readFileSync(path.join(notes, file), "utf8")).join("\n"),
        state:
            haystacks.state +
            filesBelow(stateFolder)
                .map((file) => fs.readFileSync(file, "latin1"))
                .join("\n"),
        "command lines": processes.map(({ cmdline }) => cmdline).join("\n"),
    });
});

afterAll(() => {
    recorder?.kill();
    for (const watcher of watchers) watcher.kill();
    report();
    fs.rmSync(notes, { recursive: true, force: true });
    world.destroy();
});

check("the secrets are those that are in use", () => {
    const stored = JSON.stringify(world.kubectl("get", "secrets", "--all-namespaces", "-o", "json"));
    // The key of passwords is in no cluster.
    expect(foundIn(stored, secrets).sort()).toEqual(
        Object.keys(secrets)
            .filter((name) => name !== "key of passwords")
            .sort(),
    );
    expect(new Set(Object.values(secrets)).size).toBe(8);
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThanOrEqual(20);
});

const searched = places.filter((place) => place !== "files" && place !== "environments");
check.each(searched)("%s: what was planted is found, and no secret is", (place) => {
    const haystack = haystacks[place] as string;
    expect(foundIn(haystack, planted)).toContain(place);
    expect(foundIn(haystack, secrets)).toEqual([]);
});

check("logs are those of every kind of pod", () => {
    for (const words of [/database system is ready/, /restic|k8up/i, /"outcome"/, /@done|@snapshots/, /@answer/])
        expect(haystacks.logs).toMatch(words);
});

/** Files in which a secret has to be: the S3 server's keys, the key of passwords, and what the cluster and its container runtime keep. */
const ownFiles = /^holdfast\/sandbox\/(s3\/(keys|password-key)|control-plane\/etcd\/.*|nodes\/node-1\/containerd\/.*\/meta\.db)$/;

check("files: nobody else can read the few that have one, and nothing is left of those that commands made for a while", () => {
    const files = [...filesBelow(world.state), ...filesBelow(path.join(world.checkout, "stacks")), ...filesBelow(temporary)];
    const found = files
        .map((file) => ({ file, in: foundIn(fs.readFileSync(file, "latin1"), { ...secrets, planted: planted.files }) }))
        .filter((each) => each.in.length > 0);
    const name = (file: string) => path.relative(world.state, file);
    expect(found.filter((each) => each.in.includes("planted")).map(({ file }) => name(file))).toEqual(["planted"]);
    const withSecrets = found.filter((each) => !each.in.includes("planted"));
    expect(withSecrets.map(({ file }) => name(file)).filter((file) => !ownFiles.test(file))).toEqual([]);
    expect(withSecrets.map(({ file }) => name(file))).toEqual(
        expect.arrayContaining(["holdfast/sandbox/s3/keys", "holdfast/sandbox/s3/password-key"]),
    );
    expect(withSecrets.filter(({ file }) => !isPrivate(file, world.state)).map(({ file }) => name(file))).toEqual([]);
    expect(isPrivate(path.join(world.state, "planted"), world.state)).toBe(false);
    const own = [...ownSecretFiles, "passphrase", "kubeconfig"].map((file) => path.join(world.state, "holdfast", "sandbox", file));
    expect(own.map((file) => fs.statSync(file).mode & 0o777)).toEqual(own.map(() => 0o600));
});
const ownSecretFiles = ["s3/keys", "s3/password-key"];

const repositoryKeys = ["access key's id", "access key's secret", "repository's password", "restored repository's password"];
const configured = ["database password", "token"];
/**
 * Who may have a secret in its environment, which its owner and root alone can read: the engine and its program (Pulumi hands config over in
 * it), the S3 server, and a terminal that has evaluated `holdfast env`, with what it starts.
 */
const holders: { who: RegExp; what: string[] }[] = [
    { who: /(^|\/)pulumi( |$)|pulumi-(language|resource)-/, what: [...repositoryKeys, "key of passwords"] },
    // The program, and what loads its TypeScript.
    {
        who: /@pulumi\/pulumi\/cmd\/run|\/esbuild |^\S*node --(version|import)/,
        what: [...repositoryKeys, ...configured, "key of passwords"],
    },
    // Between a process's end and its parent's notice it has no command line.
    { who: /^$/, what: [...repositoryKeys, ...configured, "key of passwords"] },
    { who: /versitygw|^bash -c set -a; \. "\$1"/, what: ["access key's id", "access key's secret"] },
    {
        who: /^(bash -ec eval |sed -n s\/\^ROOT_|cat .*\/s3\/password-key)/,
        what: ["access key's id", "access key's secret", "key of passwords"],
    },
];

/** What is in the Secrets of which a pod says that it takes them; nothing else may be in the environments of its processes. */
const inSecrets: [name: RegExp, what: string[]][] = [
    [/-(backup|drill)-repository$|^holdfast-list-|-restore$/, repositoryKeys],
    [/-password$/, ["database password", "restored database's password"]],
    [new RegExp(`^${tokens}`), ["token"]],
];

/** Names of the Secrets that each pod takes, by the pod's UID: of every pod that there was. */
function secretsOfPods(): Map<string, string[]> {
    const taken = new Map<string, string[]>();
    const events = fs.readFileSync(path.join(notes, "pods.watched"), "utf8").split("\n");
    for (const event of events.filter((line) => line.endsWith("}"))) {
        const { metadata, spec } = JSON.parse(event).object;
        const names = [...JSON.stringify(spec).matchAll(/"(?:secretKeyRef":\{[^}]*"name|secretName)":"([^"]+)"/g)].map(
            (match) => match[1] as string,
        );
        taken.set(metadata.uid, names);
    }
    return taken;
}

check("environments: what was planted is found, and those alone have a secret who need it", () => {
    const pods = secretsOfPods();
    const found = processes.flatMap(({ cmdline, environ, cgroup }) =>
        foundIn(environ, { ...secrets, planted: planted.environments }).map((what) => ({
            what,
            cmdline,
            pod: /\/pod([0-9a-f-]{36})/.exec(cgroup)?.[1],
        })),
    );
    expect(found.filter(({ what }) => what === "planted").map(({ cmdline }) => cmdline)).toContain("sleep 0.5");
    const mayHave = ({ what, cmdline, pod }: (typeof found)[number]) =>
        pod === undefined
            ? holders.some((holder) => holder.who.test(cmdline) && holder.what.includes(what))
            : (pods.get(pod) ?? []).some((name) => inSecrets.some(([secret, holds]) => secret.test(name) && holds.includes(what)));
    const others = found.filter((each) => each.what !== "planted" && !mayHave(each));
    expect(
        [...new Set(others.map(({ what, cmdline, pod }) => `${what}: ${pod ? "in a pod: " : ""}${cmdline.slice(0, 160)}`))].sort(),
    ).toEqual([]);
    // Each kind of holder was there: an empty list would say nothing.
    const held = (words: RegExp) => found.some(({ what, cmdline }) => what !== "planted" && words.test(cmdline));
    for (const words of [/(^|\/)pulumi( |$)/, /cmd\/run/, /versitygw/, /restic/, /psql/])
        expect([words, held(words)]).toEqual([words, true]);
    // In one pod with restic, and without its keys.
    expect(found.filter(({ cmdline }) => /drill\/scripts\/(postgres\.sh|report\.js|metrics\.js)/.test(cmdline))).toEqual([]);
    expect(processes.some(({ cmdline }) => cmdline.includes("/drill/scripts/"))).toBe(true);
});

check("the drill's figures are served as OpenMetrics", () => {
    const namespace = `${app}-drill`;
    const pod = world.kubectl(
        "-n",
        namespace,
        "get",
        "pods",
        "-l",
        "holdfast.dev/drill-part=metrics",
        "-o",
        "jsonpath={.items[0].metadata.name}",
    );
    const scrape = () => world.kubectl("get", "--raw", `/api/v1/namespaces/${namespace}/pods/${pod}:9100/proxy/metrics`);
    // The kubelet renews the mounted result about once a minute.
    waitUntil("the result is served", 150, () => scrape().includes("holdfast_drill_passed"));
    const lines = scrape().split("\n");
    expect(lines.at(-1)).toBe("# EOF");
    const families = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2] as string);
    const samples = new Map(
        lines
            .filter((line) => !line.startsWith("#"))
            .map((line) => {
                const [, name, label, value] = /^(\w+)\{app="([^"]*)"\} (-?[\d.e+]+)$/.exec(line) as RegExpExecArray;
                expect(label).toBe(app);
                return [name as string, Number(value)];
            }),
    );
    expect([...samples.keys()]).toEqual(families);
    for (const family of families) expect(lines.filter((line) => line.startsWith(`# HELP ${family} `))).toHaveLength(1);
    const result = JSON.parse(world.kubectl("-n", namespace, "get", "configmap", namespace, "-o", "jsonpath={.data.result\\.json}"));
    expect(Object.fromEntries(samples)).toMatchObject({
        holdfast_drill_passed: 1,
        holdfast_drill_rto_seconds: result.rtoSeconds,
        holdfast_drill_rto_promised_seconds: 900,
        holdfast_drill_ended_timestamp_seconds: Date.parse(result.endedAt) / 1000,
    });
});

suite("removed for good", () => {
    const data = [`data-${app}-0`, `namespace/${app}`, `secret/${app}-password`, `secret/${app}-backup-repository`];
    /** What holds the data and leads to it, each with its UID. */
    const held = () =>
        [`pvc,secret,statefulset -n ${app}`, `namespace ${app}`].map((what) =>
            world.kubectl(
                "get",
                ...what.split(" "),
                "-o",
                "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{end}{.metadata.uid}",
            ),
        );

    test("an update that no longer asks for it, and a plain destroy, delete nothing without a permission", () => {
        const before = held();
        world.configure("set", "{ backup.policy: none }");
        world.configure("servesDrillMetrics", undefined);
        const up = world.tryHoldfast("up", app);
        expect(up.status).toBe(1);
        expect(up.stdout + up.stderr).toMatch(new RegExp(`${app}-repository-secret[\\s\\S]*protect`));
        world.configure("set", undefined);
        const destroy = world.tryPulumi("destroy", "--yes", "--stack", app);
        expect(destroy.status).not.toBe(0);
        expect(destroy.stdout + destroy.stderr).toContain("protect");
        expect(held()).toEqual(before);
    });

    test("permissions let it go in two steps, of which the first changes nothing; what is left is what was said", () => {
        const claims = claimsOf(world, app);
        world.configure("allow", JSON.stringify(data.map((name) => `delete ${name}`)));
        world.holdfast("up", app);
        expect(claimsOf(world, app)).toEqual(claims);
        const { stdout, stderr, seconds } = world.holdfast("down", app);
        measured("an application is removed for good", seconds, 120);
        expect(stderr).toContain("This deletes more than the workloads");
        for (const object of [`claim ${app}/data-${app}-0`, `namespace ${app}`, `Secret ${app}/${app}-password`])
            expect(stderr).toContain(object);
        expect(stdout).toContain(`The application of "${app}" is gone, and with it:`);
        expect(stdout).toContain(`holdfast backups ${app}`);

        interface Left {
            kind: string;
            metadata: { name: string; namespace?: string };
            spec?: { claimRef?: { namespace: string } };
        }
        const left = () =>
            (JSON.parse(listed(allKinds())) as { items: Left[] }).items.filter(
                ({ metadata, spec }) =>
                    [metadata.namespace, spec?.claimRef?.namespace].some((name) => name === app || name === `${app}-drill`) ||
                    metadata.name.includes(app),
            );
        expect([...new Set(left().map(({ kind }) => kind))].sort()).toEqual(["PersistentVolume", "StorageClass"]);
        const [volume] = Object.values(claims).map((each) => each.split(" ")[1] as string);
        const command = new RegExp(`^ +kubectl (.* patch pv ${volume} -p )'(.*)'$`, "m").exec(stdout) as RegExpExecArray;
        world.kubectl("wait", `pv/${volume}`, "--for=jsonpath={.status.phase}=Released", "--timeout=60s");
        world.kubectl(...(command[1] as string).trim().split(" "), command[2] as string);
        world.kubectl("wait", `pv/${volume}`, "--for=delete", "--timeout=60s");
        expect(JSON.parse(world.pulumi("stack", "export", "--stack", app).stdout).deployment.resources ?? []).toEqual([]);
    });

    test("its backups are still there, and another application noticed nothing", () => {
        const { recoveryPoints } = JSON.parse(world.holdfast("backups", app, "--json").stdout);
        expect(recoveryPoints.some(({ complete }: { complete: string }) => complete === "yes")).toBe(true);
        expect(world.kubectl("-n", restored, "get", "pod", `${restored}-0`, "-o", "jsonpath={.status.containerStatuses[0].ready}")).toBe(
            "true",
        );
    });
});
