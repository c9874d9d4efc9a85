#!/usr/bin/env bash
# Starts PostgreSQL with the environment contract of the official image (see ../README.md for the few differences).
#
# The first start happens in a staging directory: initdb, database, user and init scripts. Only a finished one becomes PGDATA, by one
# rename. A start killed at any moment leaves PGDATA empty or complete, so it can simply be started again.
set -Eeuo pipefail
shopt -s nullglob

server_major="$(postgres -V | sed -E 's/^postgres \(PostgreSQL\) ([0-9]+).*/\1/')"
problems=()
staging=''
lock_directory=''
server_running=''

log() { printf 'entrypoint: %s\n' "$*" >&2; }

# Problems are collected and reported together: nobody should have to meet them one restart at a time.
problem() { problems+=("$*"); }

report_problems() {
    ((${#problems[@]} == 0)) && return
    log "PostgreSQL was not started, ${#problems[@]} problem(s):"
    printf '  - %s\n' "${problems[@]}" >&2
    exit 1
}

# setting NAME DEFAULT: the value of NAME, or the content of the file that NAME_FILE names.
setting() {
    local name="$1" file_name="$1_FILE" value="${2-}"
    if [[ -n "${!name-}" && -n "${!file_name-}" ]]; then
        problem "$name and $file_name are both set: keep one of them"
    elif [[ -n "${!name-}" ]]; then
        value="${!name}"
    elif [[ -n "${!file_name-}" ]]; then
        if [[ -r "${!file_name}" ]]; then
            value="$(<"${!file_name}")"
        else
            problem "$file_name names ${!file_name}, which uid $(id -u) cannot read: mount that file or correct the name"
        fi
    fi
    export "$name=$value"
    unset "$file_name"
}

wants_help() {
    local argument
    for argument; do
        case "$argument" in -'?' | --help | --describe-config | -V | --version | -C) return 0 ;; esac
    done
    return 1
}

# As root: hand the directories over and come back as the postgres user.
drop_root() {
    local directory
    for directory in "$PGDATA" /var/run/postgresql; do
        mkdir -p "$directory"
        find "$directory" \! -user postgres -exec chown postgres '{}' +
    done
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
}

# initdb wants a name for its uid. An arbitrary uid has none in a read-only /etc/passwd, so it is lent one for the first start.
lend_user_name() {
    getent passwd "$(id -u)" >/dev/null && return
    NSS_WRAPPER_PASSWD="$(mktemp)"
    NSS_WRAPPER_GROUP="$(mktemp)"
    printf 'postgres:x:%s:%s:PostgreSQL:%s:/bin/false\n' "$(id -u)" "$(id -g)" "$PGDATA" >"$NSS_WRAPPER_PASSWD"
    printf 'postgres:x:%s:\n' "$(id -g)" >"$NSS_WRAPPER_GROUP"
    export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

return_user_name() {
    [[ -n "${NSS_WRAPPER_PASSWD-}" ]] || return 0
    rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
    unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

check_version() {
    local found
    found="$(<"$PGDATA/PG_VERSION")"
    [[ "$found" == "$server_major" ]] && return
    problem "$PGDATA holds data of PostgreSQL $found, this image is PostgreSQL $server_major, and no version reads another's files:
    run an image of PostgreSQL $found, or dump with it (pg_dumpall) and restore into an empty PGDATA. Nothing was changed"
}

# Where the first start is staged: beside PGDATA, so that one rename finishes it. Where PGDATA is a mount of its own, or its parent is
# not ours to write, it is staged inside and its entries are moved up, PG_VERSION last.
choose_staging() {
    local parent
    parent="$(dirname "$PGDATA")"
    mkdir -p "$parent" 2>/dev/null || true
    if [[ -w "$parent" && (! -e "$PGDATA" || "$(stat -c %d "$parent")" == "$(stat -c %d "$PGDATA")") ]] && ! mountpoint -q "$PGDATA"; then
        staging="$parent/.$(basename "$PGDATA").first-start"
        lock_directory="$parent"
    elif [[ -d "$PGDATA" && -O "$PGDATA" ]]; then
        staging="$PGDATA/.first-start"
        lock_directory="$PGDATA"
    elif [[ -d "$PGDATA" ]]; then
        problem "PGDATA=$PGDATA belongs to uid $(stat -c %u "$PGDATA"), and PostgreSQL here is uid $(id -u), which must own it:
    set PGDATA to a directory inside the volume, such as PGDATA=$PGDATA/pgdata, and give the pod an fsGroup"
    else
        problem "PGDATA=$PGDATA cannot be made by uid $(id -u): mount a writable volume at $parent"
    fi
}

check_empty() {
    local entry
    for entry in "$PGDATA"/* "$PGDATA"/.[!.]*; do
        case "${entry##*/}" in lost+found | .first-start | .first-start.done) continue ;; esac
        # After a move that was cut short, PGDATA holds part of the finished start, and the rest is waiting beside it.
        [[ -d "$PGDATA/.first-start.done" ]] && continue
        problem "PGDATA=$PGDATA has no PG_VERSION but is not empty (${entry##*/}): empty it, or set PGDATA to another directory"
        return
    done
}

check_settings() {
    if [[ -z "$POSTGRES_PASSWORD" && "$POSTGRES_HOST_AUTH_METHOD" != trust ]]; then
        problem "the superuser has no password: set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE (not empty), or, to let
    everyone in without one, POSTGRES_HOST_AUTH_METHOD=trust"
    fi
    if [[ -n "${POSTGRES_INITDB_WALDIR-}" ]]; then
        problem "POSTGRES_INITDB_WALDIR=$POSTGRES_INITDB_WALDIR is not supported here: the log stays in PGDATA, so that both
    appear together or not at all"
    fi
    local file
    for file in /docker-entrypoint-initdb.d/*.sql.xz /docker-entrypoint-initdb.d/*.sql.zst; do
        problem "$file: this image unpacks .sql.gz only: compress it with gzip"
    done
}

# Used by init scripts of the official image too, hence its name.
docker_process_sql() {
    local database=()
    [[ -n "$POSTGRES_DB" ]] && database=(--dbname "$POSTGRES_DB")
    PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "${database[@]}" "$@"
}

run_init_script() {
    case "$1" in
        *.sh)
            log "running $1"
            if [[ -x "$1" ]]; then
                "$1"
            else
                # Sourced scripts are written for the official entrypoint, which does not forbid unset variables.
                set +u
                # shellcheck source=/dev/null
                . "$1"
                set -u
            fi
            ;;
        *.sql)
            log "running $1"
            docker_process_sql -f "$1"
            ;;
        *.sql.gz)
            log "running $1"
            gunzip -c "$1" | docker_process_sql
            ;;
        *) log "ignoring $1: only .sh, .sql and .sql.gz are run" ;;
    esac
}

first_start() {
    export PGDATA="$staging"
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    lend_user_name
    # POSTGRES_INITDB_ARGS carries its own quotes, so the shell has to read it once more.
    local initdb_arguments=()
    eval "initdb_arguments=(${POSTGRES_INITDB_ARGS-})"
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --set=listen_addresses='*' \
        "${initdb_arguments[@]}" 9<&-
    return_user_name

    if [[ "$POSTGRES_HOST_AUTH_METHOD" == trust ]]; then
        log 'WARNING: POSTGRES_HOST_AUTH_METHOD=trust lets anyone who reaches the port in, as any user, without a password'
    fi
    printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"

    # On the socket only: no client can mistake the half-made database for the finished one.
    local arguments=("${@:2}" -c listen_addresses= -p "${PGPORT:-5432}")
    if ! NOTIFY_SOCKET='' pg_ctl -D "$PGDATA" -t 300 -o "$(printf '%q ' "${arguments[@]}")" -w start 9<&-; then
        log "the server does not start with these arguments: ${*:2}. Its own message is above; the data directory was not made"
        exit 1
    fi
    server_running=yes
    if [[ "$POSTGRES_DB" != postgres ]]; then
        docker_process_sql --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
    fi
    # Scripts use psql as they find it, over TCP of their own making too.
    export PGPASSWORD="${PGPASSWORD-$POSTGRES_PASSWORD}"
    local file
    for file in /docker-entrypoint-initdb.d/*; do run_init_script "$file"; done
    unset PGPASSWORD
    stop_server
}

stop_server() {
    [[ -n "$server_running" ]] || return 0
    server_running=''
    pg_ctl -D "$staging" -m fast -w stop
}

# Moves a finished start from inside PGDATA up. Every step is a rename, so it goes on where it was cut short.
move_up() {
    local entry
    chmod 0700 "$PGDATA"
    for entry in "$PGDATA"/.first-start.done/* "$PGDATA"/.first-start.done/.[!.]*; do
        [[ "${entry##*/}" == PG_VERSION ]] || mv -T "$entry" "$PGDATA/${entry##*/}"
    done
    sync -f "$PGDATA"
    mv "$PGDATA/.first-start.done/PG_VERSION" "$PGDATA/PG_VERSION"
    rmdir "$PGDATA/.first-start.done"
}

finish_first_start() {
    sync -f "$staging"
    if [[ "$staging" == "$PGDATA/.first-start" ]]; then
        mv -T "$staging" "$PGDATA/.first-start.done"
        move_up
    else
        mv -T "$staging" "$PGDATA"
    fi
    sync -f "$PGDATA"
}

main() {
    if [[ $# -eq 0 || "${1:0:1}" == - ]]; then set -- postgres "$@"; fi
    if [[ "$1" != postgres ]] || wants_help "$@"; then exec "$@"; fi

    : "${PGDATA:=/var/lib/postgresql/data}"
    if [[ "$PGDATA" != /* ]]; then
        problem "PGDATA=$PGDATA is not an absolute path"
        report_problems
    fi
    PGDATA="$(readlink -m "$PGDATA")"
    export PGDATA
    if [[ "$(id -u)" == 0 ]]; then drop_root "$@"; fi

    setting POSTGRES_PASSWORD
    setting POSTGRES_USER postgres
    setting POSTGRES_DB "$POSTGRES_USER"
    setting POSTGRES_INITDB_ARGS
    : "${POSTGRES_HOST_AUTH_METHOD:=scram-sha-256}"

    if [[ -s "$PGDATA/PG_VERSION" ]]; then
        check_version
        report_problems
        [[ ! -d "$PGDATA/.first-start.done" ]] || rmdir "$PGDATA/.first-start.done"
        log "$PGDATA holds a database: starting it"
        exec "$@"
    fi

    local data="$PGDATA"
    check_settings
    choose_staging
    check_empty
    report_problems
    # The lock is the directory itself, so that nothing is left behind and the kernel lets go of it when we die.
    exec 9<"$lock_directory"
    if ! flock -n 9; then
        log "another container is making the database in $PGDATA: waiting for it"
        flock 9
        exec 9<&-
        exec "$0" "$@"
    fi
    trap 'stop_server || true' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [[ -d "$PGDATA/.first-start.done" ]]; then
        log 'finishing the first start that was cut short'
        move_up
    else
        [[ ! -e "$staging" ]] || log 'starting over: an earlier first start was cut short'
        rm -rf "$staging"
        first_start "$@"
        export PGDATA="$data"
        finish_first_start
    fi
    trap - EXIT INT TERM
    exec 9<&-
    log "first start complete: $PGDATA"
    exec "$@"
}

main "$@"
