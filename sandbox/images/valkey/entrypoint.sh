#!/bin/sh
# Starts Valkey with the conventions of the official image: a first argument that is an option or a configuration file means
# valkey-server, anything else is run as it stands; root gives way to the valkey user.
set -eu

case "${1:-}" in
    -*)
        # As in the official image, Valkey answers beyond loopback unless the arguments say otherwise: a later option wins.
        set -- valkey-server --protected-mode no "$@"
        ;;
    *.conf) set -- valkey-server "$@" ;;
    valkey-server) if [ "$#" -eq 1 ]; then set -- valkey-server --protected-mode no; fi ;;
esac

case "${1:-}" in
    valkey-server | valkey-sentinel)
        if [ "$(id -u)" = 0 ]; then
            find . \! -user valkey -exec chown valkey '{}' +
            exec setpriv --reuid=valkey --regid=valkey --clear-groups "$0" "$@"
        fi
        # What is written here is data: nobody else reads it, unless the pod chose a mask of its own.
        if [ "$(umask)" = 0022 ]; then umask 0077; fi
        ;;
esac
exec "$@"
