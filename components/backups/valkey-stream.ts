/** Valkey as a stream: a snapshot in its own format, with a record before it and a last line after it. */

import { dataPath, memberPort, memberUser, scriptFolder } from "../workloads/valkey/common-script";
import { attended, begun, drained, lastLine, recordMark, type Stream, shellWord, unreadSeconds } from "./stream";

/** Asked of a snapshot, and of what is restored from it. */
export const keysQuery = "number of keys";

/**
 * Taken of a replica where one is in sync: writing a snapshot costs the primary memory. It is complete before its first byte is written out,
 * and checked by Valkey's own checker, which reads every key and the sum over all bytes.
 */
const script = (app: string) => `#!/bin/sh
# Writes a record, the snapshot and a last line to stdout. Any failure ends it with a non-zero code and no last line.
set -eu
umask 077
${begun}
. ${scriptFolder}/common.sh
all=${dataPath}/holdfast/backup
mkdir -p "$all"
# What a killed one has left. Another that is still at work keeps its own.
for old in "$all"/*; do kill -0 "\${old##*/}" 2>/dev/null || rm -rf "$old"; done
work=$all/$$
mkdir "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM PIPE

from=
n=0
while [ "$n" -lt "$members" ]; do
    other=$(name_of "$n")
    n=$((n + 1))
    look "$other" && [ "$loading" = 0 ] && [ "$link" = up ] || continue
    if [ "$role" = slave ]; then
        from=$other
        break
    fi
    from=$other
done
[ -n "$from" ] || { echo "no member is in sync: there is nothing to copy" >&2; exit 1; }
taken=$(date -u +%Y-%m-%dT%H:%M:%SZ)
valkey-cli --no-auth-warning --user ${memberUser} -h "$from" -p ${memberPort} --rdb "$work/dump.rdb" >&2
valkey-check-rdb "$work/dump.rdb" >"$work/checked" || { tail -n 3 "$work/checked" >&2; exit 1; }
keys=$(sed -n 's/^\\[info\\] \\([0-9][0-9]*\\) keys read.*/\\1/p' "$work/checked")
[ -n "$keys" ] || { echo "the snapshot can't be read" >&2; exit 1; }
printf '%s{"version":1,"app":"${app}","engine":"valkey","takenAt":"%s","query":"${keysQuery}","answer":"%s"}\n' ${shellWord(recordMark)} "$taken" "$keys"
${attended('dd if="$work/dump.rdb" bs=65536', unreadSeconds)}
printf '\n%s\n' ${shellWord(lastLine)}
${drained}
`;

/** The stream of one application, which K8up runs in one of its members. */
export function valkeyStream(app: string): Stream {
    return { extension: ".rdb", files: { "stream.sh": script(app) } };
}

/** Shell that makes the snapshot of a stream: without the line before it and the one after it. */
export const unwrapped = (stream: string, snapshot: string): string =>
    `tail -n +2 ${stream} | head -c "$(($(tail -n +2 ${stream} | wc -c) - ${lastLine.length + 2}))" >${snapshot}`;
