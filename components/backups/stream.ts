/** Backups as a stream: a command that K8up runs in the application's own container, and whose output is the copy. */

import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf, mainContainer } from "../workloads/labels";
import type { ConfigFiles } from "../workloads/pod-args";

/** A stream: its scripts by name, of which `stream.sh` is run. */
export interface Stream {
    files: { [file: string]: string };
    /** `.sql`, `.rdb`, `.jetstream` or `.tar`. */
    extension: string;
}

/** What begins the line with a stream's record: one JSON object follows. */
export const recordMark = "-- holdfast: ";

/** The last line. A stream without it is cut short, whoever says that it succeeded. */
export const lastLine = "-- holdfast: complete";

/** Shell at the beginning of a stream's script, for {@link drained}. */
export const begun = "began=$(date +%s)";

/**
 * Shell after the last byte of a stream. Kubernetes closes the connection as soon as the command has ended and the reader's side next says that
 * it is alive, every five seconds; what is still on its way to a slow reader is lost then, and nobody is told. So the command stays as long as
 * the tens of megabytes that sockets hold may take, at the pace that the stream had.
 */
export const drained = "sleep $((5 + ($(date +%s) - began) / 4))";

/** Restic asks for a quarter of an hour where a repository doesn't answer: what stands still for longer than this has no reader any more. */
export const unreadSeconds = 20 * 60;

/**
 * Shell that runs a command and ends it once nobody has taken a byte of what it writes for so many seconds. Kubernetes tells a command nothing
 * when its reader is gone: it would stand still as long as its pod lives, and hold on to what it holds. Its process is in `$writer` meanwhile.
 */
export const attended = (command: string, seconds: number): string => `${command} &
writer=$!
{
    seen=
    while kill -0 "$writer"; do
        written=$(sed -n 's/^wchar: //p' "/proc/$writer/io")
        # Where nobody says how far it is, it is left alone.
        [ -n "$written" ] || exit 0
        now=$(date +%s)
        if [ "$written" != "$seen" ]; then
            seen=$written
            since=$now
        elif [ "$((now - since))" -ge ${seconds} ]; then
            kill "$writer"
        fi
        sleep 10
    done
} >/dev/null 2>&1 3>&- &
wait "$writer"
writer=`;

/** Where the scripts lie in the container. */
export const streamFolder = "/etc/holdfast/backup";

/** Path of a stream in the repository: K8up makes it of the namespace and the container. */
export function streamPathOf(namespace: string, extension: string): string {
    return `/${namespace}-${mainContainer}${extension}`;
}

/** What makes K8up run it: annotations of the pod. */
export const commandAnnotation = "k8up.io/backupcommand";

export function streamAnnotations({ extension }: Stream): Record<string, string> {
    return { [commandAnnotation]: `/bin/sh ${streamFolder}/stream.sh`, "k8up.io/file-extension": extension };
}

/** A claim's files are copied too unless it says otherwise. */
export const claimAnnotation = (isCopied: boolean): Record<string, string> => ({ "k8up.io/backup": String(isCopied) });

/** A word that the shell reads as it is. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The scripts as a ConfigMap, and where the pod mounts it. A pod that runs sees a change within a minute or two, so that a changed script
 * restarts nothing.
 */
export function createStream(
    component: pulumi.ComponentResource,
    name: string,
    app: string,
    namespace: pulumi.Input<string>,
    stream: Stream,
    dependsOn: pulumi.ResourceOptions["dependsOn"],
): { configMap: ConfigMap; configFiles: ConfigFiles } {
    const configMap = new ConfigMap(
        name,
        { metadata: { name: `${app}-backup-stream`, namespace, labels: labelsOf(app) }, data: stream.files },
        { parent: component, dependsOn, deleteBeforeReplace: true },
    );
    return { configMap, configFiles: { configMap: configMap.metadata.name, mountPath: streamFolder } };
}
