/** The sandbox's repository for backups, which `holdfast` hands to the program in its environment: never in config, nor on a command line. */

import { createHmac } from "node:crypto";
import type { Settings } from "./keys";

/** What a repository is, by the keys of config. */
export const backupKeys = [
    "backupEndpoint",
    "backupBucket",
    "backupPrefix",
    "backupRegion",
    "backupAccessKeyId",
    "backupSecretAccessKey",
    "backupPassword",
    "backupCaConfigMap",
] as const satisfies (keyof Settings)[];

type BackupKey = (typeof backupKeys)[number];

/** The variable in which the sandbox hands one over: `HOLDFAST_BACKUP_ACCESS_KEY_ID`. */
export const variableOf = (key: BackupKey | "backupKey"): string =>
    `HOLDFAST_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

/** Variables that are secret, and nobody's but the program's. */
export const secretVariables: readonly string[] = (
    ["backupAccessKeyId", "backupSecretAccessKey", "backupPassword", "backupKey"] as const
).map(variableOf);

/** An application's password from the sandbox's key: another one for each, and the same in every cluster of the sandbox. */
export function derivedPassword(key: string, app: string): string {
    return createHmac("sha256", key).update(app).digest("base64url");
}

/** Keys of config that mean nothing in the sandbox. */
export function sandboxBackupProblems(settings: Partial<Settings>): string[] {
    return settings.target !== "sandbox"
        ? []
        : backupKeys
              .filter((name) => settings[name] !== undefined)
              .map((name) => `holdfast:${name}: the sandbox has its own. Write: pulumi config rm holdfast:${name}`);
}

/** The settings with the sandbox's repository in them, where the program was given one. */
export function withSandboxRepository(settings: Partial<Settings>, env: Record<string, string | undefined>): Partial<Settings> {
    const app = settings.app ?? settings.useCase;
    if (settings.target !== "sandbox" || app === undefined) {
        return settings;
    }
    const given = Object.fromEntries(
        backupKeys.flatMap((name) => {
            const value = env[variableOf(name)];
            return value ? [[name, value]] : [];
        }),
    );
    // In a terminal of its own nobody knows yet which application it will be.
    const key = env[variableOf("backupKey")];
    const password = given.backupPassword === undefined && key ? { backupPassword: derivedPassword(key, app) } : {};
    return { ...settings, ...given, ...password };
}
