/** The server's first step: its configuration, and a start that leads nobody and follows nobody. */

import { clientSecretPath, dataPath, memberPort, memberUser, scriptFolder, sentinelUser } from "./common-script";

/** The settings of a server as lines of its configuration. */
function lines(settings: Record<string, string>): string {
    return Object.entries(settings)
        .map(([name, value]) => `${name} ${value === "" ? '""' : value}`)
        .join("\n");
}

/**
 * Every start is the same: the data of the volume, replication from nobody, and no right to be promoted. The guard beside it decides what
 * the member becomes, once it has seen the others.
 */
export const serverScript = (settings: Record<string, string>) => `#!/bin/sh
set -eu
umask 077
. ${scriptFolder}/common.sh
mkdir -p "$state" ${dataPath}/valkey

# A pod that was deleted by force may still be writing here for a moment.
exec 9>>"$state/lock"
flock 9

hash_of() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
members_hash=$(hash_of "$REDISCLI_AUTH")
cat >/tmp/users.acl <<END
user default on #$(hash_of "$(cat ${clientSecretPath}/password)") ~* &* +@all -@admin +role
user ${memberUser} on #$members_hash ~* &* +@all
user ${sentinelUser} on #$members_hash resetkeys &* -@all +ping +info +role +publish +subscribe +client|setname +config|rewrite
END

is_kept=${settings.appendonly === "yes" ? "yes" : "no"}
if [ "$is_kept" = no ]; then
    # What the memory held is gone, and with it what was known of it.
    rm -f "$state/position"
elif [ -s ${dataPath}/valkey/dump.rdb ] && [ ! -e ${dataPath}/valkey/appendonlydir ]; then
    # A snapshot that was put here becomes the base of the log, which alone is read.
    mkdir ${dataPath}/valkey/appendonlydir
    mv ${dataPath}/valkey/dump.rdb ${dataPath}/valkey/appendonlydir/appendonly.aof.1.base.rdb
    echo 'file appendonly.aof.1.base.rdb seq 1 type b' >${dataPath}/valkey/appendonlydir/appendonly.aof.manifest
fi
position=$(cat "$state/position" 2>/dev/null) || position=
case $position in [0-9]*.[0-9]*.[0-9]*.*) ;; *) position=0.0.0.none ;; esac

cat >/tmp/valkey.conf <<END
port ${memberPort}
bind * -::*
protected-mode no
dir ${dataPath}/valkey
aclfile /tmp/users.acl
masteruser ${memberUser}
masterauth $REDISCLI_AUTH
replica-announce-ip $me
replica-announce-port ${memberPort}
replicaof $nobody 1
replica-priority 0
repl-diskless-load disabled
repl-diskless-sync-delay 0
cluster-announce-human-nodename $position
${lines(settings)}
END
unset REDISCLI_AUTH
exec valkey-server /tmp/valkey.conf
`;
