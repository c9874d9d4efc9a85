/** What an application makes that is protected, as permissions name it. */

import { repositorySecretNameOf } from "../backups/backup-repository";
import type { EngineName, Plan } from "../usecases/plan";
import { plannedClaims } from "../volumes/claim-plan";
import { membersSecretNameOf, passwordSecretNameOf } from "../workloads/password";
import { ownerSecretNameOf, readerSecretNameOf } from "../workloads/postgres-cluster-names";
import { filesNameOf } from "../workloads/shared-files-spec";
import { objectName } from "./kinds";
import { ObjectNames } from "./nearest";
import { readPermission } from "./permission";

/** Engines whose clients have a password that is made here. */
const withPassword: readonly EngineName[] = ["postgres", "valkey", "jetstream"];

/** What of an application's arguments decides what its objects are called. */
export interface AppObjectArgs {
    namespace?: string;
    createsNamespace?: boolean;
    keepClaims?: number;
    passwordSecret?: string;
}

/** Claims, namespace, password and the backups' keys. What a storage or a snapshot is made of isn't known before it is made. */
export function appObjects(plan: Pick<Plan, "app" | "replicas" | "volumes" | "engine" | "backup">, args: AppObjectArgs): string[] {
    const { app, replicas, engine, backup } = plan;
    // A cluster's claims are its operator's, and go with it.
    const isCluster = engine.name === "postgres-cluster";
    const volumes = plan.volumes.filter((volume) => !volume.shared && !isCluster);
    const clusterSecrets = [passwordSecretNameOf(app), ownerSecretNameOf(app), readerSecretNameOf(app)];
    return [
        ...plannedClaims({ app, replicas, volumes, keepClaims: args.keepClaims }).map(({ name }) => objectName("", name)),
        ...plan.volumes
            .filter(({ shared }) => shared)
            .flatMap(({ name }) => [
                objectName("", `${name}-${app}-0`),
                objectName("secret", passwordSecretNameOf(filesNameOf(app, name))),
            ]),
        ...(isCluster ? [objectName("cluster", app), ...clusterSecrets.map((name) => objectName("secret", name))] : []),
        ...(args.createsNamespace === false ? [] : [objectName("namespace", args.namespace ?? app)]),
        ...(withPassword.includes(engine.name) && args.passwordSecret === undefined
            ? [objectName("secret", passwordSecretNameOf(app))]
            : []),
        ...(engine.name === "valkey" ? [objectName("secret", membersSecretNameOf(app))] : []),
        // Where the copies go may be given by whoever runs it, so that the plan alone doesn't say whether there is a repository.
        ...(backup.policy === "none" ? [] : [objectName("secret", repositorySecretNameOf(app))]),
    ];
}

/** A permission that names nothing, and what it was probably meant to name. */
export interface Misspelt {
    text: string;
    nearest: string;
}

/** Kinds of which an application's objects are known. */
const known = /^((cluster|namespace|secret)\/|[^/]*$)/;

/** The permissions that nearly name something of the application. Those that don't may be about what it no longer has, or about others'. */
export function misspeltPermissions(allow: readonly string[] | undefined, objects: readonly string[]): Misspelt[] {
    const names = new ObjectNames(objects);
    return (allow ?? []).flatMap((text) => {
        const object = readPermission(text).permission?.object;
        if (object === undefined || !known.test(object) || names.has(object)) return [];
        const nearest = names.nearest(object);
        return nearest === undefined ? [] : [{ text, nearest }];
    });
}
