#!/usr/bin/env bash
# Runs the driver's Go tests with a scratch pool: `sandbox/csi-driver/test-on-pool.sh [go test arguments]`.
# Without a pool (`go test ./...`) the tests that need one are skipped. Needs root, btrfs-progs, a free loop device and 4 GB of room; leaves
# nothing behind.
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
truncate -s 16G "$scratch/pool.img"
mkfs.btrfs -q "$scratch/pool.img" >/dev/null
mkdir "$scratch/pool"
# The binaries are built outside, so that what is timed and killed inside is only the driver.
CGO_ENABLED=0 go test -trimpath -c -o "$scratch/" ./internal/pool ./internal/driver
export HOLDFAST_TEST_POOL="$scratch/pool" TMPDIR="$scratch"
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$BASH" -euc '
    mount -o loop "$0/pool.img" "$0/pool"
    rm "$0/pool.img"
    for test in "$0"/*.test; do "$test" -test.v "$@"; done
' "$scratch" "$@"
