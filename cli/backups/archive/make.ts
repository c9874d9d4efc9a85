/** Has CloudNativePG make a base copy now, and believes it when the archive has it. */

import { UserError } from "../../errors";
import { brief } from "../../status/words";
import { cleaningUp } from "../clean-up";
import type { ClusterApi, Made } from "../cluster";
import { backupName } from "../made-backup";
import { type Report, step } from "../progress";
import type { Session } from "../session";
import { pause } from "../task";
import { listArchive } from "./listing";
import { archivePage } from "./page";

interface BackupObject extends Made {
    status?: { phase?: string; error?: string; backupId?: string };
}

const resource = "backups.postgresql.cnpg.io";

/** The Backup. It is made on the primary: its end is archived as soon as it is there, and somebody waits for it. */
export const baseCopyOf = (app: string, namespace: string, name: string): object => ({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: {
        name,
        namespace,
        labels: { "app.kubernetes.io/managed-by": "holdfast", "app.kubernetes.io/name": app },
    },
    spec: { cluster: { name: app }, method: "barmanObjectStore", target: "primary" },
});

/** Waits for a Backup; the id of its base copy, or why there is none. */
async function waitForBaseCopy(
    api: ClusterApi,
    namespace: string,
    name: string,
    limitSeconds: number,
    update: Report,
): Promise<{ id: string } | { failure: string }> {
    for (const end = Date.now() + limitSeconds * 1000; ; await pause(1000)) {
        const backup = await api.find<BackupObject>(namespace, resource, name);
        if (!backup) return { failure: "the Backup is gone: somebody has deleted it" };
        const { phase = "waiting for the operator", error, backupId } = backup.status ?? {};
        if (phase === "completed" && backupId) return { id: backupId };
        if (phase === "failed") return { failure: brief(error, 500) || "it said nothing" };
        const words = phase === "walArchivingFailing" ? "the log isn't shipped, and no base copy counts without it" : phase;
        if (Date.now() > end) return { failure: `not done within ${limitSeconds / 60} minutes: ${words}` };
        update(words);
    }
}

/** Makes a base copy and looks at it in the archive. Throws where it isn't good. */
export async function backUpArchive(session: Session, minutes: number): Promise<void> {
    const { api, app, namespace, stack } = session;
    if (!(await api.find(namespace, "clusters.postgresql.cnpg.io", app))) {
        throw new UserError(
            `Nothing backs "${app}" up: there is no Cluster ${namespace}/${app} of CloudNativePG's in the cluster. Deploy the stack first: npx holdfast up ${stack}.`,
        );
    }
    const name = backupName(app, new Date());
    let isDone = false;
    const stop = async () => {
        if (!isDone) await api.remove(namespace, resource, name);
    };
    const id = await cleaningUp(stop, async () => {
        await api.create<Made>(baseCopyOf(app, namespace, name));
        const made = await step(`Base copy ${name}`, (update) => waitForBaseCopy(api, namespace, name, minutes * 60, update));
        if ("failure" in made)
            throw new UserError(`The backup failed: ${made.failure}\nWhat was kept before is untouched: npx holdfast backups ${stack}`);
        isDone = true;
        return made.id;
    });
    const archive = await step("Looking at it in the archive", (update) => listArchive(session, update));
    const base = archive.bases.find((each) => each.id === id);
    if (!base?.isWhole) {
        throw new UserError(
            `The backup is not good: CloudNativePG calls ${id} complete, and ${base ? "files of it, or parts of the log that it needs, are missing in the archive" : "the archive doesn't have it"}.`,
        );
    }
    console.log(archivePage(archive, stack, Date.now()));
}
