import { spawnSync } from "node:child_process";
import { restoreRates, restoreTime } from "../../components/usecases/restore-rates";
import { resticCommand, startReader } from "../e2e/support/repository-reader";
import { World } from "../e2e/support/world";
import { median, type Throughput } from "./statistics";

const app = "user-preferences";
const database = "user_preferences";
const MiB = 2 ** 20;
/** Rows of 1 KiB that no tool makes smaller by much. */
const row = "(select string_agg(md5(random()::text || n || i), '') from generate_series(1, 32) i)";

/** Runs a pipe of commands in pods, as a person would by hand; returns the seconds. */
function piped(world: World, ...commands: [pod: string, command: string][]): number {
    const each = commands.map(([pod, command]) => `kubectl -n ${app} exec -i ${pod} -- ${command}`);
    const started = Date.now();
    const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", each.join(" | ")], { env: world.engineEnv, encoding: "utf8" });
    if (status !== 0) throw new Error(`${each.join(" | ")} ended with exit code ${status}: ${stderr}`);
    return (Date.now() - started) / 1000;
}

const psql = (base = database) => `psql -U ${database} -d ${base} -XAtq -v ON_ERROR_STOP=1`;
const inServer = (world: World, statement: string) =>
    world.kubectl("-n", app, "exec", `${app}-0`, "-c", "main", "--", ...psql().split(" "), "-c", statement);

/**
 * `holdfast backup` and `restore` against pg_dump, restic and psql in a pipe, with new rows each time: a repository that has them already
 * takes nothing. What ours does beyond that are pods that are started and a repository that is asked before and afterwards.
 */
export function backups(runs: number, mebibytes = 200): Throughput[] {
    const world = World.create("bench-backups", { backups: true });
    try {
        // The rows, their copy, and the log of both.
        world.configure("size", "4Gi");
        world.holdfast("up", app);
        startReader(world, app, "plain");
        inServer(world, "create table rows (id int primary key, text text not null)");
        piped(world, ["reader", `${resticCommand} init`]);
        const backup: Record<"ours" | "plain", number[]> = { ours: [], plain: [] };
        const restore: Record<"ours" | "plain" | "loading", number[]> = { ours: [], plain: [], loading: [] };
        let bytes = 0;
        for (let run = 0; run < runs; run++) {
            inServer(world, `truncate rows; insert into rows select n, ${row} from generate_series(1, ${mebibytes * 1024}) n`);
            inServer(world, "checkpoint");
            backup.plain.push(
                piped(
                    world,
                    [`${app}-0`, `pg_dump -U ${database} -d ${database}`],
                    ["reader", `${resticCommand} backup --stdin --stdin-filename rows.sql`],
                ),
            );
            backup.ours.push(world.holdfast("backup", app).seconds);
            const { recoveryPoints } = JSON.parse(world.holdfast("backups", app, "--json").stdout);
            bytes = recoveryPoints[0].sizeBytes;

            inServer(world, `create database plain`);
            restore.plain.push(
                piped(
                    world,
                    ["reader", `${resticCommand} dump latest rows.sql`],
                    [`${app}-0`, `${psql("plain")} --single-transaction -o /dev/null -f -`],
                ),
            );
            inServer(world, "drop database plain");
            const { seconds, stderr } = world.holdfast("restore", app, "--to", `again-${run}`);
            restore.ours.push(seconds);
            restore.loading.push(Number(/^ {2}Loading: done in ([\d.]+) s$/m.exec(stderr)?.[1]));
            world.holdfast("down", `again-${run}`);
        }
        return judged(bytes / MiB, backup, restore);
    } finally {
        world.destroy();
    }
}

function judged(
    size: number,
    backup: Record<"ours" | "plain", number[]>,
    restore: Record<"ours" | "plain" | "loading", number[]>,
): Throughput[] {
    const { fixedSeconds, mebibytesPerSecond } = restoreRates.stream;
    const planned = restoreTime("stream", size * MiB).seconds;
    const more = median(backup.ours) - median(backup.plain);
    const loading = size / median(restore.loading);
    return [
        {
            what: "holdfast backup against pg_dump | restic backup",
            mebibytes: size,
            ...backup,
            promised: `at most ${fixedSeconds} s more, whatever the size`,
            kept: more <= fixedSeconds,
        },
        {
            what: "holdfast restore, its new application included, against restic dump | psql",
            mebibytes: size,
            ...restore,
            promised: `the plan's ${fixedSeconds} s and ${mebibytesPerSecond} MiB/s, ${planned} s in all; loading alone came to ${loading.toFixed(1)} MiB/s`,
            kept: median(restore.ours) <= planned,
        },
    ];
}
