#!/usr/bin/env bash
# Runs csi-sanity, the CSI specification's own test suite, against the sandbox's CSI driver on a scratch pool.
#
#   csi-sanity.sh <csi-sanity binary> <holdfast-csi binary>     (or CSI_SANITY=… HOLDFAST_CSI=…)
#
# Needs root, btrfs-progs and a free loop device. Nothing is left behind, however it ends: the pool is mounted in a mount namespace of its
# own, its file is unlinked at once, and every process is in a process namespace that dies with this script. (SIGKILL leaves a small
# directory of logs.)
# Prints each skipped test with its reason, and as its last line {"suite":"csi-sanity","passed":…,"failed":…,"skipped":…}.
# Exit code: 0 all passed, 1 some failed, 2 could not run.
set -euo pipefail

if [ "${1:-}" != "--inside" ]; then
    sanity=${1:-${CSI_SANITY:-}}
    driver=${2:-${HOLDFAST_CSI:-}}
    problems=()
    [ -x "$sanity" ] || problems+=("csi-sanity binary '$sanity': give the path of one, built in sandbox/toolchain/modules/csi-test")
    [ -x "$driver" ] || problems+=("holdfast-csi binary '$driver': give the path of one, built in sandbox/csi-driver")
    [ "$(id -u)" = 0 ] || problems+=("root is needed to mount the pool")
    for tool in mkfs.btrfs btrfs unshare setpriv node; do
        command -v "$tool" >/dev/null || problems+=("the command $tool is missing")
    done
    if [ ${#problems[@]} -gt 0 ]; then
        printf 'csi-sanity: %s\n' "${problems[@]}" >&2
        exit 2
    fi
    scratch=$(mktemp -d)
    inside=
    finish() {
        [ -z "$inside" ] || { kill -KILL "$inside" && wait "$inside"; } 2>/dev/null || true
        rm -rf --one-file-system "$scratch"
    }
    trap finish EXIT
    trap 'exit 2' INT TERM HUP
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
        "$BASH" "$0" --inside "$(realpath "$sanity")" "$(realpath "$driver")" "$scratch" &
    inside=$!
    wait "$inside"
    exit
fi

sanity=$2 driver=$3 scratch=$4
# Sparse: csi-sanity asks for several volumes of 10 GB at once, and the pool never promises more than it has.
truncate -s 128G "$scratch/pool.img"
mkfs.btrfs -q "$scratch/pool.img" >/dev/null
mkdir "$scratch/pool" "$scratch/mnt"
mount -o loop "$scratch/pool.img" "$scratch/pool"
rm "$scratch/pool.img"

"$driver" --endpoint "unix://$scratch/csi.sock" --node-id sanity --pool "$scratch/pool" >"$scratch/driver.log" 2>&1 &
driver_pid=$!
for _ in $(seq 100); do
    [ -S "$scratch/csi.sock" ] && break
    if ! kill -0 $driver_pid 2>/dev/null; then
        cat "$scratch/driver.log" >&2
        exit 2
    fi
    sleep 0.05
done

echo "compression: zstd" >"$scratch/attributes.yaml"
status=0
"$sanity" --csi.endpoint "$scratch/csi.sock" --csi.mountdir "$scratch/mnt/target" --csi.stagingdir "$scratch/mnt/staging" \
    --csi.testvolumeexpandsize 21474836480 --csi.testvolumemutableparameters "$scratch/attributes.yaml" --ginkgo.no-color --ginkgo.json-report "$scratch/report.json" \
    >"$scratch/sanity.log" 2>&1 || status=$?

if ! node - "$scratch/report.json" <<'JS'
const { readFileSync } = require("node:fs");
const specs = JSON.parse(readFileSync(process.argv[2], "utf8"))
    .flatMap((suite) => suite.SpecReports)
    .filter((spec) => spec.LeafNodeType === "It");
const named = (spec) => [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(" > ");
const of = (...states) => specs.filter((spec) => states.includes(spec.State));
const passed = of("passed");
const skipped = of("skipped", "pending");
const failed = specs.filter((spec) => !passed.includes(spec) && !skipped.includes(spec));
for (const spec of skipped) console.log(`skipped (${spec.Failure?.Message || "marked pending by csi-sanity itself"}): ${named(spec)}`);
for (const spec of failed) console.log(`FAILED: ${named(spec)}\n    ${spec.Failure?.Message ?? spec.State}`);
console.log(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
console.log(JSON.stringify({ suite: "csi-sanity", passed: passed.length, failed: failed.length, skipped: skipped.length }));
process.exit(failed.length === 0 && passed.length > 0 ? 0 : 1);
JS
then
    [ $status -ne 0 ] || status=1
fi
if [ $status -ne 0 ]; then
    echo "--- the driver's log" >&2
    tail -n 40 "$scratch/driver.log" >&2
fi

kill $driver_pid 2>/dev/null || true
wait $driver_pid 2>/dev/null || true
umount "$scratch/pool"
[ $status -eq 0 ] || exit 1
