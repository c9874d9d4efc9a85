/** A replacement that has begun, noted in the cluster: what the claims were, for whoever goes on after an interruption. */

import { labelsOf } from "../../components/workloads/labels";
import type { ClusterApi } from "../backups/cluster";
import type { ClaimCopy } from "./claim-copy";
import type { Place } from "./engines/engine";

export interface Journal {
    version: 1;
    member: string;
    claims: ClaimCopy[];
}

const nameOf = (app: string) => `${app}-replace`;

interface NoteObject {
    metadata: { name: string; uid: string };
    data?: { "replace.json"?: string };
}

/** What was begun and not ended. */
export async function openJournal(api: ClusterApi, { app, namespace }: Place): Promise<Journal | undefined> {
    const text = (await api.find<NoteObject>(namespace, "configmap", nameOf(app)))?.data?.["replace.json"];
    return text === undefined ? undefined : (JSON.parse(text) as Journal);
}

/** Notes it before anything is changed; fails where another one has begun. */
export async function beginJournal(api: ClusterApi, { app, namespace }: Place, journal: Journal): Promise<void> {
    await api.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: nameOf(app), namespace, labels: labelsOf(app) },
        data: { "replace.json": JSON.stringify(journal) },
    });
}

export const endJournal = (api: ClusterApi, { app, namespace }: Place): Promise<void> => api.remove(namespace, "configmap", nameOf(app));
