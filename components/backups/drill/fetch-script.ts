/**
 * First step of a drill, in an image with restic: the newest backup, whole or not at all, onto the drill's volume.
 *
 * It leaves what it saw in files and always ends well: what a failure is called is decided where the result is written. What restic does
 * wrong or hides, this makes up for (0.16.4, each seen on a repository): `snapshots` skips a damaged snapshot and says so on standard error
 * only, so that an older one would pass for the newest; an object that is missing or cut short is asked for again for 15 minutes.
 */
export const fetchScript = String.raw`set -u
export LC_ALL=C
steps=/drill/steps
data=/drill/data
trap 'exit 143' TERM

date > "$steps/fetch.started"
(while kill -0 "$$" 2>/dev/null; do date > "$steps/fetch.alive"; sleep 1; done) &

# finish: everything of this step is written.
finish() {
    : > "$steps/fetch.done"
    exit 0
}

# fail CODE WORDS: what is wrong is known here.
fail() {
    echo "fetch: $1: $2" >&2
    printf '%s' "$2" > "$steps/detail"
    printf '%s' "$1" > "$steps/failure"
    finish
}

# watch PID LIMIT: ends a call at its limit, or where it has asked for the same object in vain often enough.
# A server that can't be reached may come back: that one is waited for until the limit.
watch() {
    began=$(date +%s)
    while kill -0 "$1" 2>/dev/null; do
        asked=$(grep 'returned error, retrying' "$steps/restic.err" | grep -c -v -E 'dial tcp|connection re|i/o timeout|no such host')
        if [ "$asked" -ge "$DRILL_RETRIES" ]; then
            echo stuck > "$steps/restic.stopped"
        elif [ $(($(date +%s) - began)) -ge "$2" ]; then
            echo deadline > "$steps/restic.stopped"
        fi
        [ -e "$steps/restic.stopped" ] && kill -KILL "$1" 2>/dev/null
        sleep 1
    done
}

# call PHASE LIMIT OUTPUT ARGUMENTS: one call of restic, its output in a file. It takes no lock: reading must not need the right to write.
call() {
    phase=$1
    limit=$2
    output=$3
    shift 3
    printf '%s' "$phase" > "$steps/restic.phase"
    rm -f "$steps/restic.stopped"
    : > "$steps/restic.err"
    echo "fetch: $phase" >&2
    restic --no-lock "$@" > "$output" 2> "$steps/restic.err" &
    called=$!
    watch "$called" "$limit" &
    watcher=$!
    wait "$called"
    status=$?
    printf '%s' "$status" > "$steps/restic.status"
    kill "$watcher" 2>/dev/null
    cat "$steps/restic.err" >&2
    [ "$status" -eq 0 ] && [ ! -e "$steps/restic.stopped" ]
}

# seen PATH: whether the newest snapshot of a path can be told, into $id.
seen() {
    call list "$DRILL_CALL_SECONDS" "$steps/snapshots.json" snapshots --json --latest 1 --host "$DRILL_HOST" --path "$1" || return 1
    grep -q '^Ignoring' "$steps/restic.err" && return 1
    sed 's/},{"time"/}\n{"time"/g' "$steps/snapshots.json" | grep -F "\"paths\":[\"$1\"]" > "$steps/snapshot.partial"
    id=$(sed -n 's/.*"id":"\([0-9a-f]\{64\}\)".*/\1/p' "$steps/snapshot.partial" | head -n 1)
    [ -n "$id" ] || fail backup-missing "the repository has no snapshot of $1 by the host $DRILL_HOST"
    # One line for each path.
    head -n 1 "$steps/snapshot.partial" >> "$steps/snapshots.chosen"
    call files "$DRILL_CALL_SECONDS" "$data/files.json" ls --json "$id"
}

# sum: how many numbers come in, and their sum.
sum() {
    count=0
    total=0
    while read -r number; do
        count=$((count + 1))
        total=$((total + number))
    done
    echo "$count $total"
}

listed() {
    grep '"type":"file"' "$data/files.json" | sed -n 's/.*"size":\([0-9]*\).*/\1/p' | sum
}

# take_stream PATH: a command's output, as one file.
take_stream() {
    seen "$1" || return 1
    # What restic makes of a command that wrote nothing: a snapshot without a file.
    grep -q '"type":"file"' "$data/files.json" || fail backup-empty "the newest snapshot of $1 holds no file"
    wanted=$(listed | cut -d ' ' -f 2)
    call data "$DRILL_FETCH_SECONDS" "$data/stream" dump "$id" "$1" || return 1
    bytes=$(wc -c < "$data/stream" | tr -d ' ')
    [ "$bytes" = "$wanted" ] || fail backup-incomplete "$bytes bytes came of $1, and its snapshot says $wanted"
    echo "$bytes" >> "$steps/bytes"
}

# take_folder PATH: the files of a claim, in a folder of its name.
take_folder() {
    seen "$1" || return 1
    folder="$data/restored/$(basename "$1")"
    rm -rf "$folder"
    mkdir -p "$folder"
    call data "$DRILL_FETCH_SECONDS" /dev/null restore "$id:$1" --target "$folder" || return 1
    wanted=$(listed)
    found=$(find "$folder" -type f -exec stat -c %s '{}' + | sum)
    [ "$found" = "$wanted" ] || fail backup-incomplete "of $1 came $found (files and bytes), and its snapshot says $wanted"
    [ "$found" = "0 0" ] && fail backup-empty "the newest snapshot of $1 holds no file"
    echo "$found" | cut -d ' ' -f 2 >> "$steps/bytes"
}

take_all() {
    : > "$steps/bytes"
    : > "$steps/snapshots.chosen"
    for path in $DRILL_PATHS; do
        case "$path" in
            *.sql | *.rdb | *.jetstream | *.tar) take_stream "$path" || return 1 ;;
            *) take_folder "$path" || return 1 ;;
        esac
    done
}

check_ends() {
    head -n 1 "$data/stream" | grep -q '^-- holdfast: {' || fail backup-incomplete "the stream doesn't begin with the record of a backup"
    head -n 1 "$data/stream" | sed 's/^-- holdfast: //' > "$steps/record"
    [ "$(tail -n 1 "$data/stream")" = "-- holdfast: complete" ] || fail backup-incomplete "the stream ends before its last line: it was cut off"
}

check_sql() {
    check_ends
    grep -q -v -E '^(--.*)?$' "$data/stream" || fail backup-empty "the dump has a record, and no statement"
}

# An archive cut off between two files would be unpacked without complaint.
check_tar() {
    [ "$(tail -c 1024 "$data/stream" | tail -n 1)" = "-- holdfast: complete" ] || fail backup-incomplete "the archive ends before its last line: it was cut off, or tar could not read a file"
}

# again: a prune that runs meanwhile moves objects. Only what is missing the second time is missing.
again() {
    [ "$(cat "$steps/restic.phase") $(cat "$steps/restic.status")" = "list 1" ] && return 1
    grep -q deadline "$steps/restic.stopped" 2>/dev/null && return 1
    take_all
}

take_all || again || finish
rm -f "$steps/restic.stopped"

case "$DRILL_PATHS" in
    *.sql | *.rdb | *.jetstream | *.tar) [ -s "$data/stream" ] || fail backup-empty "the newest backup has no byte in it" ;;
esac
case "$DRILL_PATHS" in
    *.sql) check_sql ;;
    *.rdb | *.jetstream) check_ends ;;
    *.tar) check_tar ;;
esac
: > "$steps/fetched"
finish
`;
