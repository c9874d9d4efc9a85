import { mainContainer } from "./labels";
import type { WorkloadDescription } from "./pod-args";

/** How long a hook may take unless it is said. */
export const quiesceSeconds = 30;

/** A command as Velero and we read it: a JSON list, because neither starts a shell. */
const written = (command: string[]): string => JSON.stringify(command);

/**
 * The annotations that tell a backup how to make the files whole, and when to let go of them.
 *
 * `holdfast.dev/…` is what our own backups read. `…hook.backup.velero.io/…` says the same to Velero, which reads annotations of pods.
 * K8up has no such hooks: its `k8up.io/backupcommand` names a command whose output is backed up, which is another thing.
 */
export function quiesceAnnotations(args: WorkloadDescription): Record<string, string> {
    const { quiesceCommand, unquiesceCommand } = args;
    if (!quiesceCommand) {
        return {};
    }
    const seconds = `${args.quiesceTimeoutSeconds ?? quiesceSeconds}s`;
    const velero = (when: "pre" | "post", command: string[]) => ({
        [`${when}.hook.backup.velero.io/command`]: written(command),
        [`${when}.hook.backup.velero.io/container`]: mainContainer,
        [`${when}.hook.backup.velero.io/timeout`]: seconds,
        // Files that are not whole are no backup; a member that stays frozen is worse than one.
        [`${when}.hook.backup.velero.io/on-error`]: when === "pre" ? "Fail" : "Continue",
    });
    return {
        "holdfast.dev/quiesce-command": written(quiesceCommand),
        "holdfast.dev/quiesce-container": mainContainer,
        "holdfast.dev/quiesce-timeout": seconds,
        ...velero("pre", quiesceCommand),
        ...(unquiesceCommand ? { "holdfast.dev/unquiesce-command": written(unquiesceCommand), ...velero("post", unquiesceCommand) } : {}),
    };
}
