/** Which objects belong to which application: by the labels that Holdfast puts on them, and by the names of claims. */

import { labelsOf, partOfLabel } from "../../components/workloads/labels";
import type { Claim, DatabaseCluster, Deployment, Metadata, Pod, Reading, StatefulSet, Volume } from "./objects";

const [nameLabel, managerLabel] = Object.keys(labelsOf("any"));
const manager = labelsOf("any")[managerLabel];

/** The label that everything of Holdfast's has, as kubectl selects it. */
export const managedSelector = `${managerLabel}=${manager}`;
/** The label that claims have, also those that a StatefulSet made for itself. */
export const claimSelector = nameLabel;

/** The objects of one application. */
export interface AppObjects {
    app: string;
    namespace: string;
    statefulsets: StatefulSet[];
    deployments: Deployment[];
    databases: DatabaseCluster[];
    pods: Pod[];
    claims: Claim[];
    /** PersistentVolumes whose claim is deleted. */
    retained: Volume[];
}

/** The label of everything that CloudNativePG makes for a Cluster, which is named as the application. */
export const databaseLabel = "cnpg.io/cluster";
/** The label of an operator's pods and claims that says which member they are of. */
export const memberLabel = "cnpg.io/instanceName";

const appOf = ({ labels }: Metadata): string | undefined => labels?.[databaseLabel] ?? labels?.[partOfLabel] ?? labels?.[nameLabel];
/** Ours, or made by the operator for one of ours; whose it is otherwise, its name doesn't tell. */
const isPlaced = (metadata: Metadata): boolean => isManaged(metadata) || metadata.labels?.[databaseLabel] !== undefined;
export const isManaged = ({ labels }: Metadata): boolean => labels?.[managerLabel] === manager;

/** The number and the application in a claim's name, `data-ledger-2`, if it can be one of that application's. */
export function ordinalOfClaim(name: string, app: string): number | undefined {
    const digits = new RegExp(`^[a-z][-a-z0-9]*-${app}-(\\d+)$`).exec(name)?.[1];
    return digits === undefined ? undefined : Number(digits);
}

/** Whether a claim of this name can be the application's, by the names that claims get. */
export const isClaimOf = (name: string, app: string): boolean =>
    ordinalOfClaim(name, app) !== undefined || (name.startsWith(`${app}-`) && /^\d+$/.test(name.slice(app.length + 1)));

/** Volumes that outlived their claim: the claim they name is gone, or is another one of the same name. */
function retainedVolumes({ volumes, claims, notRead }: Reading): Volume[] {
    const living = new Set(claims.map(({ metadata }) => metadata.uid));
    return volumes.filter(({ spec: { claimRef }, status }) => {
        if (claimRef?.name === undefined) return false;
        // Where claims could not be read, only the volume itself can tell.
        const isOrphan = notRead.claims === undefined && claimRef.uid !== undefined && !living.has(claimRef.uid);
        return status?.phase === "Released" || (status?.phase === "Failed" && isOrphan);
    });
}

const none = (): Omit<AppObjects, "app" | "namespace"> => ({
    statefulsets: [],
    deployments: [],
    databases: [],
    pods: [],
    claims: [],
    retained: [],
});

/** Every application of Holdfast's in a reading, by namespace and name, and the retained volumes that belong to none of them. */
export function applications(reading: Reading): { apps: AppObjects[]; retained: Volume[] } {
    const found = new Map<string, AppObjects>();
    const objectsOf = (app: string, namespace: string): AppObjects => {
        const key = `${namespace}/${app}`;
        const objects = found.get(key) ?? { app, namespace, ...none() };
        found.set(key, objects);
        return objects;
    };
    const managed = [...reading.statefulsets, ...reading.databases, ...reading.pods, ...reading.claims].filter(({ metadata }) =>
        isManaged(metadata),
    );
    for (const { metadata } of managed) {
        const app = appOf(metadata);
        if (app !== undefined) objectsOf(app, metadata.namespace ?? "");
    }
    for (const { metadata } of reading.namespaces) {
        const app = appOf(metadata);
        // A namespace alone is an application whose workloads and claims are gone.
        if (app !== undefined && isManaged(metadata)) objectsOf(app, metadata.name);
    }
    const place = <T extends { metadata: Metadata }>(objects: readonly T[], list: (into: AppObjects) => T[]) => {
        for (const object of objects) {
            const into = found.get(`${object.metadata.namespace}/${appOf(object.metadata)}`);
            if (into) list(into).push(object);
        }
    };
    place(
        reading.statefulsets.filter(({ metadata }) => isManaged(metadata)),
        (into) => into.statefulsets,
    );
    place(
        reading.deployments.filter(({ metadata }) => isManaged(metadata)),
        (into) => into.deployments,
    );
    place(
        reading.databases.filter(({ metadata }) => isManaged(metadata)),
        (into) => into.databases,
    );
    place(
        reading.pods.filter(({ metadata }) => isPlaced(metadata)),
        (into) => into.pods,
    );
    place(reading.claims, (into) => into.claims);

    const retained: Volume[] = [];
    const ours = new Set(reading.classes.filter(({ metadata }) => isManaged(metadata)).map(({ metadata }) => metadata.name));
    for (const volume of retainedVolumes(reading)) {
        const { namespace, name = "" } = volume.spec.claimRef ?? {};
        const owners = [...found.values()].filter((each) => each.namespace === namespace && isClaimOf(name, each.app));
        // `data-my-app-0` could also be a volume "data-my" of "app": the longest name that fits is meant.
        const owner = owners.sort((a, b) => b.app.length - a.app.length)[0];
        if (owner) owner.retained.push(volume);
        else if (ours.has(volume.spec.storageClassName ?? "")) retained.push(volume);
    }
    const apps = [...found.values()].sort((a, b) => a.app.localeCompare(b.app) || a.namespace.localeCompare(b.namespace));
    return { apps, retained };
}
