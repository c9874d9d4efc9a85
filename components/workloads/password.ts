import { randomBytes } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { protection } from "../volumes/permissions";
import { labelsOf } from "./labels";

/** Key of the password in its Secret. */
export const passwordKey = "password";

/** Name of the Secret with an application's password. */
export function passwordSecretNameOf(app: string): string {
    return `${app}-password`;
}

/** Name of the Secret with the password that members of an application have among themselves. */
export function membersSecretNameOf(app: string): string {
    return `${app}-members-password`;
}

/** What the password's Secret is made from. */
export interface PasswordRequest {
    app: string;
    namespace: pulumi.Input<string>;
    /** The password to use; made here when there is none. */
    password?: pulumi.Input<string>;
    /** It is the members' own, which no client is given. */
    isOfMembers?: boolean;
    /** Keys of further passwords, each of its own and random. */
    further?: readonly string[];
    allow?: string[];
}

/** 192 bits in letters, digits, "-" and "_": safe in URLs, in .pgpass and in a shell. */
const random = (): string => randomBytes(24).toString("base64url");

/**
 * The Secret with a password that is made once.
 *
 * Every run makes another one and every run but the first throws it away: the data is ignored after the Secret exists, so that neither a
 * preview nor an update ever shows or changes it. The data directory knows only the first password, so the Secret is protected and kept as
 * long as the claims are; for the same reason a password given later changes nothing. The state holds it encrypted.
 */
export function createPassword(
    component: pulumi.ComponentResource,
    name: string,
    request: PasswordRequest,
    dependsOn: pulumi.ResourceOptions["dependsOn"],
): Secret {
    const secretName = request.isOfMembers ? membersSecretNameOf(request.app) : passwordSecretNameOf(request.app);
    const passwords = {
        [passwordKey]: request.password ?? random(),
        ...Object.fromEntries((request.further ?? []).map((key) => [key, random()])),
    };
    const data = Object.entries(passwords).map(([key, password]) => [
        key,
        pulumi.secret(password).apply((text) => Buffer.from(text).toString("base64")),
    ]);
    return new Secret(
        name,
        {
            metadata: { name: secretName, namespace: request.namespace, labels: labelsOf(request.app) },
            type: "Opaque",
            data: Object.fromEntries(data),
        },
        {
            parent: component,
            dependsOn,
            ignoreChanges: ["data", "stringData"],
            ...protection(request.allow, `secret/${secretName}`, component),
        },
    );
}
