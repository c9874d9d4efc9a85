/**
 * Second step of a drill of an image of one's own, in that image: the policy's query, as a command over the restored files.
 *
 * What was archived by `tar` in this image is unpacked by it, too. The application itself is not started.
 */
export const containerScript = `set -u
steps=/drill/steps
data=/drill/data
restored=$data/restored
trap 'exit 143' TERM

(while kill -0 "$$" 2>/dev/null; do date > "$steps/engine.alive"; sleep 1; done) &

until [ -e "$steps/fetch.done" ]; do
    [ -e "$steps/report.done" ] && exit 0
    sleep 1
done
[ -e "$steps/fetched" ] || exit 0

finish() {
    : > "$steps/engine.done"
    exit 0
}

fail() {
    cat /tmp/said >&2
    printf '%s: %s' "$1" "$(head -n 1 /tmp/said)" > "$steps/detail"
    printf 'engine-failed' > "$steps/failure"
    finish
}

# Busybox's tar gives a folder its mode before it fills it, and one that is read-only stays empty. Then the folders are made first, and open.
unpack() {
    tar -C "$restored" -xf "$data/stream" 2> /tmp/said && return 0
    chmod -R u+rwX "$restored"
    tar -tf "$data/stream" 2> /tmp/said | sed -n 's,/$,,p' | while IFS= read -r folder; do mkdir -p "$restored/$folder"; done
    tar --no-same-permissions -C "$restored" -xf "$data/stream" 2> /tmp/said
}

if [ -e "$data/stream" ]; then
    mkdir -p "$restored"
    unpack || fail "the archive doesn't unpack"
    rm "$data/stream"
fi
cd "$restored" 2> /tmp/said || fail "nothing was restored"
sh -c "$DRILL_QUERY" > "$steps/answer.partial" 2> /tmp/said || fail "the query ended with exit code $?"
[ -s "$steps/answer.partial" ] || fail "the query gave no answer"
mv "$steps/answer.partial" "$steps/answer"
finish
`;
