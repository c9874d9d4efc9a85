/**
 * Decides what a member becomes after a start, and keeps what that takes to be decided the next time.
 *
 * A server always starts as a replica of nobody, with what its volume holds, and without the right to be promoted. From there:
 *
 * - The primary that a majority of the sentinels names answers as one: the member follows it.
 * - The sentinels name this member, and others have the data still: it never leads again by itself. A sentinel is told to promote one of
 *   them at once.
 * - Nobody has gone on: after a restart of all. Once every member answers, the one with the newest data leads; where one stays away, the
 *   newest of those that are there, if a majority has data. Only where all of them are empty does an empty one lead.
 *
 * Only sentinels change who is primary, by their vote, so that two guards that see different things never make two of them.
 */

import { memberPort, runPath, scriptFolder, sentinelPort, sentinelUser } from "./common-script";
import { sentinelSettings } from "./sentinel-script";

/** How long members that stay away are waited for, where a majority could go on. */
export const absentSeconds = 15;

export const guardScript = `#!/bin/sh
set -u
umask 077
. ${scriptFolder}/common.sh
trap 'exit 0' TERM
mkdir -p "$state"
last=
wrong=0
refused=0
alone=0
turn=0
pause=1
fence=
began=$(date +%s)

here() { ask 127.0.0.1 ${memberPort} "$@"; }

# The right to be promoted: what sentinels may do here, and that they think of it.
give_right() {
    here ACL SETUSER ${sentinelUser} +multi +exec +slaveof +replicaof '+client|kill' '+script|kill' >/dev/null &&
        here CONFIG SET replica-priority 100 >/dev/null
}

follow() {
    say "follows $1"
    here REPLICAOF "$1" ${memberPort} >/dev/null
}

lead() {
    # Above every term that anybody remembers: what this one takes in now is newer.
    here CONFIG SET cluster-announce-human-nodename "$(($1 + 1)).0.$keys_here.master" >/dev/null &&
        give_right && here REPLICAOF NO ONE >/dev/null && say "leads: $2"
}

# A position is <term>.<offset>.<keys>.<role>. A term begins with each primary, and offsets count within it. The server tells it to others:
# the name is one that only a cluster would use.
remember() {
    case $position in "$1".*."$3") ;; *) here CONFIG SET cluster-announce-human-nodename "$1.$2.$3" >/dev/null ;; esac
    [ "$1.$2.$3" = "$last" ] && return
    last=$1.$2.$3
    echo "$last" >"$state/position.new" && mv "$state/position.new" "$state/position"
}

# What the sentinel here knows of votes and members outlives its pod, without the passwords in its file.
remember_sentinel() {
    known=$(grep -E '^sentinel (monitor|config-epoch|leader-epoch|current-epoch|known-replica|known-sentinel) ' ${runPath}/sentinel.conf 2>/dev/null) || return
    [ "$known" = "$(cat "$state/sentinel" 2>/dev/null)" ] && return
    printf '%s\\n' "$known" >"$state/sentinel.new" && mv "$state/sentinel.new" "$state/sentinel"
}

# A sentinel that has seen no failover yet is free to begin with another primary.
begin_with() {
    {
        echo "SENTINEL REMOVE $app"
        echo "SENTINEL MONITOR $app $1 ${memberPort} $majority"
${sentinelSettings.map((setting) => `        echo "SENTINEL SET $app ${setting}"`).join("\n")}
    } | ask 127.0.0.1 ${sentinelPort} >/dev/null
}
epoch_here() { ask 127.0.0.1 ${sentinelPort} SENTINEL MASTER "$app" | awk '{ sub(/\\r$/, "") } was == "config-epoch" { print $0 } { was = $0 }'; }

hold_others() {
    refused=0
    n=0
    while [ "$n" -lt "$members" ]; do
        other=$(name_of "$n")
        n=$((n + 1))
        [ "$other" = "$me" ] || ask "$other" ${memberPort} REPLICAOF "$nobody" 1 >/dev/null
    done
}

# One look around by a member that waits.
decide() {
    keys_here=$keys
    primary=$(elected)
    [ -n "$primary" ] || { say "waits: no majority of the sentinels names a primary yet"; return; }
    answering=0 going_on=0 unread=0 absent=
    : >/tmp/candidates
    highest=0
    n=0
    while [ "$n" -lt "$members" ]; do
        other=$(name_of "$n")
        n=$((n + 1))
        if ! look "$other"; then
            absent="$absent \${other%%.*}"
            continue
        fi
        answering=$((answering + 1))
        term=\${position%%.*}
        [ "$term" -gt "$highest" ] && highest=$term
        if [ "$role" = master ] && [ "$other" = "$primary" ]; then
            follow "$primary"
            return
        elif waits; then
            [ "$loading" -gt 0 ] && unread=$((unread + 1))
            # Of what was written after the position was noted, the number of keys tells a little.
            noted=\${position#*.}
            noted=\${noted%%.*}
            # One that hasn't restarted knows its offset still.
            [ "$offset" -gt "$noted" ] && noted=$offset
            [ "$keys" -gt 0 ] && echo "$term $noted $keys $other" >>/tmp/candidates
        elif [ "$whole" = 1 ]; then
            going_on=$((going_on + 1))
        else
            # Its primary went before it had everything: its own guard sees that, and it waits again with what it has.
            unread=$((unread + 1))
        fi
    done
    if [ "$going_on" -gt 0 ]; then
        if [ "$primary" = "$me" ]; then
            if fail_over; then
                refused=0
                say "was the primary, and others have gone on: one of them is promoted"
            else
                refused=$((refused + 1))
                say "was the primary, and others have gone on: no sentinel can promote one of them yet ($said)"
                # Sentinels that have seen no failover may have had no time to learn of a replica: all wait then, and are compared.
                [ "$refused" -ge 10 ] && [ "$(epoch_here)" = 0 ] && hold_others
            fi
        else
            say "waits: \${primary%%.*} is named as primary and doesn't lead; the sentinels will choose among those that have gone on"
        fi
        return
    fi
    if [ "$unread" -gt 0 ]; then say "waits: a member is still reading its data, or was following one that is gone"; return; fi
    with_data=$(awk 'END { print NR }' /tmp/candidates)
    newest=$(sort -k 1,1n -k 2,2n -k 3,3n /tmp/candidates | tail -n 1)
    newest=\${newest##* }
    if [ "$answering" -lt "$members" ]; then
        if [ -e "$state/lead" ]; then
            newest=$me
        elif [ "$with_data" -lt "$majority" ]; then
            say "waits for$absent: $with_data of $members members have data here, and those that are away may have more. If they never return: sh ${scriptFolder}/lead.sh"
            return
        elif [ $(($(date +%s) - began)) -lt ${absentSeconds} ]; then
            say "waits a moment for$absent, which may have newer data"
            return
        fi
    fi
    # Without any data all are equal, and the sentinels' choice is as good as any.
    newest=\${newest:-$primary}
    if [ "$primary" = "$newest" ]; then
        [ "$me" = "$newest" ] && lead "$highest" "$with_data of $answering members have data, and none has newer"
    elif [ "$answering" = "$members" ] && [ "$(epoch_here)" = 0 ] && [ "$(named_by 127.0.0.1)" != "$newest" ]; then
        say "the sentinel here begins with \${newest%%.*}"
        begin_with "$newest"
    elif [ "$me" = "$newest" ]; then
        give_right
        if fail_over; then say "has the newest data: the sentinels are asked to promote it"; else say "has the newest data, and no sentinel can promote it yet ($said)"; fi
    else
        say "waits: \${newest%%.*} has the newest data"
    fi
}

# A sentinel that alone has another view, and keeps it, would send members elsewhere again and again.
straighten() {
    [ "$(views | grep -c busy)" = 0 ] && [ "$(elected)" = "$1" ] && say "the sentinel here was alone in its view, and begins again with \${1%%.*}" && begin_with "$1"
}

# A member that leads or follows: its position is noted, and one that the sentinels have left behind follows.
keep() {
    # What a person decided was about that one time.
    rm -f "$state/lead"
    named=$(named_by 127.0.0.1)
    leader=$me
    [ "$role" = master ] || leader=$source
    if [ -n "$named" ] && [ "$named" != "$leader" ] && [ "$(elected)" = "$leader" ]; then alone=$((alone + 1)); else alone=0; fi
    [ "$alone" -ge 8 ] && alone=0 && straighten "$leader"
    if [ "$role" = master ]; then
        if [ -n "$named" ] && [ "$named" != "$me" ]; then
            primary=$(elected)
            if [ -n "$primary" ] && [ "$primary" != "$me" ]; then wrong=$((wrong + 1)); else wrong=0; fi
            if [ "$wrong" -ge 2 ]; then
                follow "$primary"
                here CLIENT KILL TYPE normal >/dev/null
            fi
            return
        fi
        wrong=0
        term=\${position%%.*}
        # Promoted by a sentinel, which begins a term.
        case $position in *.master) ;; *) term=$((term + 1)) ;; esac
        remember "$term" "$offset.$keys" master
        return
    fi
    mine=$offset.$keys
    told=$position
    followed=$source
    if [ "$whole" = 1 ] && [ "$right" = 0 ]; then give_right && say "in sync with \${followed%%.*}"; fi
    is_whole=$whole
    # After a copy the log is written anew. Until that is done, a restart brings back what was there before: no claim to anything newer.
    if [ "$link" = up ] && [ "$written" = 1 ]; then
        # The term is the primary's to say.
        if look "$followed" && [ "$role" = master ]; then
            term=\${position%%.*}
            position=$told
            remember "$term" "$mine" replica
        fi
    fi
    if [ -n "$named" ] && [ "$named" != "$followed" ]; then
        primary=$(elected)
        if [ -n "$primary" ] && [ "$primary" != "$followed" ] && [ "$primary" != "$me" ]; then wrong=$((wrong + 1)); else wrong=0; fi
        [ "$wrong" -ge 2 ] && follow "$primary"
    elif [ "$is_whole" = 0 ] && ! { look "$followed" && [ "$role" = master ]; }; then
        wrong=$((wrong + 1))
        [ "$wrong" -ge 3 ] && say "waits again: \${followed%%.*} was gone before everything was copied" && here REPLICAOF "$nobody" 1 >/dev/null
    else
        wrong=0
    fi
}

while :; do
    if [ -z "$fence" ] || ! kill -0 "$fence" 2>/dev/null; then
        sh ${scriptFolder}/fence.sh &
        fence=$!
    fi
    # A sentinel asks servers every 10 s what they are, and would not know of a new one for as long.
    if [ $((turn % 10)) != 0 ] || ask 127.0.0.1 ${sentinelPort} SENTINEL DEBUG info-period 1000 >/dev/null; then turn=$((turn + 1)); fi
    if ! look 127.0.0.1; then
        pause=1
        say "the server doesn't answer"
        began=$(date +%s)
    elif [ "$loading" -gt 0 ]; then
        pause=1
        say "the server reads its data"
    elif waits; then
        pause=0.3
        wrong=0
        decide
    else
        pause=1
        keep
        remember_sentinel
    fi
    sleep "$pause" &
    wait $!
done
`;

/** For a person who knows that the members that are away never return. */
export const leadScript = `#!/bin/sh
# This member leads with what it has, although others that may have more are away. Their data is replaced when they return.
. ${scriptFolder}/common.sh
look 127.0.0.1 || { echo "the server doesn't answer" >&2; exit 1; }
waits || { echo "this member doesn't wait: it is a $role" >&2; exit 1; }
: >"$state/lead"
echo "it leads as soon as the sentinels agree; its guard's log says when"
`;
