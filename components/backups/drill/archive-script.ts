import { postgresShell } from "./postgres-shell";

/**
 * Second step of a drill of an archive, in the database's own image: the server replays the log over the base copy, as a restore has it do.
 *
 * Where the application has said what it answered at one place of the log, the server stops there first and is asked the same; then it goes on to
 * the end, and must have passed the application's mark. It has its own settings, listens on a socket in a folder of its own and archives nothing;
 * so it needs no password, and keeps the roles of the copy as they are.
 */
export const archiveEngineScript =
    postgresShell +
    String.raw`
(while kill -0 "$$" 2>/dev/null; do
    date > "$steps/engine.alive"
    [ -e "$steps/report.done" ] && pg_ctl stop -m immediate > /dev/null 2>&1
    sleep 1
done) &

until [ -e "$steps/fetched" ]; do
    if [ -e "$steps/fetch.done" ] || [ -e "$steps/report.done" ]; then exit 0; fi
    sleep 0.2
done

# fail CODE WORDS FILE: with the first error in a file. What the step before has found counts more.
fail() {
    cat "$3" >&2
    [ -e "$steps/failure" ] && finish
    said=$(grep -m 1 -E 'ERROR|FATAL|PANIC|error:|could not|server closed' "$3" | cut -c 1-300)
    printf '%s: %s' "$2" "$said" > "$steps/detail"
    printf '%s' "$1" > "$steps/failure"
    finish
}

mkdir -p "$socket" "$PGDATA/pg_wal"
chmod 700 "$PGDATA"
rm -f "$PGDATA/standby.signal"
: > "$PGDATA/postgresql.auto.conf"
echo 'local all all trust' > /tmp/hba.conf

# A standby that answers needs as much room as the primary had.
room() { pg_controldata | sed -n "s/^$1 setting: */$2=/p"; }

# start SETTINGS: replays, with a few settings of its own.
start() {
    {
        echo "listen_addresses=''"
        echo "unix_socket_directories='$socket'"
        echo "hba_file='/tmp/hba.conf'"
        echo "archive_mode=off"
        echo "restore_command='sh /drill/scripts/part.sh %f %p'"
        echo "recovery_target_timeline=latest"
        echo "max_wal_size=256MB"
        room max_connections max_connections
        room max_worker_processes max_worker_processes
        room max_wal_senders max_wal_senders
        room max_prepared_xacts max_prepared_transactions
        room max_locks_per_xact max_locks_per_transaction
        printf '%s\n' "$@"
    } > /tmp/drill.conf
    : > "$PGDATA/recovery.signal"
    : > /tmp/said
    pg_ctl start -w -t 86400 -l /tmp/said -o "-c config_file=/tmp/drill.conf" > /dev/null 2>&1
}

answer() { PGOPTIONS='-c default_transaction_read_only=on' ask -d "$DRILL_DATABASE" -c "$DRILL_QUERY"; }

if [ -s "$steps/target" ]; then
    start "hot_standby=on" "recovery_target_lsn='$(cat "$steps/target")'" "recovery_target_inclusive=off" "recovery_target_action=pause" ||
        fail object-damaged "the log leads to no place that the application has marked" /tmp/said
    until [ "$(ask -d postgres -c 'SELECT pg_get_wal_replay_pause_state()' 2> /tmp/asked)" = paused ]; do
        pg_ctl status > /dev/null 2>&1 || fail object-damaged "the log doesn't lead to what the application has marked" /tmp/said
        sleep 0.2
    done
    # A standby can't answer everything: of tables that aren't logged it has none.
    answer > /tmp/marked 2> /tmp/asked || { cat /tmp/asked >&2; : > "$steps/uncompared"; rm /tmp/marked; }
    pg_ctl stop -m fast -w -t 86400 > /dev/null 2>&1
fi

start "hot_standby=off" || fail engine-failed "the server doesn't start on what was restored" /tmp/said
# It answers when it has replayed all there is.
until ask -d postgres -c 'SELECT 1' > /dev/null 2>&1; do
    pg_ctl status > /dev/null 2>&1 || fail engine-failed "the server ends while it replays the log" /tmp/said
    sleep 0.2
done
[ -e "$steps/failure" ] && finish
if [ -s "$steps/reach" ]; then
    passed=$(ask -d postgres -c "SELECT pg_last_wal_replay_lsn() > '$(cat "$steps/reach")' OR pg_last_wal_replay_lsn() IS NULL" 2> /tmp/asked)
    [ "$passed" = t ] || fail object-damaged "the log ends before the application's mark: a part of it is damaged" /tmp/said
fi
ask -d postgres -c "SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')" > /tmp/point 2> /tmp/asked
[ -s /tmp/point ] && grep -q Z /tmp/point && mv /tmp/point "$steps/point"
answer > "$steps/answer.partial" 2> /tmp/asked || fail engine-failed "the query isn't answered" /tmp/asked
[ -e /tmp/marked ] && cp /tmp/marked "$steps/answer.partial"
mv "$steps/answer.partial" "$steps/answer"
finish
`;

/** What the server calls for each part of its log: asks the step that has the keys, and waits for it. */
export const archivePartScript = String.raw`name=$1
: > "/drill/data/wanted/$name"
until [ -e "/drill/data/log/$name" ]; do
    if [ -e "/drill/data/log/$name.none" ]; then
        rm -f "/drill/data/log/$name.none"
        exit 1
    fi
    if [ -e /drill/steps/fetch.done ] || [ -e /drill/steps/report.done ]; then exit 1; fi
    sleep 0.05
done
mv "/drill/data/log/$name" "$2"
`;
