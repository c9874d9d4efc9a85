/** Arguments of applications that have somewhere to put their backups. */

import * as pulumi from "@pulumi/pulumi";
import type { StatefulAppArgs } from "../../../components";

export const repository: Partial<StatefulAppArgs> = {
    backupEndpoint: "https://s3.example.org",
    backupBucket: "shop-backups",
    backupAccessKeyId: pulumi.secret("AKIA0123456789"),
    backupSecretAccessKey: pulumi.secret("the access key's"),
    backupPassword: pulumi.secret("the repository's"),
};
export const database: StatefulAppArgs = { useCase: "user-preferences", target: "sandbox" };
export const notes: StatefulAppArgs = {
    useCase: "custom",
    target: "sandbox",
    image: "registry.example.org/notes:1.0",
    workload: { ports: [{ name: "http", port: 8080 }], volumes: [{ name: "data", mountPath: "/srv/notes" }] },
};
/** The same with more, or otherwise, in its description. */
export const notesWith = (more: object): StatefulAppArgs => ({
    ...notes,
    workload: { ...notes.workload, ...more } as StatefulAppArgs["workload"],
});
