import { createHash, scryptSync } from "node:crypto";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./labels";

/** Files, or other values, by name. */
export type Contents = { [name: string]: pulumi.Input<string> };

interface Owner {
    component: pulumi.ComponentResource;
    name: string;
    app: string;
    namespace: pulumi.Input<string>;
    dependsOn: pulumi.ComponentResourceOptions["dependsOn"];
}

export const configMapNameOf = (app: string): string => `${app}-config`;
export const secretNameOf = (app: string): string => `${app}-secrets`;

function canonical(files: Record<string, string>): string {
    return JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Hash of what anyone may read. */
export function contentHash(contents: Contents): pulumi.Output<string> {
    return pulumi.output(contents).apply((data) => createHash("sha256").update(canonical(data)).digest("hex").slice(0, 8));
}

/**
 * Hash of something secret. It can be read by more people than the Secret, so it must not be a quick test of guesses: scrypt, salted with
 * the application's name, and 32 bits of it.
 */
export function secretHash(app: string, contents: Contents): pulumi.Output<string> {
    const hash = pulumi
        .secret(contents)
        .apply((data) => scryptSync(canonical(data as Record<string, string>), app, 4, { cost: 4096 }).toString("hex"));
    return pulumi.unsecret(hash);
}

/**
 * The configuration files as a ConfigMap of one name, whatever is in it: the pods roll because their template has a hash of the content.
 *
 * A name after the content would tie a member to content that a later update deletes: one held back by a partition or `OnDelete` couldn't
 * start again, and going back after an update that failed would make an object that is still there. The price: a member that starts again
 * before its turn finds the new files.
 */
export function createConfigMap(owner: Owner, files: Contents): ConfigMap {
    return new ConfigMap(
        `${owner.name}-config`,
        {
            metadata: { name: configMapNameOf(owner.app), namespace: owner.namespace, labels: labelsOf(owner.app) },
            data: files,
        },
        { parent: owner.component, dependsOn: owner.dependsOn, deleteBeforeReplace: true },
    );
}

/** Secret files as a Secret of one name, for the reasons of {@link createConfigMap}. */
export function createSecret(owner: Owner, files: Contents): Secret {
    return new Secret(
        `${owner.name}-secrets`,
        {
            metadata: { name: secretNameOf(owner.app), namespace: owner.namespace, labels: labelsOf(owner.app) },
            data: pulumi
                .secret(files)
                .apply((data) =>
                    Object.fromEntries(
                        Object.entries(data as Record<string, string>).map(([file, text]) => [file, Buffer.from(text).toString("base64")]),
                    ),
                ),
        },
        { parent: owner.component, dependsOn: owner.dependsOn, deleteBeforeReplace: true },
    );
}
