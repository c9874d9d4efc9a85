/** Whether a planned backup is made, and not only planned. */

import type { Draft } from "./draft";
import type { BackupMethod } from "./engines";
import type { EngineName } from "./plan";

/** What this version has components for, by engine. Another one is one entry here, and its component. */
const methods: Partial<Record<EngineName, readonly BackupMethod[]>> = {
    postgres: ["stream"],
    "postgres-cluster": ["archive"],
    valkey: ["stream"],
    jetstream: ["stream"],
    container: ["files"],
};

/** True where copies can be made once there is a repository for them. */
export const canBeCarriedOut = (engine: EngineName, method: BackupMethod | undefined): boolean =>
    method !== undefined && (methods[engine]?.includes(method) ?? false);

/** What is missing to make the copies that are planned; undefined where nothing is, or none are planned. */
export function missingForBackups({
    backup,
    engine,
    volumes,
    wish,
}: Pick<Draft, "backup" | "engine"> & { volumes: readonly { name: string; shared?: boolean }[] } & { wish: { hasRepository: boolean } }):
    | string
    | undefined {
    if (backup.method === undefined) {
        return undefined;
    }
    if (!canBeCarriedOut(engine.name, backup.method)) {
        return `this version has no component that makes copies of ${engine.name} by "${backup.method}"`;
    }
    const shared = volumes.find(({ shared }) => shared);
    if (backup.method === "archive" && shared) {
        return `this version has no component that copies the files of the shared volume "${shared.name}" beside an archive`;
    }
    return wish.hasRepository ? undefined : "no repository is given to put the copies in (backupEndpoint and what goes with it)";
}
