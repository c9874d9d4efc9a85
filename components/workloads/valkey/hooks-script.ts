/** What is run in a member from outside: the kubelet's probes, the hand-over before it stops, and who leads. */

import { memberPort, scriptFolder } from "./common-script";

/** Ready is who leads, or follows and is in sync: during an update the next member stops only then. */
export const readyScript = `#!/bin/sh
. ${scriptFolder}/common.sh
look 127.0.0.1 && [ "$loading" = 0 ] && ! waits && [ "$link" = up ]
`;

/** Any answer is one: a server that reads its data or waits for others is alive. */
export const aliveScript = `#!/bin/sh
. ${scriptFolder}/common.sh
[ -n "$(ask 127.0.0.1 ${memberPort} PING)" ]
`;

/** Says which member leads: the one that a majority of the sentinels names, if it calls itself the primary. */
export const leaderScript = `#!/bin/sh
. ${scriptFolder}/common.sh
primary=$(elected)
if [ -n "$primary" ] && look "$primary" && [ "$role" = master ]; then echo "\${primary%%.*}"; fi
`;

/** How long a hand-over may take before the member stops all the same. */
export const handOverSeconds = 20;

/**
 * A primary hands over before it stops: it takes no more writes, waits until a replica has them all, and has that one promoted. Clients are
 * without a primary for a second or two, and nothing acknowledged is lost. Where nobody can take over it stops as it is.
 */
export const stopScript = `#!/bin/sh
. ${scriptFolder}/common.sh
here() { ask 127.0.0.1 ${memberPort} "$@"; }
until_then=$(($(date +%s) + ${handOverSeconds}))
in_time() { [ "$(date +%s)" -lt "$until_then" ]; }
# How many replicas are connected, and how many of them have everything.
replicas() {
    here INFO replication | tr -d '\\r' | awk -F '[:=,]' '
        /^slave[0-9]+:/ && /state=online/ { online++; for (i = 1; i < NF; i++) if ($i == "offset") has[online] = $(i + 1) }
        /^master_repl_offset:/ { all = $2 }
        END { for (i in has) if (has[i] >= all) whole++; print online + 0, whole + 0 }'
}

look 127.0.0.1 && [ "$role" = master ] || exit 0
read -r online whole <<END
$(replicas)
END
[ "$online" -gt 0 ] || exit 0
here CLIENT PAUSE ${handOverSeconds * 1000} WRITE >/dev/null
while in_time; do
    read -r online whole <<END
$(replicas)
END
    [ "$online" = 0 ] && break
    [ "$whole" = "$online" ] && break
    sleep 0.1
done
while in_time; do
    [ "$online" = 0 ] && break
    fail_over
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        next=$(elected)
        if [ -n "$next" ] && [ "$next" != "$me" ] && look "$next" && [ "$role" = master ]; then
            here REPLICAOF "$next" ${memberPort} >/dev/null
            here CLIENT KILL TYPE normal >/dev/null
            here CLIENT UNPAUSE >/dev/null
            exit 0
        fi
        sleep 0.2
    done
    read -r online whole <<END
$(replicas)
END
done
here CLIENT UNPAUSE >/dev/null
exit 0
`;
