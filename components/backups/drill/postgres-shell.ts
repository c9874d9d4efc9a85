/** What the steps of a drill that run a PostgreSQL server share: their places, the server's end and how it is asked. */
export const postgresShell = String.raw`set -u
umask 077
steps=/drill/steps
data=/drill/data
socket=/tmp/socket
PGDATA=$data/pgdata
export PGDATA
trap 'exit 143' TERM

finish() {
    pg_ctl stop -m immediate -w > /dev/null 2>&1
    : > "$steps/engine.done"
    exit 0
}

ask() { psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse -h "$socket" -U postgres "$@"; }
`;
