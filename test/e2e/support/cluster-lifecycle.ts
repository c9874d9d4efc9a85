import { claimsOf } from "./claims";
import type { ClusterDatabase } from "./cluster-database";
import { measured } from "./measured";
import { versions } from "./versions";
import type { World } from "./world";

/** What `status` says of an application whose first workload is its database. */
export interface ClusterStatus {
    state: string;
    /** Codes of what it finds of the database itself. */
    codes: string[];
    members: { name: string; role?: string; ready: boolean }[];
    keptClaims: number;
    workloads: { kind: string; asked: number; ready: number }[];
}

export function clusterStatus(world: World, app: string): ClusterStatus {
    const { state, apps } = JSON.parse(world.tryHoldfast("status", app, "--json").stdout);
    const [{ workloads, claims }] = apps;
    const { findings, members } = workloads[0];
    return {
        state,
        codes: findings.map(({ code }: { code: string }) => code),
        members,
        keptClaims: claims.filter(({ isKept }: { isKept: boolean }) => isKept).length,
        workloads,
    };
}

/** The second and third `up` change nothing, and `status` says that all is well. */
export function expectNothingToDo(world: World, database: ClusterDatabase): void {
    const { app } = database;
    const seen = () => [versions(world, app).objects, database.members(), database.object().metadata.generation];
    const before = seen();
    for (let i = 0; i < 2; i++) world.holdfast("up", app);
    expect(seen()).toEqual(before);
    const { state, codes, members, keptClaims } = clusterStatus(world, app);
    expect({ state, codes, keptClaims }).toEqual({ state: "ready", codes: [], keptClaims: 0 });
    const primary = database.primary();
    expect(members.map(({ name, role, ready }) => [name, role, ready])).toEqual(
        Object.keys(database.members()).map((name) => [name, name === primary ? "primary" : "standby", true]),
    );
}

/** `down` stops the pods and keeps the Cluster with its claims, and `up` finds them again. */
export function downAndUp(world: World, database: ClusterDatabase, meanwhile: () => void = () => {}): void {
    const { app } = database;
    database.waitUntilWhole(240);
    const before = claimsOf(world, app);
    const { uid } = database.object().metadata;
    const down = world.holdfast("down", app);
    measured(`${app}: down`, down.seconds, 120);
    expect(down.stdout).toContain("What holds its data stays");
    expect(database.members()).toEqual({});
    expect(clusterStatus(world, app)).toMatchObject({ state: "waiting", codes: ["at-rest"], keptClaims: Object.keys(before).length });
    meanwhile();
    // A second one finds nothing left to do.
    world.holdfast("down", app);
    const { seconds } = world.holdfast("up", app);
    expect(measured(`${app}: up after down`, seconds, 180)).toBeLessThanOrEqual(180);
    expect(claimsOf(world, app)).toEqual(before);
    expect(database.object().metadata.uid).toBe(uid);
    database.startClient();
}
