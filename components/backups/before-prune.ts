/**
 * What happens before each prune of a repository of streams: broken streams go, so that they don't count, and a repository that isn't as it
 * should be isn't pruned at all.
 *
 * restic's forget counts snapshots by their time and doesn't look inside: enough streams in a row that broke off would push the last good one out.
 * This is an init container of K8up's own job: nothing else of K8up's works on the repository meanwhile, and a prune whose init container
 * fails doesn't begin. `policies/backup/retention.ts` has the same as a function.
 */

import type * as input from "@pulumi/kubernetes/types/input";
import { backendOf, jobPod, type RepositoryPlace } from "./file-backup-spec";
import { streamEnds, wholeStream } from "./stream-ends";

/** What it leaves as the container's last words, for `holdfast status`. */
export interface LookBeforePrune {
    version: 1;
    /** Streams of it that were looked at, all of them. */
    streams: number;
    lookedAt: string;
    /** When the newest whole one was taken; absent where none is. */
    newestWhole?: string;
    /** So many broke off. */
    broken: number;
    /** Why nothing was pruned; absent where it was. */
    held?: string;
}

/**
 * Two calls of restic for each stream. What can't be read is no broken stream: it holds the prune up. No stream is forgotten while not one is
 * whole: then the look itself may be what is wrong.
 */
export const beforePruneScript = `set -u
export LC_ALL=C
work=$TMPDIR
now=$(date -u +%s)
iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
count=0
broken=''
newest=''
${streamEnds}${wholeStream}
# restic asks for a damaged object again for a quarter of an hour, and backups wait for this.
r() { timeout "$CALL_SECONDS" restic --no-lock --quiet "$@" 2>>"$work/said"; }

# tell WHY: the container's last words; WHY nothing is pruned, or nothing.
tell() {
    {
        printf '{"version":1,"lookedAt":"%s","streams":%s,"broken":%s' "$(iso "$now")" "$count" "$(echo $broken | wc -w | tr -d ' ')"
        [ -z "$newest" ] || printf ',"newestWhole":"%s"' "$newest"
        [ -z "$1" ] || printf ',"held":"%s"' "$(printf '%s' "$1" | tr -d '\\\\"\\000-\\037' | cut -c 1-500)"
        echo '}'
    } >"$LAST_WORDS"
    cat "$LAST_WORDS"
}
hold() {
    tell "$1"
    exit 1
}
# fail WHAT: something that restic could not do, with its last words.
fail() {
    cat "$work/said" >&2
    hold "$1: $(grep -v '^$' "$work/said" | tail -n 1 | grep . || echo "no answer within $CALL_SECONDS s")"
}

: >"$work/said"
timeout "$CALL_SECONDS" restic snapshots --no-lock --json --host "$STREAM_HOST" --path "$STREAM_PATH" >"$work/list" 2>"$work/said" || {
    # There is nothing to prune before the first backup.
    grep -q -i 'config file.*\\(does not exist\\|no such file\\)' "$work/said" && exit 0
    fail "the repository can't be read"
}
# restic leaves damaged snapshots out, and counts the others as if they were all.
! grep -q '^Ignoring' "$work/said" || fail "a snapshot is damaged"

sed 's/},{/}\\n{/g' "$work/list" | grep -F "\\"paths\\":[\\"$STREAM_PATH\\"]" >"$work/streams"
field() { printf '%s' "$line" | sed -n "s/.*[,{]\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }
# later A B: times in UTC, which sort as text.
later() { [ "$(printf '%s\\n%s\\n' "$1" "$2" | sort | tail -n 1)" = "$1" ] && [ "$1" != "$2" ]; }

ahead=''
limit=$(iso "$((now + 600))")
while read -r line; do
    id=$(field id)
    taken=$(field time)
    count=$((count + 1))
    pieces "$(field tree)" "$work" && end "$work" || fail "the stream of $taken can't be read"
    if whole "$STREAM_PATH" "$work/last"; then
        ! later "$taken" "$limit" || ahead="$ahead $taken"
        later "$newest" "$taken" || newest=$taken
    else
        broken="$broken $id"
    fi
done <"$work/streams"

[ -z "$ahead" ] || hold "a clock ran ahead: a stream says it is of$ahead"
if [ -n "$broken" ] && [ -n "$newest" ]; then
    # What a job that was killed left would hold the next one up for half an hour.
    restic unlock --quiet 2>"$work/said" || fail "locks that nobody holds any more can't be taken away"
    restic forget --quiet --retry-lock 2m $broken 2>"$work/said" || fail "streams that broke off can't be forgotten"
fi
tell ''
`;

const work = { name: "before-prune", mountPath: "/holdfast" };

/** Which streams are looked at. */
export interface LookedAtStream {
    /** The namespace, which K8up calls the host. */
    host: string;
    path: string;
    image: string;
    region: string;
}

/** The pod of a prune: that of every job of K8up's, with the look at every stream before it. */
export function prunePod(runAsUser: number, runAsGroup: number, stream: LookedAtStream, place: RepositoryPlace) {
    const { spec } = jobPod(runAsUser, runAsGroup, stream.region).template;
    return { template: { spec: { ...spec, ...beforePrune(stream, place) } } };
}

function beforePrune({ host, path, image, region }: LookedAtStream, place: RepositoryPlace) {
    const { repoPasswordSecretRef, s3, volumeMounts = [] } = backendOf(place);
    const secret = (name: string, secretKeyRef: object) => ({ name, valueFrom: { secretKeyRef } });
    const values = {
        STREAM_HOST: host,
        STREAM_PATH: path,
        CALL_SECONDS: "120",
        LAST_WORDS: "/dev/termination-log",
        RESTIC_REPOSITORY: `s3:${s3.endpoint}/${s3.bucket}`,
        RESTIC_CACHE_DIR: `${work.mountPath}/cache`,
        HOME: work.mountPath,
        TMPDIR: work.mountPath,
        ...(volumeMounts.length > 0 ? { RESTIC_CACERT: `${volumeMounts[0].mountPath}/ca.crt` } : {}),
        ...(region === "" ? {} : { AWS_DEFAULT_REGION: region }),
    };
    const container: input.core.v1.Container = {
        name: "look-at-streams",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sh", "-c", beforePruneScript],
        env: [
            ...Object.entries(values).map(([name, value]) => ({ name, value })),
            secret("AWS_ACCESS_KEY_ID", s3.accessKeyIDSecretRef),
            secret("AWS_SECRET_ACCESS_KEY", s3.secretAccessKeySecretRef),
            secret("RESTIC_PASSWORD", repoPasswordSecretRef),
        ] as input.core.v1.EnvVar[],
        resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "1Gi" } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        volumeMounts: [work, ...volumeMounts.map((mount) => ({ ...mount, readOnly: true }))],
    };
    return { initContainers: [container], volumes: [{ name: work.name, emptyDir: {} }] };
}
