/** The stack file of a restore: the source's configuration under another name, with what has been done noted in it. */

import { UserError } from "../errors";

/** As much of a stack file as matters here. */
export interface StackFile {
    config?: Record<string, unknown>;
    encryptionsalt?: string;
    secretsprovider?: string;
    encryptedkey?: string;
}

/** What the file of a restore says of it, under `restore:`; Pulumi takes these keys for another program's. */
export interface RestoreNote {
    /** The stack it was taken from. */
    of: string;
    /** Id of the recovery point. */
    point: string;
    started: string;
    /** Once files are on the claims and were compared; the members may start. */
    loaded?: string;
    /** Once data is there and was checked. */
    finished?: string;
}

/** Keys that are the source's alone: its place, its password, what was permitted or made from something there. */
const ownKeys = [
    "app",
    "namespace",
    "createsNamespace",
    "password",
    "passwordSecret",
    "restoreFrom",
    "allow",
    "keepClaims",
    "isStopped",
    "backupPrefix",
    "recoverFrom",
    "recoverAt",
];

const isEncrypted = (value: unknown): boolean =>
    value !== null && typeof value === "object" && ("secure" in value || Object.values(value).some(isEncrypted));

/** What the new stack has of its own: a database's name, streams, or members that wait for their files. */
export interface OwnConfig {
    database?: string;
    /** Streams that have the source's own name, where it names none. */
    streams?: { name: string }[];
    isStopped?: true;
    /** The archive that the database is made from, and the moment of it. */
    recoverFrom?: string;
    recoverAt?: string;
}

/**
 * The new stack's file. Database, owner and streams keep their names, so that clients change host and password only; the password is a new one. Its own
 * backups go to a repository of its own.
 */
export function restoredFile(source: StackFile, to: string, own: OwnConfig, note: RestoreNote): StackFile {
    const { database, streams, isStopped, recoverFrom, recoverAt } = own;
    const { config = {}, ...encryption } = source;
    const kept = Object.entries(config).filter(([key]) => !key.startsWith("restore:") && !ownKeys.some((own) => key === `holdfast:${own}`));
    if (!encryption.encryptionsalt && !encryption.secretsprovider && kept.some(([, value]) => isEncrypted(value))) {
        throw new UserError(
            `The secrets of "${note.of}" are encrypted by your Pulumi service for that stack alone, and can't be copied as they are. Copy them with Pulumi first, into a file that is then the new stack's: pulumi stack init ${to} --copy-config-from ${note.of}, set holdfast:app ${to}, npx holdfast up ${to}; then restore into it is up to psql (docs/backup-commands.md).`,
        );
    }
    return {
        ...encryption,
        config: {
            ...Object.fromEntries(kept),
            "holdfast:app": to,
            ...(database === undefined ? {} : { "holdfast:database": database }),
            ...(streams === undefined ? {} : { "holdfast:streams": streams }),
            ...(isStopped ? { "holdfast:isStopped": true } : {}),
            ...(recoverFrom === undefined ? {} : { "holdfast:recoverFrom": recoverFrom }),
            ...(recoverAt === undefined ? {} : { "holdfast:recoverAt": recoverAt }),
            ...noteKeys(note),
        },
    };
}

const noteKeys = (note: RestoreNote): Record<string, string> =>
    Object.fromEntries(Object.entries(note).map(([key, value]) => [`restore:${key}`, value as string]));

/** What a file notes of a restore; undefined where it is no restore's. */
export function noteIn({ config = {} }: StackFile): RestoreNote | undefined {
    const text = (key: string) => (typeof config[`restore:${key}`] === "string" ? (config[`restore:${key}`] as string) : undefined);
    const [of, point, started, loaded, finished] = ["of", "point", "started", "loaded", "finished"].map(text);
    if (!of || !point || !started) return undefined;
    return { of, point, started, ...(loaded ? { loaded } : {}), ...(finished ? { finished } : {}) };
}

/** The file with the restore's note in it. Members wait until what they start on is there. */
export function withNote(file: StackFile, note: RestoreNote): StackFile {
    const { "holdfast:isStopped": isStopped, ...config } = file.config ?? {};
    const held = note.loaded === undefined && isStopped !== undefined ? { "holdfast:isStopped": isStopped } : {};
    return { ...file, config: { ...config, ...held, ...noteKeys(note) } };
}
