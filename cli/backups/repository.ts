/** Where a stack's recovery points are, and with what they are read: from its configuration or the sandbox's own, never from its cluster. */

import type { CheckedStack } from "../checked-stack";
import { UserError, userErrors } from "../errors";
import type { PulumiCli } from "../pulumi";

export interface Repository {
    /** As restic takes it: `s3:https://s3.example.com/backups/ledger`. */
    url: string;
    /** The server's region, for one that wants it named. */
    region?: string;
    /** The access key; empty where the pods have an identity of their own. The password is always there. */
    keys: { accessKeyId: string; secretAccessKey: string; password: string };
    /** ConfigMap with `ca.crt` in the namespace that reads; empty where the server's certificate is anybody's. */
    caConfigMap: string;
}

/** The parts of it, by what a configuration calls them. */
const parts = {
    backupEndpoint: true,
    backupBucket: true,
    backupPrefix: false,
    backupRegion: false,
    backupAccessKeyId: false,
    backupSecretAccessKey: false,
    backupPassword: true,
    backupCaConfigMap: false,
} as const;
type Part = keyof typeof parts;

/** The variable in which the sandbox hands a part to the program. */
export const variableOf = (part: string): string => `HOLDFAST_${part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** A repository from its parts; `null` where none of them is there. */
export function repositoryFrom(app: string, read: (part: Part) => string | undefined): Repository | { missing: Part[] } {
    const missing = (Object.keys(parts) as Part[]).filter((part) => parts[part] && !read(part));
    if (missing.length > 0) return { missing };
    const text = (part: Part) => read(part) ?? "";
    const prefix = text("backupPrefix") || app;
    return {
        url: `s3:${text("backupEndpoint").replace(/\/+$/, "")}/${text("backupBucket")}/${prefix}`,
        ...(text("backupRegion") === "" ? {} : { region: text("backupRegion") }),
        keys: {
            accessKeyId: text("backupAccessKeyId"),
            secretAccessKey: text("backupSecretAccessKey"),
            password: text("backupPassword"),
        },
        caConfigMap: text("backupCaConfigMap"),
    };
}

/** A stack's configuration with its secrets readable, which only the engine can make so. */
function decrypted(pulumi: PulumiCli, stack: string): Record<string, { value?: string }> {
    const { status, stdout, stderr } = pulumi.capture(["config", "--stack", stack, "--show-secrets", "--json"]);
    if (status !== 0) {
        throw new UserError(
            `The keys of the repository can't be read from the configuration of "${stack}": ${stderr.trim().split("\n").at(-1) ?? ""}`,
        );
    }
    return JSON.parse(stdout);
}

/** The repository of a stack; throws a `UserError` that says what to configure. */
export function repositoryOf(stack: string, { settings, plan }: CheckedStack, pulumi: PulumiCli): Repository {
    if (plan.backup.method === undefined) {
        throw new UserError(`Nothing backs up "${stack}": its policy is "${plan.backup.policy}" (${plan.backup.reason}).`);
    }
    const isSandbox = settings.target === "sandbox";
    const config = isSandbox ? {} : decrypted(pulumi, stack);
    const repository = repositoryFrom(plan.app, (part) => (isSandbox ? pulumi.env[variableOf(part)] : config[`holdfast:${part}`]?.value));
    if (!("missing" in repository)) return repository;
    throw isSandbox
        ? new UserError(`"${stack}" is not backed up in the sandbox: the add-on is not up. Run: npx holdfast sandbox up --with backups`)
        : userErrors(
              `"${stack}" names no repository:`,
              repository.missing.map(
                  (part) =>
                      `holdfast:${part}: missing. Write: pulumi config set ${/Password|Key/.test(part) ? "--secret " : ""}holdfast:${part} …`,
              ),
          );
}
