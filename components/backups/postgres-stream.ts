/** PostgreSQL as a stream of SQL that says itself what it is of, and whether it is whole. */

import { attended, begun, drained, lastLine, recordMark, type Stream, shellWord, unreadSeconds } from "./stream";

export { lastLine, recordMark };

/** What the first line says: what was streamed, and what the live side answered at that moment. */
export interface StreamRecord {
    version: 1;
    app: string;
    engine: "postgres" | "valkey" | "jetstream";
    /** Of a database server. */
    database?: string;
    owner?: string;
    /** The moment that the stream shows, as `2026-11-23T00:00:00Z`. */
    takenAt: string;
    /** A query and the answer it got, as `psql --no-align --tuples-only` prints it. */
    query: string;
    answer: string;
}

/** What a stream is made of. */
export interface PostgresStreamRequest {
    app: string;
    database: string;
    owner: string;
    /** Asked of the live side in the stream's own transaction; a restore has to answer the same. */
    query: string;
}

/** A shell that knows nothing of bash: the image may be Debian's or Alpine's. */
const script = ({ app, database, owner }: PostgresStreamRequest) => `#!/bin/sh
# Writes the database to stdout as SQL: a record, the dump and a last line. Any failure ends it with a non-zero code and no last line.
set -eu
umask 077
${begun}
here=$(dirname "$0")
work=$(mktemp -d /tmp/holdfast-stream.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM PIPE
app=${shellWord(app)}
PGHOST=/var/run/postgresql PGDATABASE=${shellWord(database)} PGUSER=${shellWord(owner)} PGAPPNAME=holdfast-backup
export here work app PGHOST PGDATABASE PGUSER PGAPPNAME
# The socket asks for none where the image made the data; data that came from elsewhere may.
if [ -r "\${POSTGRES_PASSWORD_FILE:-}" ]; then
    PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
    export PGPASSWORD
fi
# The stream goes to 3, and whatever psql has to say to stderr.
psql --no-psqlrc --no-password --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --file="$here/stream.sql" 3>&1 1>&2
[ -e "$work/dumped" ] || { echo "the dump failed: this stream is no recovery point" >&2; exit 1; }
echo ${shellWord(lastLine)}
${drained}
`;

/** The dump, which ends with its snapshot and its locks where nobody reads it. */
const dump = `set -eu
cat "$work/record" >&3
PGAPPNAME=holdfast-dump
export PGAPPNAME
${attended('pg_dump --snapshot="$SNAPSHOT" --no-owner --no-privileges --lock-wait-timeout=300000 >&3', unreadSeconds)}
: >"$work/dumped"
`;

/**
 * One transaction holds the snapshot that the query and the dump both see.
 *
 * psql takes a shell's failure for success, so that the dump leaves a file where it is whole. Owners and grants are left out: roles belong to
 * the server, and the application that it is restored into has its own.
 */
const session = `SET client_encoding = 'UTF8';
-- Limits that are set for clients would end a long dump.
SELECT set_config(name, '0', false) FROM pg_settings
    WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout') \\g /dev/null
\\set work \`echo "$work"\`
\\set app \`echo "$app"\`
\\set query \`cat "$here/query.sql"\`
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken \\gset
\\o :work/answer
\\ir query.sql
;
\\o
\\set answer \`cat "$work/answer"\`
\\o :work/record
SELECT '${recordMark}' || json_build_object('version', 1, 'app', :'app', 'engine', 'postgres', 'database', current_database(),
    'owner', current_user, 'takenAt', :'taken', 'query', :'query', 'answer', :'answer')::text;
\\o
\\setenv SNAPSHOT :snapshot
\\! /bin/sh "$here/dump.sh"
COMMIT;
`;

/** The stream of one server, which K8up runs in its container. */
export function postgresStream(request: PostgresStreamRequest): Stream {
    return {
        extension: ".sql",
        files: {
            "stream.sh": script(request),
            "stream.sql": session,
            "dump.sh": dump,
            "query.sql": `${request.query.trim().replace(/;$/, "")}\n`,
        },
    };
}
