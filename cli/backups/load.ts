/** Loads a database's stream into a new application: straight from the repository into psql, all of it or nothing. */

import { lastLine } from "../../components/backups/postgres-stream";
import { restoreTime } from "../../components/usecases/restore-rates";
import { clientLabelOf } from "../../components/workloads/labels";
import { UserError } from "../errors";
import { brief, size } from "../status/words";
import type { ClusterApi } from "./cluster";
import { repositorySecret, resticEnv, resticFunction } from "./listing";
import type { Report } from "./progress";
import { type RecoveryPoint, resticWords, type StreamRecord } from "./recovery-points";
import type { Repository } from "./repository";
import { runTask, scratch, type Task, type TaskContainer } from "./task";

/** The new application's server, as its own outputs name it. */
export interface Server {
    app: string;
    namespace: string;
    host: string;
    database: string;
    user: string;
    passwordSecret: string;
    /** The engine's image, with psql, and whom it runs as. */
    image: string;
    runAsUser: number;
    runAsGroup: number;
    /** What a member may use of memory. */
    memory?: string;
}

const fetchScript = `
set -u
${resticFunction}
exec 3>${scratch}/dump
[ ! -e ${scratch}/skip ] || exit 0
r dump "$POINT" "$FILE" >&3
`;

/**
 * The stream goes through \`tee\` into psql, which runs it in one transaction. Whether it ended with its last line is known at its end, and
 * decides the last statement of that transaction: a mark on the database, or an error. An early end may be in the middle of a COPY, whose
 * end has to be said first.
 */
const loadScript = `
set -u
exec 4>&1
q() { psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse "$@"; }
had=$(q -c "select coalesce(pg_catalog.shobj_description((select oid from pg_catalog.pg_database where datname = current_database()), 'pg_database'), '')") || { touch ${scratch}/skip; cat ${scratch}/dump; exit 1; }
if [ "$had" = "$MARK" ]; then
    touch ${scratch}/skip
    cat ${scratch}/dump
    echo '@loaded before'
else
    {
        printf '%s\\n' "$BEFORE"
        tail -c 64 <${scratch}/copy >${scratch}/end &
        ended=$!
        tee ${scratch}/copy <${scratch}/dump &
        reader=$!
        while kill -0 $reader 2>/dev/null; do sed -n 's/^rchar: /@read /p' /proc/$reader/io; sleep 1; done >&4 2>/dev/null &
        wait $reader
        wait $ended
        if [ "$(tail -n 1 ${scratch}/end)" = "${lastLine}" ]; then printf '%s\\n' "$AFTER"
        else printf '\\n\\\\.\\n%s\\n' "$BROKEN"
        fi
    } | psql -Xq -v ON_ERROR_STOP=1 -v VERBOSITY=terse --single-transaction -f - >/dev/null || exit 1
    q -c analyze
    echo '@loaded now'
fi
answer=$(q -c "$QUERY") || exit 1
printf '@answer %s\\n' "$(printf '%s' "$answer" | base64 | tr -d '\\n')"
`;

/** What marks a database as the one that this recovery point was loaded into. */
export const markOf = (point: Pick<RecoveryPoint, "id" | "takenAt">, of: string): string =>
    `holdfast: recovery point ${point.id} of ${of}, ${point.takenAt}`;

const raise = (text: string) => `RAISE EXCEPTION 'holdfast: ${text}'`;

/** First in the transaction: nobody else loads meanwhile, and nothing is there. */
export const before = [
    "SELECT pg_catalog.pg_advisory_xact_lock(4708371);",
    `DO $holdfast$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')) THEN ${raise("the database is not empty")}; END IF; END $holdfast$;`,
].join("\n");

/** Last in it. */
const after = (mark: string) =>
    `DO $holdfast$ BEGIN EXECUTE pg_catalog.format('COMMENT ON DATABASE %I IS %L', pg_catalog.current_database(), '${mark.replace(/'/g, "''")}'); END $holdfast$;`;

export function loadTask(
    repository: Repository,
    resticImage: string,
    point: RecoveryPoint,
    record: StreamRecord,
    of: string,
    server: Server,
): Task {
    const { env, secretEnv } = resticEnv(repository);
    const psqlEnv = {
        PGHOST: server.host,
        PGUSER: server.user,
        PGDATABASE: server.database,
        PGCONNECT_TIMEOUT: "10",
        // As the record's answer was written, whatever the server's own settings are.
        PGTZ: "UTC",
    };
    const mark = markOf(point, of);
    const fetch: TaskContainer = {
        name: "fetch",
        image: resticImage,
        script: fetchScript,
        env: { ...env, POINT: point.id, FILE: point.path },
        secretEnv,
        memory: "1Gi",
    };
    const load: TaskContainer = {
        name: "load",
        image: server.image,
        script: loadScript,
        env: {
            ...psqlEnv,
            MARK: mark,
            BEFORE: before,
            AFTER: after(mark),
            BROKEN: `DO $$ BEGIN ${raise("the stream broke off")}; END $$;`,
            QUERY: record.query,
        },
        otherSecretEnv: { PGPASSWORD: { secret: server.passwordSecret, key: "password" } },
        memory: "512Mi",
    };
    const pipes: TaskContainer = { name: "pipes", image: server.image, script: `mkfifo ${scratch}/dump ${scratch}/copy`, memory: "64Mi" };
    const bytes = typeof point.sizeBytes === "number" ? point.sizeBytes : 0;
    return {
        name: `${server.app}-restore`,
        namespace: server.namespace,
        secret: repositorySecret(repository),
        labels: clientLabelOf(server.app),
        pod: {
            runAsUser: server.runAsUser,
            runAsGroup: server.runAsGroup,
            initContainers: [pipes],
            containers: [fetch, load],
            caConfigMap: repository.caConfigMap,
        },
        // Far beyond the forecast, which is a planning figure: this ends what hangs, not what is slow.
        deadlineSeconds: 900 + 6 * restoreTime("stream", bytes).seconds,
    };
}

/** What a load came to. */
export interface Loaded {
    /** True where an earlier run had loaded it. */
    wasThere: boolean;
    answer: string;
}

/** What the load's log says; throws with the reason where it failed. */
export function loadedOf(succeeded: boolean, logs: Record<string, string>): Loaded {
    const { load = "", fetch = "" } = logs;
    const answer = /^@answer (.*)$/m.exec(load)?.[1];
    if (succeeded && answer !== undefined) {
        return { wasThere: /^@loaded before$/m.test(load), answer: Buffer.from(answer, "base64").toString("utf8") };
    }
    const said = load.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("@"));
    const own = /holdfast: (.*)$/m.exec(said.join("\n"))?.[1];
    if (own?.startsWith("the stream broke off") || said.some((line) => line.includes("invalid command \\.")))
        throw new UserError(`the stream broke off, and nothing was loaded: ${resticWords(fetch)}`);
    const why =
        own ??
        said.find((line) => /error/i.test(line)) ??
        (resticWords(load) === "restic said nothing" ? resticWords(fetch) : resticWords(load));
    throw new UserError(`nothing was loaded: ${brief(why.replace(/^psql:<stdin>:\d+: /, ""), 400)}`);
}

/** Bytes that psql was given so far, as the log of a load that runs says. */
export const bytesRead = (log: string): number =>
    Number(
        /^@read (\d+)/m.exec(
            log
                .split("\n")
                .filter((line) => line.startsWith("@read"))
                .at(-1) ?? "",
        )?.[1] ?? 0,
    );

/** Loads, with progress, and returns the answer to the record's query. */
export async function load(api: ClusterApi, task: Task, totalBytes: number, update: Report): Promise<Loaded> {
    let asked = 0;
    const { succeeded, logs } = await runTask(api, task, update, async (pod) => {
        if (Date.now() - asked < 2000) return;
        asked = Date.now();
        const log = await api.run(["logs", "-n", task.namespace, `pod/${pod.metadata.name}`, "-c", "load", "--tail=5"]).catch(() => "");
        const read = bytesRead(log);
        if (read === 0) return;
        const percent = Math.min(100, Math.floor((read * 100) / Math.max(1, totalBytes)));
        update(read >= totalBytes ? "all is loaded, and is checked" : `${size(read)} of ${size(totalBytes)} (${percent} %)`);
    });
    return loadedOf(succeeded, logs);
}
