/** The sandbox's own repository for backups, handed to programs in their environment: an argument is everybody's to read. */

import { s3Access, s3SecretCommands, s3Secrets } from "../sandbox/cluster/s3";
import { shellWord } from "../sandbox/node/compartment";
import type { Paths } from "../sandbox/paths";
import { Sandbox } from "../sandbox/sandbox";
import { derivedPassword, variableOf } from "../stacks/backups";

/** What of the repository is no secret. */
const place: Record<string, string> = {
    [variableOf("backupEndpoint")]: s3Access.endpoint,
    [variableOf("backupBucket")]: s3Access.bucket,
    [variableOf("backupRegion")]: s3Access.region,
    [variableOf("backupCaConfigMap")]: s3Access.certificateAuthority.configMap,
};

const secretsOf = (sandbox: Sandbox) => (sandbox.spec?.addOns.includes("backups") ? s3Secrets(sandbox.layout) : undefined);

/**
 * The variables for a shell, as the right sides of assignments, with the key that programs derive an application's password from. What is
 * secret stands there as the command that reads it, so that no screen and no log that `env` was printed to has it.
 */
export function repositoryExports(paths: Paths): Record<string, string> {
    const sandbox = new Sandbox(paths);
    if (!secretsOf(sandbox)) return {};
    const { accessKeyId, secretAccessKey, passwordKey } = s3SecretCommands(sandbox.layout);
    return {
        ...Object.fromEntries(Object.entries(place).map(([name, value]) => [name, shellWord(value)])),
        [variableOf("backupAccessKeyId")]: `"$(${accessKeyId})"`,
        [variableOf("backupSecretAccessKey")]: `"$(${secretAccessKey})"`,
        [variableOf("backupKey")]: `"$(${passwordKey})"`,
    };
}

/** The variables of the repository, with an application's own password; none while the sandbox has no S3 server. */
export function repositoryEnvironment(paths: Paths, app: string): Record<string, string> {
    const secrets = secretsOf(new Sandbox(paths));
    if (!secrets) return {};
    return {
        ...place,
        [variableOf("backupAccessKeyId")]: secrets.accessKeyId,
        [variableOf("backupSecretAccessKey")]: secrets.secretAccessKey,
        [variableOf("backupPassword")]: derivedPassword(secrets.passwordKey, app),
    };
}
