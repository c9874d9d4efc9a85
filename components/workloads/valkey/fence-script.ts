/**
 * Ends the writes of a primary that nobody hears, within the second of writes that may be lost. The server's own limit
 * (min-replicas-max-lag) counts in whole seconds, and would let it acknowledge writes for up to four.
 */

import { memberPort, scriptFolder } from "./common-script";

/** How long replicas may take to say that they have everything, in milliseconds. */
export const unheardMilliseconds = 300;

/**
 * Every 0.15 s something is sent to the replicas, and they are asked for what they have. Where too few answer, more of them are demanded than there
 * can be: the server refuses writes from that moment, and says why.
 *
 * @param least of its replicas that a primary has to reach, `min-replicas-to-write`
 */
export const fenceScript = (least: string) => `#!/bin/sh
# Beside the guard, which starts it.
set -u
. ${scriptFolder}/common.sh
least=${least}
[ "$least" = 0 ] && exec sleep 2147483647
wanted=
line='
'
while :; do
    heard=$(printf 'PUBLISH holdfast-heard 1\\nWAIT %s ${unheardMilliseconds}\\n' "$least" | ask 127.0.0.1 ${memberPort})
    # The second answer is the one to WAIT.
    case $heard in *"$line"*) heard=\${heard##*"$line"} ;; *) heard= ;; esac
    pause=0.15
    case $heard in
    # It doesn't answer.
    "") now=$wanted ;;
    *[!0-9]*)
        # It isn't a primary.
        now=$least
        pause=1
        ;;
    *) if [ "$heard" -lt "$least" ]; then now=99; else now=$least; fi ;;
    esac
    if [ "$now" != "$wanted" ] && [ "$(ask 127.0.0.1 ${memberPort} CONFIG SET min-replicas-to-write "$now")" = OK ]; then
        [ "$now" = 99 ] && say "too few replicas hear this primary: it takes no writes"
        [ "$now" = "$least" ] && [ "$wanted" = 99 ] && say "it is heard again, or another leads"
        wanted=$now
    fi
    sleep "$pause"
done
`;
