/** The package from another language: a YAML program, run by Pulumi's own language host, that knows nothing of TypeScript. */

import * as fs from "node:fs";
import * as path from "node:path";
import { userPaths } from "../../sandbox/paths";
import { buildToolSet, goVersion } from "../../sandbox/toolchain/build";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const world = World.create("package");
const folder = path.join(world.checkout, "docs", "examples", "yaml");
const app = "preferences";
const claim = `data-${app}-0`;

afterAll(() => {
    report();
    world.destroy();
});

const pulumi = (...args: string[]) => world.pulumi("--cwd", folder, ...args, "--stack", "dev");
const tryPulumi = (...args: string[]) => world.tryPulumi("--cwd", folder, ...args, "--stack", "dev");
const resize = (size: string) => pulumi("config", "set", "size", size);

/** One statement in the server's own pod, through its Service and with its password. */
function sql(statement: string): string {
    const psql = `PGPASSWORD=$(cat /run/secrets/holdfast/password) psql -XAtq -v ON_ERROR_STOP=1 -h ${app} -U ${app} -d ${app} -c "$0"`;
    return world.kubectl("-n", app, "exec", `${app}-0`, "--", "sh", "-c", psql, statement);
}

/** Ready is one thing; that the Service's address leads there is known to the node a moment later. */
const answers = () =>
    waitUntil(
        "the database answers",
        60,
        () => world.tryKubectl("-n", app, "exec", `${app}-0`, "--", "pg_isready", "-qh", app).status === 0,
    );

const claimField = (jsonpath: string) => world.kubectl("-n", app, "get", "pvc", claim, "-o", `jsonpath=${jsonpath}`);

interface Step {
    op: string;
    urn: string;
    detailedDiff: Record<string, unknown> | null;
}

const changes = () =>
    (JSON.parse(pulumi("preview", "--json").stdout).steps as Step[])
        .filter(({ op }) => op !== "same")
        .map(({ op, urn, detailedDiff }) => ({ op, name: urn.split("::").pop(), fields: Object.keys(detailedDiff ?? {}) }));

beforeAll(async () => {
    // The stack of the repository brings the cluster up, with PostgreSQL's image.
    world.holdfast("up");
    const { bin } = await buildToolSet(userPaths().cache, "pulumi-yaml", goVersion() as string, () => {});
    world.engineEnv.PATH = `${bin}:${world.engineEnv.PATH}`;
    fs.cpSync(path.join(__dirname, "..", "..", "docs", "examples", "yaml"), folder, { recursive: true });
    world.pulumi("--cwd", folder, "stack", "init", "dev");
});

test("a preview refuses what can't hold, and says which property it is about", () => {
    resize("1");
    const { status, stdout, stderr } = tryPulumi("preview");
    resize("1Gi");
    expect(status).not.toBe(0);
    const said = stdout + stderr;
    expect(said).toContain(`StatefulApp "${app}" can't be made (1 problem)`);
    expect(said).toMatch(/property size .*"1" is not a value for size.*Write: size: 10Gi/);
});

test("the program comes up, with a database that answers and a claim that is protected", () => {
    const { seconds } = pulumi("up", "--yes", "--skip-preview");
    expect(measured("a YAML program: from `pulumi up` to a ready database", seconds, 60)).toBeLessThanOrEqual(60);
    expect(JSON.parse(pulumi("stack", "output", "--json").stdout)).toEqual({
        host: `${app}.${app}.svc.cluster.local`,
        claims: [claim],
    });
    expect(claimField("{.status.phase} {.status.capacity.storage}")).toBe("Bound 1Gi");
    answers();
    sql("create table booking as select 42 as amount");
    const { resources } = JSON.parse(pulumi("stack", "export").stdout).deployment as {
        resources: { type: string; parent?: string; protect?: boolean; retainOnDelete?: boolean }[];
    };
    const kept = resources.filter(({ type }) => /:(PersistentVolumeClaim|Namespace)$/.test(type));
    expect(kept.map(({ protect, retainOnDelete }) => ({ protect, retainOnDelete }))).toEqual([
        { protect: true, retainOnDelete: true },
        { protect: true, retainOnDelete: true },
    ]);
    // What the program made is below the component, as in any language.
    expect(resources.find(({ type }) => type === "kubernetes:apps/v1:StatefulSet")?.parent).toContain("holdfast:index:StatefulApp$");
});

test("a second run changes nothing", () => {
    expect(changes()).toEqual([]);
    // Both start Pulumi; the YAML host then starts the package for its schema, and the engine for the components.
    const { seconds } = pulumi("preview", "--expect-no-changes");
    const own = world.pulumi("preview", "--expect-no-changes", "--stack", "user-preferences").seconds;
    const ratio = measured("a YAML program: preview without changes, against a stack of this repository", seconds / own, 3, "×");
    expect(ratio).toBeLessThanOrEqual(3);
});

test("a larger size grows the claim in place", () => {
    resize("2Gi");
    expect(changes()).toEqual([
        { op: "update", name: "preferences-postgres-server-claims-data-0", fields: ["spec.resources.requests.storage"] },
    ]);
    pulumi("up", "--yes", "--skip-preview");
    expect(sql("select amount from booking")).toBe("42");
});

test("destroy is refused; the way down leaves the claim, and the next up finds it", () => {
    const uid = claimField("{.metadata.uid}");
    const refused = tryPulumi("destroy", "--yes");
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/protect/);
    pulumi("destroy", "--yes", "--exclude-protected");
    expect(world.tryKubectl("-n", app, "get", "statefulset", app).status).not.toBe(0);
    expect(claimField("{.metadata.uid}")).toBe(uid);
    pulumi("up", "--yes", "--skip-preview");
    expect(claimField("{.metadata.uid}")).toBe(uid);
    answers();
    expect(sql("select amount from booking")).toBe("42");
});
