/**
 * Second step of a drill, in Valkey's image: a new server on a socket that nobody else reaches reads the snapshot, and says how many keys
 * it had. Keys whose time was over meanwhile count, since the record counts them.
 */

import { unwrapped } from "../valkey-stream";

export const valkeyScript = `set -u
umask 077
steps=/drill/steps
data=/drill/data
socket=/tmp/valkey.sock
trap 'exit 143' TERM

(while kill -0 "$$" 2>/dev/null; do date > "$steps/engine.alive"; sleep 1; done) &

until [ -e "$steps/fetch.done" ]; do
    [ -e "$steps/report.done" ] && exit 0
    sleep 0.2 2>/dev/null || sleep 1
done
[ -e "$steps/fetched" ] || exit 0

server=
finish() {
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
    : > "$steps/engine.done"
    exit 0
}

fail() {
    cat /tmp/said >&2
    printf '%s: %s' "$1" "$(grep -i -m 1 -E 'fatal|error|wrong|short read|unexpected|bad' /tmp/said | cut -c 1-300)" > "$steps/detail"
    printf 'engine-failed' > "$steps/failure"
    finish
}

mkdir -p "$data/valkey"
${unwrapped('"$data/stream"', '"$data/valkey/dump.rdb"')}
rm "$data/stream"
valkey-server --port 0 --unixsocket "$socket" --dir "$data/valkey" --dbfilename dump.rdb --save '' > /tmp/said 2>&1 &
server=$!
until [ "$(valkey-cli -s "$socket" PING 2>/dev/null)" = PONG ]; do
    kill -0 "$server" 2>/dev/null || fail "the snapshot isn't read"
    sleep 0.2 2>/dev/null || sleep 1
done
sed -n 's/.*keys loaded: \\([0-9]*\\), keys expired: \\([0-9]*\\).*/\\1 \\2/p' /tmp/said | head -n 1 > /tmp/counted
read -r loaded expired < /tmp/counted || fail "the server doesn't say how much it read"
printf '%s\\n' "$((loaded + expired))" > "$steps/answer.partial"
mv "$steps/answer.partial" "$steps/answer"
finish
`;
