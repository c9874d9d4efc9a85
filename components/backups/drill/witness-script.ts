/**
 * The answer is written down with its place in the log, and only where nothing was written meanwhile: at any other place a copy might rightly
 * answer otherwise. Where the database is never quiet, or the reader may not ask, the mark goes without.
 */
export const witnessScript = String.raw`set -u
ask() { psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=terse "$@"; }
tries=0
exact=
answer=
while [ "$tries" -lt "$DRILL_TRIES" ]; do
    tries=$((tries + 1))
    before=$(ask -c 'SELECT pg_current_wal_insert_lsn()') || exit 1
    answer=$(ask -c "$DRILL_QUERY") || break
    after=$(ask -c 'SELECT pg_current_wal_insert_lsn()') || exit 1
    if [ "$before" = "$after" ]; then
        exact=$after
        break
    fi
    sleep 1
done
[ -n "$exact" ] || echo "the mark goes without an answer: the database is never quiet, or its reader may not ask this" >&2
ask -v app="$DRILL_APP" -v query="$DRILL_QUERY" -v answer="$answer" -v exact="$exact" <<'SQL' || exit 1
SELECT pg_logical_emit_message(true, 'holdfast', json_strip_nulls(json_build_object(
    'app', :'app',
    'takenAt', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'query', :'query',
    'lsn', nullif(:'exact', ''),
    'answer', CASE WHEN :'exact' <> '' THEN :'answer' END
))::text);
SQL
`;
