/** The sentinel of a member: its configuration from what it knew, or from the beginning. */

import { clientSecretPath, memberPort, memberUser, runPath, scriptFolder, sentinelPort, sentinelUser } from "./common-script";

/** A server is taken for lost after so long without an answer. */
export const downAfterMilliseconds = 5000;
/** A failover that got stuck is tried again after twice as long. */
export const failoverTimeoutMilliseconds = 6000;

/** What a sentinel is told of the primary beside its name; the guard tells it again where it has to begin anew. */
export const sentinelSettings = [
    `auth-user ${sentinelUser}`,
    "auth-pass $REDISCLI_AUTH",
    `down-after-milliseconds ${downAfterMilliseconds}`,
    `failover-timeout ${failoverTimeoutMilliseconds}`,
    "parallel-syncs 1",
];

/** Its id follows from its name: one that lost its volume is not counted twice. Lines about other members than there are now are left out. */
export const sentinelScript = `#!/bin/sh
set -eu
umask 077
. ${scriptFolder}/common.sh
hash_of() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

known=$(cat "$state/sentinel" 2>/dev/null) || known=
is_mine() {
    case $1 in *."$domain"*) ;; *) return 1 ;; esac
    n=$(printf %s "$1" | sed -n "s/.* $app-\\([0-9][0-9]*\\)\\.$domain .*/\\1/p")
    [ -n "$n" ] && [ "$n" -lt "$members" ]
}
lines_of() { printf '%s\\n' "$known" | while read -r line; do case $line in $1) if is_mine "$line"; then echo "$line"; fi ;; esac; done; }
epochs_of() { printf '%s\\n' "$known" | grep -E "^sentinel ($1)( |$)" || :; }

monitor=$(lines_of "sentinel monitor $app *" | head -n 1)
{
    echo "port ${sentinelPort}"
    echo "bind * -::*"
    echo "protected-mode no"
    echo "dir /tmp"
    echo "user default on #$(hash_of "$(cat ${clientSecretPath}/password)") &* -@all +ping +hello +auth +role +info +client|setname +client|setinfo +subscribe +psubscribe +unsubscribe +punsubscribe +sentinel|get-master-addr-by-name +sentinel|master +sentinel|masters +sentinel|replicas +sentinel|slaves +sentinel|sentinels +sentinel|myid"
    echo "user ${memberUser} on #$(hash_of "$REDISCLI_AUTH") ~* &* +@all"
    echo "sentinel sentinel-user ${memberUser}"
    echo "sentinel sentinel-pass $REDISCLI_AUTH"
    echo "sentinel resolve-hostnames yes"
    echo "sentinel announce-hostnames yes"
    echo "sentinel announce-ip $me"
    echo "sentinel announce-port ${sentinelPort}"
    echo "sentinel myid $(printf %s "$me" | sha1sum | cut -d ' ' -f 1)"
    epochs_of current-epoch
    if [ -n "$monitor" ]; then echo "\${monitor% *} $majority"; else echo "sentinel monitor $app $(name_of 0) ${memberPort} $majority"; fi
${sentinelSettings.map((setting) => `    echo "sentinel ${setting.replace(" ", " $app ")}"`).join("\n")}
    if [ -n "$monitor" ]; then
        epochs_of "config-epoch|leader-epoch"
        lines_of "sentinel known-*"
    fi
} >${runPath}/sentinel.conf
unset REDISCLI_AUTH
exec valkey-sentinel ${runPath}/sentinel.conf
`;
