import * as fs from "node:fs";
import type { RestoreDrillArgs } from "../../components/backups/restore-drill-args";
import { targets } from "../../components/usecases/targets";
import schema from "../../docs/drill-schema.json";
import { poolDriver } from "../../sandbox/cluster/control-plane";
import { s3Access } from "../../sandbox/cluster/s3";
import { faults, type SchemaDocument } from "../support/json-schema";
import { claimsOf } from "./support/claims";
import { Database } from "./support/database";
import { Drill, type DrillObject, drillObjects } from "./support/drills";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const world = World.create("drill", { backups: true });
const database = new Database(world);
const live = "user-preferences";
const namespace = "drilled";
const password = "the password of the damaged repositories";
const tools = targets.sandbox.tools as { restic: string; node: string };
const authority = s3Access.certificateAuthority.configMap;
const decoded = (secret: string, inNamespace: string, key: string) =>
    Buffer.from(world.kubectl("-n", inNamespace, "get", "secret", secret, "-o", `jsonpath={.data.${key}}`), "base64").toString();

/** What a drill is made of, but for its repository. */
const common = {
    engine: "postgres",
    image: "registry.sandbox.holdfast/postgres:17",
    runAsUser: 101,
    runAsGroup: 103,
    endpoint: s3Access.endpoint,
    caConfigMap: authority,
    schedule: "0 5 * * 0",
    promisedRpo: "1h",
    promisedRto: "15m",
    deadline: "10m",
    callDeadline: "1m",
    size: "300Mi",
    provisioner: poolDriver,
    resticImage: tools.restic,
    nodeImage: tools.node,
    password,
};

/** One way to fail: what is different about the drill, and the name that it must be called by. */
interface Case {
    failure?: string;
    repository: string;
    host?: string;
    args?: Partial<RestoreDrillArgs>;
}

const cases: Record<string, Case> = {
    truncated: { failure: "object-damaged", repository: "truncated", host: "intact" },
    emptied: { failure: "object-damaged", repository: "emptied", host: "intact" },
    missing: { failure: "object-missing", repository: "missing", host: "intact" },
    // The snapshot before it is whole, and must not be taken for the newest.
    hidden: { failure: "object-damaged", repository: "hidden", host: "intact" },
    password: { failure: "wrong-password", repository: "intact", host: "intact", args: { password: "another one" } },
    empty: { failure: "backup-empty", repository: "cases" },
    hollow: { failure: "backup-empty", repository: "cases" },
    incomplete: { failure: "backup-incomplete", repository: "cases" },
    nothing: { failure: "backup-missing", repository: "cases" },
    unreachable: {
        failure: "repository-unreachable",
        repository: "cases",
        args: { endpoint: `${s3Access.endpoint}:444`, callDeadline: "10s" },
    },
    nobucket: { failure: "repository-missing", repository: "cases", args: { bucket: "nowhere/cases" } },
    old: { failure: "backup-too-old", repository: "cases" },
    differs: { failure: "answer-differs", repository: "cases" },
    files: {
        repository: "cases",
        args: {
            engine: "container",
            paths: ["/data/data-files-0"],
            image: "registry.sandbox.holdfast/busybox:1",
            query: "find . -type f | wc -l",
        },
    },
};
const names = Object.keys(cases);
const drills = Object.fromEntries(names.map((name) => [name, new Drill(world, name)]));

/** A pod with restic, which has the keys in its environment. */
function startClient(): void {
    const from = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: "keys", key } } });
    world.apply(
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "keys", namespace },
            stringData: { ...access(), live: decoded(`${live}-backup-repository`, live, "password"), password },
        },
        {
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: "client", namespace },
            spec: {
                terminationGracePeriodSeconds: 0,
                containers: [
                    {
                        name: "main",
                        image: tools.restic,
                        command: ["sleep", "1000000"],
                        env: [
                            from("AWS_ACCESS_KEY_ID", "accessKeyId"),
                            from("AWS_SECRET_ACCESS_KEY", "secretAccessKey"),
                            from("LIVE", "live"),
                            from("RESTIC_PASSWORD", "password"),
                            { name: "RESTIC_CACERT", value: "/ca/ca.crt" },
                            { name: "HOME", value: "/tmp" },
                        ],
                        volumeMounts: [
                            { name: "ca", mountPath: "/ca" },
                            { name: "data", mountPath: "/data" },
                        ],
                    },
                ],
                volumes: [
                    { name: "ca", configMap: { name: authority } },
                    { name: "data", emptyDir: {} },
                ],
            },
        },
    );
    world.kubectl("-n", namespace, "wait", "pod/client", "--for=condition=Ready", "--timeout=60s");
}

const access = () => ({
    accessKeyId: decoded(s3Access.secret.name, s3Access.secret.namespace, "access-key-id"),
    secretAccessKey: decoded(s3Access.secret.name, s3Access.secret.namespace, "secret-access-key"),
});

/** Puts the live application's newest stream into repositories of its own, once whole and once for each thing that can be wrong with it. */
function spoil(): void {
    const script = `set -e
        at() { export RESTIC_REPOSITORY=s3:${s3Access.endpoint}/${s3Access.bucket}/$1; }
        put() { restic backup --quiet --no-cache --host $1 --stdin --stdin-filename /$1-main.sql >&2; }
        as() { sed '1s/"app" : "${live}"/"app" : "'$1'"/' /tmp/dump; }
        at ${live}
        RESTIC_PASSWORD=$LIVE restic --no-lock --quiet dump latest --path /${live}-main.sql /${live}-main.sql >/tmp/dump
        at intact
        restic init --quiet
        as intact | put intact
        as intact | put intact
        restic --no-lock --json snapshots --latest 1 | sed 's/.*"id":"\\([0-9a-f]*\\)".*/\\1/'
        at cases
        restic init --quiet
        : | put empty || true
        as hollow | sed -n '1p;$p' | put hollow
        as incomplete | sed '$d' | put incomplete
        as old | sed '1s/"takenAt" : "[^"]*"/"takenAt" : "2026-01-02T03:04:05Z"/' | put old
        as differs | sed '1s/"answer" : "[^"]*"/"answer" : "12"/' | put differs
        mkdir -p /data/data-files-0/notes
        seq 20000 >/data/data-files-0/notes/some
        : >/data/data-files-0/empty
        restic backup --quiet --no-cache --host files /data/data-files-0 >&2`;
    const newest = world.kubectl("-n", namespace, "exec", "client", "--", "sh", "-c", script);
    const bucket = `${world.layout.s3.objects}/${s3Access.bucket}`;
    for (const copy of ["truncated", "emptied", "missing", "hidden"]) {
        fs.cpSync(`${bucket}/intact`, `${bucket}/${copy}`, { recursive: true });
    }
    const packs = (fs.readdirSync(`${bucket}/intact/data`, { recursive: true }) as string[])
        .map((name) => ({ name, size: fs.statSync(`${bucket}/intact/data/${name}`) }))
        .filter(({ size }) => size.isFile())
        .sort((left, right) => right.size.size - left.size.size);
    const [{ name, size }] = packs as [(typeof packs)[number]];
    fs.truncateSync(`${bucket}/truncated/data/${name}`, Math.floor(size.size / 2));
    fs.truncateSync(`${bucket}/emptied/data/${name}`, 0);
    fs.rmSync(`${bucket}/missing/data/${name}`);
    fs.truncateSync(`${bucket}/hidden/snapshots/${newest}`, 50);
}

/** What a drill must not touch. */
const untouched = () => ({
    pod: world.kubectl("-n", live, "get", "pod", `${live}-0`, "-o", "jsonpath={.metadata.uid} {.status.containerStatuses[*].restartCount}"),
    claims: claimsOf(world, live),
    rows: database.sql("SELECT count(*), md5(string_agg(text, ',' ORDER BY id)) FROM notes"),
});
let before: ReturnType<typeof untouched>;
const seenCommands = new Set<string>();

/** Command lines of every process on the machine, the containers' among them. */
function noteCommands(): void {
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        try {
            seenCommands.add(fs.readFileSync(`/proc/${pid}/cmdline`, "latin1"));
        } catch {
            // It has ended.
        }
    }
}

beforeAll(async () => {
    world.holdfast("up", live);
    database.startClient();
    database.sql("CREATE TABLE notes AS SELECT id, md5(id::text) AS text FROM generate_series(1, 20000) AS id");
    const { spec } = JSON.parse(world.kubectl("-n", live, "get", "schedules.k8up.io", live, "-o", "json"));
    const { schedule: _schedule, ...backup } = spec.backup;
    world.apply({
        apiVersion: "k8up.io/v1",
        kind: "Backup",
        metadata: { name: "now", namespace: live },
        spec: { ...backup, backend: spec.backend, podConfigRef: spec.podConfigRef },
    });
    const reason = () =>
        world.kubectl("-n", live, "get", "backups.k8up.io/now", "-o", 'jsonpath={.status.conditions[?(@.type=="Completed")].reason}');
    waitUntil("the backup completes", 180, () => reason() !== "");
    expect(reason()).toBe("Succeeded");
    before = untouched();
});
afterAll(() => {
    report();
    world.destroy();
});

/** The Job that a CronJob would make now. */
const jobNow = (object: DrillObject): object[] =>
    object.kind === "CronJob"
        ? [
              {
                  apiVersion: "batch/v1",
                  kind: "Job",
                  metadata: { name: "now", namespace: object.metadata.namespace },
                  spec: object.spec.jobTemplate?.spec,
              },
          ]
        : [];

/** Cases whose drill has ended, well or not. */
function endedJobs(): number {
    const { items } = JSON.parse(world.kubectl("get", "jobs", "--all-namespaces", "-o", "json")) as {
        items: { metadata: { namespace: string }; status: { conditions?: { type: string; status: string }[] } }[];
    };
    return items.filter(
        ({ metadata, status }) =>
            names.some((name) => metadata.namespace === `${name}-drill`) &&
            status.conditions?.some(({ type, status: is }) => is === "True" && /^(Complete|Failed)$/.test(type)),
    ).length;
}

const document = schema as unknown as SchemaDocument;
const valid = (result: object) => expect(faults(document, result, document.$defs.Result as object as never, "result")).toEqual([]);
const fits = (drill: Drill) => valid(drill.result);

test("the drill of a deployed application restores its newest backup and passes", () => {
    const drill = new Drill(world, live);
    drill.start("now");
    waitUntil("the drill ends", 300, () => drill.ended("now") !== undefined);
    expect(drill.result).toMatchObject({ outcome: "passed", answer: drill.result.recorded });
    expect(drill.ended("now")).toBe("Complete");
    fits(drill);
    expect(measured("drill: age of the recovery point", drill.result.rpoSeconds as number, 3600)).toBeLessThanOrEqual(3600);
    expect(measured("drill: restore until the answered query", drill.result.rtoSeconds as number, 900)).toBeLessThanOrEqual(900);
    expect(drill.events).toMatch(/^DrillPassed: /);
    expect(drill.metrics).toContain(`holdfast_drill_passed{app="${live}"} 1`);
});

describe("what is wrong with a backup", () => {
    beforeAll(async () => {
        startClient();
        spoil();
        const keys = access();
        const objects: DrillObject[] = [];
        for (const name of names) {
            const { repository, host = name, args } = cases[name] as Case;
            const bucket = `${s3Access.bucket}/${repository}`;
            objects.push(
                ...(await drillObjects(name, { ...common, ...keys, bucket, appNamespace: host, paths: [`/${host}-main.sql`], ...args })),
            );
        }
        world.apply(...objects);
        world.apply(...objects.flatMap(jobNow));
        waitUntil("every drill ends", 400, () => {
            noteCommands();
            return endedJobs() === names.length;
        });
    });

    test.each(names)("%s is called by its name", (name) => {
        const { failure } = cases[name] as Case;
        const drill = drills[name] as Drill;
        const { result } = drill;
        fits(drill);
        expect({ outcome: result.outcome, failure: result.failure, detail: result.detail }).toEqual({
            outcome: failure ? "failed" : "passed",
            failure,
            detail: failure ? expect.stringMatching(/./) : undefined,
        });
        expect(drill.ended("now")).toBe(failure ? "Failed" : "Complete");
        expect(drill.events).toMatch(failure ? new RegExp(`^DrillFailed: ${failure}: `) : /^DrillPassed: /);
    });

    test("a failed drill keeps what it measured: the old backup was restored, and answered", () => {
        expect(drills.old?.result).toMatchObject({ answer: drills.old?.result.recorded });
        expect(drills.old?.result.rpoSeconds).toBeGreaterThan(86_400);
        expect(drills.differs?.result).toMatchObject({ recorded: "12" });
        expect(drills.files?.result).toMatchObject({ answer: "2" });
    });

    test("no key and no password is in a log, a result, an event or a command line", () => {
        const told = world.kubectl("get", "configmaps,events,jobs", "--all-namespaces", "-o", "json");
        const everywhere = [told, ...names.map((name) => (drills[name] as Drill).logs("now"))];
        const secrets = [...Object.values(access()), password, "another one", decoded(`${live}-backup-repository`, live, "password")];
        const commands = [...seenCommands];
        expect(commands.filter((line) => line.includes("/drill/scripts/")).length).toBeGreaterThan(0);
        for (const secret of secrets) expect([...everywhere, ...commands].filter((text) => text.includes(secret))).toEqual([]);
    });

    test("nothing is left of a drill once its Job is gone: neither claim nor volume", () => {
        const all = [...names, live].map((name) => new Drill(world, name));
        for (const drill of all) drill.kubectl("delete", "jobs", "--all", "--wait=false");
        const left = () =>
            JSON.parse(world.kubectl("get", "pvc", "--all-namespaces", "-o", "json")).items.filter(
                (claim: { metadata: { namespace: string } }) => claim.metadata.namespace.endsWith("-drill"),
            ).length + JSON.parse(world.kubectl("get", "pv", "-o", "json")).items.length;
        waitUntil("only the live application's volume is left", 60, () => left() === 1);
    });

    test("the live application noticed nothing", () => {
        expect(untouched()).toEqual(before);
    });
});
