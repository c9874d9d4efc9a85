/** Where a stack's recovery points are, and with what they are read: from its configuration or the sandbox's own, never from its cluster. */

import { endpointOf } from "../../components/backups/backup-repository-problems";
import { type backupKeys, variableOf } from "../../stacks/backups";
import { howToSet } from "../../stacks/config";
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

type Part = (typeof backupKeys)[number];

/** Parts without which nothing can be read. */
const needed: readonly Part[] = ["backupEndpoint", "backupBucket", "backupPassword"];

/** As the repository itself takes it, which the component writes down in the same way. */
const originOf = (endpoint: string): string => (URL.canParse(endpoint) ? endpointOf(endpoint) : endpoint);

/** A repository from its parts, or those that are missing. */
export function repositoryFrom(app: string, read: (part: Part) => string | undefined): Repository | { missing: Part[] } {
    const missing = needed.filter((part) => !read(part));
    if (missing.length > 0) return { missing };
    const text = (part: Part) => read(part) ?? "";
    const region = text("backupRegion");
    return {
        url: `s3:${originOf(text("backupEndpoint"))}/${text("backupBucket")}/${text("backupPrefix") || app}`,
        ...(region === "" ? {} : { region }),
        keys: {
            accessKeyId: text("backupAccessKeyId"),
            secretAccessKey: text("backupSecretAccessKey"),
            password: text("backupPassword"),
        },
        caConfigMap: text("backupCaConfigMap"),
    };
}

/** The sandbox's, as it hands it to programs; undefined where it has none. */
export function sandboxRepository(app: string, env: Record<string, string>): Repository | undefined {
    const repository = repositoryFrom(app, (part) => env[variableOf(part)]);
    return "missing" in repository ? undefined : repository;
}

/** A stack's, from its configuration with its secrets readable, which only the engine can make so. */
export function configuredRepository(stack: string, app: string, pulumi: PulumiCli): Repository {
    const { status, stdout, stderr } = pulumi.capture(["config", "--stack", stack, "--show-secrets", "--json"]);
    if (status !== 0) {
        const said = stderr.trim().split("\n").at(-1) ?? "";
        throw new UserError(`The keys of the repository can't be read from the configuration of "${stack}": ${said}`);
    }
    const config = JSON.parse(stdout) as Record<string, { value?: string }>;
    const repository = repositoryFrom(app, (part) => config[`holdfast:${part}`]?.value);
    if (!("missing" in repository)) return repository;
    throw userErrors(
        `"${stack}" names no repository:`,
        repository.missing.map((part) => `holdfast:${part}: missing. Write: ${howToSet(part)}`),
    );
}
