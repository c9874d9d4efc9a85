/** The roles of a database: who owns it, who works with it, who only reads. */

import { randomBytes } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { protection } from "../volumes/permissions";
import { labelsOf } from "./labels";
import { passwordKey } from "./password";
import { type DatabaseRole, rolesOf } from "./postgres-cluster-names";

/**
 * What is run once, in the new database, as superuser: the roles beside the owner, without a login until the operator gives them their
 * passwords, and their rights to whatever the owner makes.
 */
export function grants(app: string, database: string): string[] {
    const { application, owner, reader } = rolesOf(app, database);
    const [write, read, own] = [application, reader, owner].map(({ role }) => `"${role}"`);
    const byDefault = `ALTER DEFAULT PRIVILEGES FOR ROLE ${own} GRANT`;
    return [
        `CREATE ROLE ${write} NOLOGIN`,
        `CREATE ROLE ${read} NOLOGIN`,
        `REVOKE ALL ON DATABASE "${database}" FROM PUBLIC`,
        `GRANT CONNECT, TEMPORARY ON DATABASE "${database}" TO ${write}`,
        `GRANT CONNECT ON DATABASE "${database}" TO ${read}`,
        // The operator's metrics are read by a role of its own, which is made later and is one of these.
        `GRANT CONNECT ON DATABASE "${database}" TO pg_monitor`,
        `GRANT USAGE ON SCHEMA public TO ${write}, ${read}`,
        `${byDefault} USAGE ON SCHEMAS TO ${write}, ${read}`,
        `${byDefault} SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${write}`,
        `${byDefault} USAGE, SELECT ON SEQUENCES TO ${write}`,
        `${byDefault} SELECT ON TABLES TO ${read}`,
    ];
}

/** What a role's Secret is made from. */
export interface RoleSecretRequest {
    app: string;
    namespace: pulumi.Input<string>;
    /** The password to use; made here when there is none. */
    password?: pulumi.Input<string>;
    allow?: string[];
}

/**
 * The Secret with a role's name and its password, which is made once: its data is ignored after that, so that neither a preview nor an update
 * shows or changes it. The operator gives the role whatever password the Secret has, so that one changed in the cluster is taken up.
 */
export function createRoleSecret(
    component: pulumi.ComponentResource,
    name: string,
    { role, secret }: DatabaseRole,
    request: RoleSecretRequest,
    dependsOn: pulumi.ResourceOptions["dependsOn"],
): Secret {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    // 192 bits in letters, digits, "-" and "_": safe in URLs, in .pgpass and in a shell.
    const password = pulumi.secret(request.password ?? randomBytes(24).toString("base64url"));
    return new Secret(
        name,
        {
            metadata: {
                name: secret,
                namespace: request.namespace,
                // The operator looks at the Secret again when it changes.
                labels: { ...labelsOf(request.app), "cnpg.io/reload": "true" },
            },
            type: "kubernetes.io/basic-auth",
            data: pulumi.secret({ username: base64(role), [passwordKey]: password.apply(base64) }),
        },
        {
            parent: component,
            dependsOn,
            ignoreChanges: ["data", "stringData"],
            ...protection(request.allow, `secret/${secret}`, component),
        },
    );
}
