/** What the scripts of a member share: names, questions to servers and sentinels, and what their answers mean. */

/** Ports inside a member. */
export const memberPort = 6379;
export const sentinelPort = 26379;

/** Where the containers of a member find their files. */
export const scriptFolder = "/etc/holdfast/config";
export const dataPath = "/data";
export const runPath = "/run/holdfast";
export const clientSecretPath = "/run/secrets/holdfast";
export const memberSecretPath = "/run/secrets/holdfast-members";

/** The user members are among themselves; clients are `default`. */
export const memberUser = "holdfast";
export const sentinelUser = "sentinel";

/** POSIX shell, and of programs valkey-cli, timeout and awk: the image may be Debian's or Alpine's. */
export const commonScript = `# Read by the other scripts, not run.
app=$VALKEY_APP
members=$VALKEY_MEMBERS
domain=$VALKEY_DOMAIN
me=$(uname -n).$domain
majority=$((members / 2 + 1))
state=${dataPath}/holdfast
REDISCLI_AUTH=$(cat ${memberSecretPath}/password)
export REDISCLI_AUTH

name_of() { echo "$app-$1.$domain"; }

# ask <host> <port> [command…]: bounded, since a frozen server takes a connection and never answers.
ask() {
    asked=$1 at=$2
    shift 2
    timeout 3 valkey-cli --no-auth-warning --user ${memberUser} -h "$asked" -p "$at" "$@" 2>/dev/null
}

# look <host>: sets role, source (whom it replicates from), link, whole (1: it leads, or was in sync with its primary once since it started),
# right (1: sentinels may promote it), loading, written (1: its log has what the memory has), offset, keys and position.
look() {
    seen=$(printf 'INFO replication\\nINFO persistence\\nINFO keyspace\\nCONFIG GET cluster-announce-human-nodename\\n' | ask "$1" ${memberPort} | awk '
        { sub(/\\r$/, ""); at = index($0, ":"); name = substr($0, 1, at - 1); value = substr($0, at + 1) }
        name == "role" { role = value }
        name == "master_host" { source = value }
        name == "master_link_status" { link = value }
        name == "master_link_down_since_seconds" && value + 0 >= 0 { whole = 1 }
        name == "slave_priority" { right = value + 0 > 0 }
        name == "loading" || name == "async_loading" { loading += value }
        name ~ /^aof_(rewrite_in_progress|rewrite_scheduled)$/ { unwritten += value }
        name ~ /^aof_last_(bgrewrite|write)_status$/ && value != "ok" { unwritten++ }
        name == "aof_enabled" { has_log = value }
        name == "master_repl_offset" { offset = value }
        name ~ /^db[0-9]+$/ { split(value, part, /[=,]/); keys += part[2] }
        is_position { position = $0; is_position = 0 }
        $0 == "cluster-announce-human-nodename" { is_position = 1 }
        END {
            if (role == "") exit 1
            if (role == "master") { source = "-"; link = "up"; right = 1 }
            if (link == "up") whole = 1
            if (source == "127.0.0.1") whole = 0
            print role, source, link, whole + 0, right + 0, loading + 0, !(has_log && unwritten), offset + 0, keys + 0, position == "" ? "0.0.0.none" : position
        }') || return 1
    read -r role source link whole right loading written offset keys position <<END
$seen
END
}

# A member that has not been told yet whom to follow replicates from nobody, so that it can neither lead nor be emptied.
nobody=127.0.0.1
waits() { [ "$role" = slave ] && [ "$source" = "$nobody" ]; }

# named_by <host>: the primary that this sentinel names.
named_by() { ask "$1" ${sentinelPort} SENTINEL get-master-addr-by-name "$app" | head -n 1 | tr -d '\\r'; }

# The primary that a majority of the sentinels names.
elected() {
    n=0
    while [ "$n" -lt "$members" ]; do
        named_by "$(name_of "$n")"
        n=$((n + 1))
    done | sort | uniq -c | awk -v majority="$majority" '$1 >= majority && $2 != "" { print $2 }'
}

# views: of each sentinel that answers, the primary it has and whether it is changing that.
views() {
    n=0
    while [ "$n" -lt "$members" ]; do
        ask "$(name_of "$n")" ${sentinelPort} SENTINEL MASTER "$app" | awk '
            { sub(/\r$/, "") }
            was == "ip" { ip = $0 }
            was == "flags" { busy = /failover_in_progress/ }
            { was = $0 }
            END { if (ip != "") print ip, busy ? "busy" : "idle" }'
        n=$((n + 1))
    done
}

# Has a replica promoted now. Never while a sentinel is at it or has another view: a second failover would cross the first.
fail_over() {
    seen=$(views)
    case $seen in *busy*) return 0 ;; esac
    if [ "$(printf '%s\n' "$seen" | sort -u | awk 'END { print NR }')" -ne 1 ]; then
        said="the sentinels don't agree"
        return 1
    fi
    said="no sentinel answers"
    n=0
    while [ "$n" -lt "$members" ]; do
        said=$(ask "$(name_of "$n")" ${sentinelPort} SENTINEL FAILOVER "$app")
        case $said in OK* | *INPROG*) return 0 ;; esac
        n=$((n + 1))
    done
    return 1
}

# say <sentence>: each once in a row, so that a log tells what changed.
last_said=
say() {
    [ "$1" = "$last_said" ] || echo "$1" >&2
    last_said=$1
}
`;
