import { claimsOf } from "./support/claims";
import { measured, report } from "./support/measured";
import { World } from "./support/world";

const world = World.create("claims");

afterAll(() => {
    report();
    world.destroy();
});

describe.each([
    { app: "members", on: "network storage", storage: { storageDriver: "sandbox-pool" } },
    { app: "local-members", on: "local storage", storage: { storageDriver: "local-path", accept: ["single-local-copy"] } },
])("members that come and go on $on", ({ app, storage }) => {
    const inMember = (ordinal: number, ...argv: string[]) =>
        world.kubectl("-n", app, "exec", `${app}-${ordinal}`, "-c", "main", "--", ...argv);
    const sql = (ordinal: number, statement: string) =>
        inMember(ordinal, "psql", "-XAtq", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-c", statement);
    const sign = (ordinal: number) => {
        sql(ordinal, `create table mine (name text); insert into mine values ('row of ${ordinal}')`);
        inMember(ordinal, "sh", "-c", `echo file of ${ordinal} >/journal/name && sync`);
    };
    const signature = (ordinal: number) => `${sql(ordinal, "select name from mine")}, ${inMember(ordinal, "cat", "/journal/name")}`;
    const pods = () => world.kubectl("-n", app, "get", "pods", "-o", "jsonpath={.items[*].metadata.name}");
    let three: Record<string, string>;

    test("each of three has volumes of its own", () => {
        world.addStack(app, {
            useCase: "custom",
            target: "sandbox",
            app,
            ...storage,
            replicas: 1,
            image: "registry.sandbox.holdfast/postgres:17",
            set: { "engine.runAsUser": "101", "engine.runAsGroup": "103" },
            workload: {
                ports: [{ name: "postgres", port: 5432 }],
                volumes: [
                    { name: "data", mountPath: "/var/lib/postgresql/data" },
                    { name: "journal", mountPath: "/journal", size: "256Mi" },
                ],
                scratch: [{ name: "run", mountPath: "/var/run/postgresql" }],
                env: { PGDATA: "/var/lib/postgresql/data/pgdata", POSTGRES_HOST_AUTH_METHOD: "trust" },
                readinessProbe: { command: ["pg_isready", "--quiet", "--host=127.0.0.1"], periodSeconds: 1 },
                startsInParallel: true,
            },
        });
        world.holdfast("up", app);
        sign(0);
        const one = claimsOf(world, app);
        world.configure("replicas", "3", app);
        const { seconds } = world.holdfast("up", app);
        measured(`${app}: scale-out from 1 to 3 members`, seconds, 120);
        [1, 2].forEach(sign);
        three = claimsOf(world, app);
        expect(three).toMatchObject(one);
        expect(Object.keys(three)).toEqual([0, 1, 2].map((n) => `data-${app}-${n}`).concat([0, 1, 2].map((n) => `journal-${app}-${n}`)));
        expect([0, 1, 2].map(signature)).toEqual([0, 1, 2].map((n) => `row of ${n}, file of ${n}`));
    });

    test("two may not go without a word about their data: both ways on are said, and nothing changes", () => {
        world.configure("replicas", "1", app);
        const up = world.tryHoldfast("up", app);
        expect(up.status).toBe(1);
        for (const name of [`data-${app}-1`, `data-${app}-2`, `journal-${app}-1`, `journal-${app}-2`]) {
            expect(up.stderr).toContain(`${app}/${name}: member`);
            expect(up.stderr).toContain(`"delete ${name}"`);
        }
        expect(up.stderr).toContain("holdfast:keepClaims: 3");
        const preview = world.tryPulumi("preview", "--stack", app);
        expect(preview.status).not.toBe(0);
        expect(preview.stdout + preview.stderr).toContain("protect");
        expect(pods().split(" ")).toHaveLength(3);
        expect(claimsOf(world, app)).toEqual(three);
    });

    test("with keepClaims two go and their claims stay; when they come back each finds its own again", () => {
        world.configure("keepClaims", "3", app);
        world.holdfast("up", app);
        expect(pods()).toBe(`${app}-0`);
        expect(claimsOf(world, app)).toEqual(three);
        world.configure("keepClaims", undefined, app);
        world.configure("replicas", "3", app);
        world.holdfast("up", app);
        expect(claimsOf(world, app)).toEqual(three);
        expect([0, 1, 2].map(signature)).toEqual([0, 1, 2].map((n) => `row of ${n}, file of ${n}`));
    });

    test("with a permission, in two steps, a claim is deleted; its volume stays, and how it is removed is said and works", () => {
        world.configure("replicas", "2", app);
        world.configure("keepClaims", "3", app);
        world.configure("allow", `["delete data-${app}-2", "delete journal-${app}-2"]`, app);
        world.holdfast("up", app);
        expect(claimsOf(world, app)).toEqual(three);
        world.configure("keepClaims", undefined, app);
        const { stdout } = world.holdfast("up", app);
        expect(Object.keys(claimsOf(world, app))).toEqual([`data-${app}-0`, `data-${app}-1`, `journal-${app}-0`, `journal-${app}-1`]);

        const volume = (three[`data-${app}-2`] as string).split(" ")[1] as string;
        expect(stdout).toContain(`${app}/data-${app}-2: its data still lies in PersistentVolume ${volume}`);
        world.kubectl("wait", `pv/${volume}`, "--for=jsonpath={.status.phase}=Released", "--timeout=60s");
        const command = new RegExp(`^ +kubectl (.* patch pv ${volume} -p )'(.*)'$`, "m").exec(stdout) as RegExpExecArray;
        world.kubectl(...(command[1] as string).trim().split(" "), command[2] as string);
        world.kubectl("wait", `pv/${volume}`, "--for=delete", "--timeout=60s");

        // Its name belongs to nobody now: a third member begins with nothing.
        world.configure("allow", undefined, app);
        world.configure("replicas", "3", app);
        world.holdfast("up", app);
        expect(claimsOf(world, app)[`data-${app}-2`]).not.toBe(three[`data-${app}-2`]);
        expect(sql(2, "select count(*) from pg_tables where tablename = 'mine'")).toBe("0");
        expect([0, 1].map(signature)).toEqual([0, 1].map((n) => `row of ${n}, file of ${n}`));
    });
});
