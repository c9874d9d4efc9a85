import { postgresShell } from "./postgres-shell";

/**
 * Second step of a drill, in PostgreSQL's image: a new server on a socket that nobody else reaches, the dump in one transaction, and the
 * query that the live server answered when the backup was made.
 *
 * The record in the dump's first line is read by PostgreSQL itself, which knows JSON better than a shell. The server's password is made
 * here and ends here. Messages are short ones: the long ones show rows.
 */
export const postgresScript =
    postgresShell +
    String.raw`
(while kill -0 "$$" 2>/dev/null; do date > "$steps/engine.alive"; sleep 1; done) &

until [ -e "$steps/fetch.done" ]; do
    [ -e "$steps/report.done" ] && exit 0
    sleep 0.2 2>/dev/null || sleep 1
done
[ -e "$steps/fetched" ] || exit 0

# fail WORDS FILE: with the first error in a file.
fail() {
    cat "$2" >&2
    said=$(grep -m 1 -E 'ERROR|FATAL|PANIC|error:|could not|server closed' "$2" | cut -c 1-300)
    printf '%s: %s' "$1" "$said" > "$steps/detail"
    printf 'engine-failed' > "$steps/failure"
    finish
}

PGPASSWORD=$(head -c 24 /dev/urandom | base64)
export PGPASSWORD
printf '%s\n' "$PGPASSWORD" > /tmp/password
mkdir -p "$socket"
initdb --username=postgres --pwfile=/tmp/password --auth=scram-sha-256 --encoding=UTF8 > /tmp/said 2>&1 || fail "initdb" /tmp/said
rm /tmp/password
pg_ctl start -w -t 300 -l /tmp/said -o "-c listen_addresses='' -c unix_socket_directories=$socket" > /dev/null 2>&1 || fail "the server doesn't start" /tmp/said

# recorded NAME: a value of the record, as it is.
recorded() {
    ask -d postgres -c "SELECT pg_read_file('$steps/record')::jsonb ->> '$1'" 2> /tmp/said || fail "the record can't be read" /tmp/said
}
database=$(recorded database)
owner=$(recorded owner)
query=$(recorded query)
: > /tmp/said
[ -e "$steps/engine.done" ] && exit 0
if [ -z "$database" ] || [ -z "$owner" ] || [ -z "$query" ]; then
    fail "the record doesn't name a database, its owner and a query" /tmp/said
fi

ask -d postgres -v database="$database" -v owner="$owner" > /tmp/said 2>&1 <<'SQL' || fail "the database can't be made" /tmp/said
SELECT format('CREATE ROLE %I SUPERUSER', :'owner') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL

printf 'SET ROLE :"owner";\n' > /tmp/role.sql
ask -d "$database" -v owner="$owner" --single-transaction -f /tmp/role.sql -f "$data/stream" > /dev/null 2> /tmp/said || fail "the dump doesn't load" /tmp/said

printf 'SET default_transaction_read_only = on;\n' >> /tmp/role.sql
ask -d "$database" -v owner="$owner" -f /tmp/role.sql -c "$query" > "$steps/answer.partial" 2> /tmp/said || fail "the query isn't answered" /tmp/said
mv "$steps/answer.partial" "$steps/answer"
finish
`;
