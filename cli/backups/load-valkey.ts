/** Loads a snapshot of Valkey into a new application: a server of the task's own reads it, and writes it out as the commands that make it. */

import { lastLine } from "../../components/backups/postgres-stream";
import { unwrapped } from "../../components/backups/valkey-stream";
import { restoreTime } from "../../components/usecases/restore-rates";
import { clientLabelOf } from "../../components/workloads/labels";
import { repositorySecret, resticEnv, resticFunction } from "./listing";
import { markOf, type Server } from "./load";
import type { RecoveryPoint } from "./recovery-points";
import type { Repository } from "./repository";
import { scratch, type Task, type TaskContainer } from "./task";

/** Key that says what is being loaded, and for an hour that it was. */
export const markKey = "holdfast-restored";

const fetchScript = `
set -u
${resticFunction}
exec 3>${scratch}/dump
r dump "$POINT" "$FILE" >&3
`;

/**
 * Nothing is written before the whole snapshot is there and was read. What an earlier run left half done is emptied; what anybody else wrote
 * is a reason to stop. The commands go the ordinary way in, so that replicas and logs have them too.
 */
const loadScript = `
set -u
exec 4>&1
ask() { valkey-cli --no-auth-warning -h "$HOST" "$@"; }
is_read=
server=
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null' EXIT
fail() { echo "holdfast: $1" >&2; [ -n "$is_read" ] || cat ${scratch}/dump >/dev/null; exit 1; }
keys_of() { "$@" INFO keyspace | sed -n 's/^db[0-9]*:keys=\\([0-9]*\\),.*/\\1/p' | awk '{ sum += $1 } END { print sum + 0 }'; }
had=$(ask GET ${markKey}) || { ask PING >&2; fail "the new application doesn't answer"; }
case $had in
"$MARK "*)
    cat ${scratch}/dump >/dev/null
    echo '@loaded before'
    answer=\${had##* }
    ;;
*)
    cat ${scratch}/dump >${scratch}/stream &
    reader=$!
    while kill -0 $reader 2>/dev/null; do echo "@read $(wc -c <${scratch}/stream)"; sleep 1; done >&4 2>/dev/null
    wait $reader
    is_read=yes
    [ "$(tail -n 1 ${scratch}/stream | tail -c 64)" = "${lastLine}" ] || fail "the stream broke off"
    mkdir ${scratch}/data
    ${unwrapped(`${scratch}/stream`, `${scratch}/data/dump.rdb`)}
    rm ${scratch}/stream
    here() { env -u REDISCLI_AUTH valkey-cli -s ${scratch}/socket "$@"; }
    valkey-server --port 0 --unixsocket ${scratch}/socket --dir ${scratch}/data --dbfilename dump.rdb --save '' --aof-use-rdb-preamble no >${scratch}/said 2>&1 4>&- &
    server=$!
    until [ "$(here PING 2>/dev/null)" = PONG ]; do
        kill -0 $server 2>/dev/null || { tail -n 3 ${scratch}/said >&2; fail "the snapshot can't be read"; }
        sleep 0.2
    done
    answer=$(sed -n 's/.*keys loaded: \\([0-9]*\\), keys expired: \\([0-9]*\\).*/\\1 \\2/p' ${scratch}/said | awk '{ print $1 + $2 }')
    here CONFIG SET appendonly yes >/dev/null || fail "the snapshot can't be written as commands"
    until here INFO persistence | tr -d '\\r' | grep -qx aof_rewrite_in_progress:0 && ls ${scratch}/data/appendonlydir/*.base.aof >/dev/null 2>&1; do sleep 0.2; done
    if [ "$had" = "$MARK" ]; then ask FLUSHALL SYNC >/dev/null && ask FUNCTION FLUSH SYNC >/dev/null
    elif [ "$(keys_of ask)" != 0 ]; then fail "the new application is not empty"
    fi
    [ "$(ask SET ${markKey} "$MARK")" = OK ] || fail "the new application takes no writes"
    cat ${scratch}/data/appendonlydir/*.base.aof | ask --pipe >&2 || fail "not everything was taken"
    arrived() { [ "$(($(keys_of ask) - 1))" = "$(keys_of here)" ]; }
    for _ in 1 2 3 4 5 6 7 8 9 10; do arrived && break; sleep 1; done
    arrived || fail "of $(keys_of here) keys only $(($(keys_of ask) - 1)) arrived"
    ask SET ${markKey} "$MARK $answer" EX 3600 >/dev/null
    echo '@loaded now'
    ;;
esac
printf '@answer %s\\n' "$(printf '%s' "$answer" | base64 | tr -d '\\n')"
`;

/** The task that loads a recovery point into the new application. */
export function valkeyLoadTask(repository: Repository, resticImage: string, point: RecoveryPoint, of: string, server: Server): Task {
    const { env, secretEnv } = resticEnv(repository);
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
        env: { HOST: server.host, MARK: markOf(point, of) },
        otherSecretEnv: { REDISCLI_AUTH: { secret: server.passwordSecret, key: "password" } },
        memory: server.memory ?? "512Mi",
    };
    const pipe: TaskContainer = { name: "pipe", image: server.image, script: `mkfifo ${scratch}/dump`, memory: "64Mi" };
    const bytes = typeof point.sizeBytes === "number" ? point.sizeBytes : 0;
    return {
        name: `${server.app}-restore`,
        namespace: server.namespace,
        secret: repositorySecret(repository),
        labels: clientLabelOf(server.app),
        pod: {
            runAsUser: server.runAsUser,
            runAsGroup: server.runAsGroup,
            initContainers: [pipe],
            containers: [fetch, load],
            caConfigMap: repository.caConfigMap,
        },
        deadlineSeconds: 900 + 6 * restoreTime("stream", bytes).seconds,
    };
}
