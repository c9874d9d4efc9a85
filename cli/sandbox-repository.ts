/** The sandbox's own repository for backups, handed to programs in their environment: an argument is everybody's to read. */

import { s3Access, s3Secrets } from "../sandbox/cluster/s3";
import type { Paths } from "../sandbox/paths";
import { Sandbox } from "../sandbox/sandbox";
import { derivedPassword, variableOf } from "../stacks/backups";

/**
 * The variables of the repository; none while the sandbox has no S3 server. With an application its own password is among them, and otherwise
 * the key that the program derives it from.
 */
export function repositoryEnvironment(paths: Paths, app?: string): Record<string, string> {
    const sandbox = new Sandbox(paths);
    const secrets = sandbox.spec?.addOns.includes("backups") ? s3Secrets(sandbox.layout) : undefined;
    if (!secrets) return {};
    return {
        [variableOf("backupEndpoint")]: s3Access.endpoint,
        [variableOf("backupBucket")]: s3Access.bucket,
        [variableOf("backupRegion")]: s3Access.region,
        [variableOf("backupCaConfigMap")]: s3Access.certificateAuthority.configMap,
        [variableOf("backupAccessKeyId")]: secrets.accessKeyId,
        [variableOf("backupSecretAccessKey")]: secrets.secretAccessKey,
        ...(app === undefined
            ? { [variableOf("backupKey")]: secrets.passwordKey }
            : { [variableOf("backupPassword")]: derivedPassword(secrets.passwordKey, app) }),
    };
}
