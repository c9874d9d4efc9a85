import { createHash, scryptSync } from "node:crypto";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "./labels";

type Files = { [file: string]: pulumi.Input<string> };

interface Owner {
    component: pulumi.ComponentResource;
    name: string;
    app: string;
    namespace: pulumi.Input<string>;
    dependsOn: pulumi.ComponentResourceOptions["dependsOn"];
}

function canonical(files: Record<string, string>): string {
    return JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * The configuration files as an immutable ConfigMap named after its content, e.g. `ledger-config-1f0c9a2b`.
 *
 * A provider replaces a ConfigMap whose data changes, and deletes it first when its name stays: a pod that starts in between finds none.
 * With a new name the new one is made first, the pods roll because their template names it, and the old one goes when they have.
 */
export function createConfigMap(owner: Owner, files: Files): ConfigMap {
    const content = pulumi.output(files);
    return new ConfigMap(
        `${owner.name}-config`,
        {
            metadata: {
                name: content.apply(
                    (data) => `${owner.app}-config-${createHash("sha256").update(canonical(data)).digest("hex").slice(0, 8)}`,
                ),
                namespace: owner.namespace,
                labels: labelsOf(owner.app),
            },
            data: content,
            immutable: true,
        },
        { parent: owner.component, dependsOn: owner.dependsOn },
    );
}

/**
 * Hash of something secret. It can be read by more people than the Secret, so it must not be a quick test of guesses: scrypt, salted with
 * the application's name, and 32 bits of it.
 */
function secretHash(app: string, data: Record<string, string>): string {
    return scryptSync(canonical(data), app, 4, { cost: 4096 }).toString("hex");
}

/** Hash of what rolls the pods when it changes. */
export function rollHash(app: string, values: Files): pulumi.Output<string> {
    return pulumi.unsecret(pulumi.output(values).apply((data) => secretHash(app, data)));
}

/** Secret files as an immutable Secret named after its content, for the reasons of {@link createConfigMap}. */
export function createSecret(owner: Owner, files: Files): Secret {
    const content = pulumi.secret(files);
    return new Secret(
        `${owner.name}-secrets`,
        {
            metadata: {
                name: pulumi.unsecret(content.apply((data) => `${owner.app}-secrets-${secretHash(owner.app, data)}`)),
                namespace: owner.namespace,
                labels: labelsOf(owner.app),
            },
            data: content.apply((data) =>
                Object.fromEntries(Object.entries(data).map(([file, text]) => [file, Buffer.from(text).toString("base64")])),
            ),
            immutable: true,
        },
        { parent: owner.component, dependsOn: owner.dependsOn },
    );
}
