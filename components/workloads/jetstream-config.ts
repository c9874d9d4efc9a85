/** The servers' configuration, and what follows from a member's size. */

import { bytesOf } from "../usecases/quantities";
import { headlessNameOf } from "./network";

/** Ports of a member: for clients, for other members, and for whoever watches. */
export const natsPorts = { client: 4222, routes: 6222, monitor: 8222 } as const;

/** Who connects as what. The names are the same everywhere; each has a password of its own. */
export const natsUsers = { administrator: "administrator", system: "system", routes: "routes" } as const;

/** The account of the streams. It names a folder of the volume, so that it never changes. */
export const natsAccount = "APP";

export const storePath = "/data";
export const passwordsPath = "/etc/nats/passwords";
export const configPath = "/etc/nats/config";
/** The file that gives the configuration its passwords. */
export const passwordsFile = "passwords.conf";

/**
 * What streams may take of a volume. The rest is for the members' own logs, for blocks that are only partly used, and for what a copy needs
 * while it catches up: a volume that is full stops every stream on it.
 */
export function streamRoom(size: string): number {
    return Math.floor((bytesOf(size) ?? 0) * 0.8);
}

/** What the Go runtime keeps to, as its GOMEMLIMIT: below the limit, at which the kernel would kill it. */
export function goMemoryLimit(memoryLimit: string): string {
    return `${Math.floor(((bytesOf(memoryLimit) ?? 0) * 0.85) / 2 ** 20)}MiB`;
}

/** Names of the members, as they find each other. */
export function memberHosts(app: string, replicas: number): string[] {
    return Array.from({ length: replicas }, (_, ordinal) => `${app}-${ordinal}.${headlessNameOf(app)}`);
}

/** Quoted as NATS reads it. */
export const natsText = (text: string): string =>
    `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}"`;

/** What an application's own user may not do: the streams are the stack's, and none is to be lost by a mistake in a program. */
const deniedToClients = ["CREATE", "UPDATE", "DELETE", "PURGE", "RESTORE", "SNAPSHOT", "MSG.DELETE", "PEER.REMOVE", "LEADER.STEPDOWN"].map(
    (verb) => `$JS.API.STREAM.${verb}.>`,
);

export interface ServerConfig {
    app: string;
    size: string;
    memoryLimit: string;
    /** How often a member writes to disk what it has acknowledged: `always`, or a duration. */
    syncInterval: string;
}

/** The configuration of every member; the passwords are in a file beside it. */
export function serverConfig({ app, size, memoryLimit, syncInterval }: ServerConfig): string {
    return `include '../passwords/${passwordsFile}'

server_name: $HOSTNAME
port: ${natsPorts.client}
http_port: ${natsPorts.monitor}

# A member that vanished is noticed in half a minute, not in minutes.
ping_interval: 10s
ping_max: 2

# Leaders are handed over at once; clients are then sent elsewhere one by one, and the member ends.
lame_duck_grace_period: 1s
lame_duck_duration: 30s

jetstream {
    store_dir: ${storePath}
    max_file_store: ${streamRoom(size)}
    max_memory_store: ${Math.floor((bytesOf(memoryLimit) ?? 0) / 4)}
    sync_interval: ${syncInterval}
}

cluster {
    name: ${natsText(app)}
    port: ${natsPorts.routes}
    authorization { user: ${natsUsers.routes}, password: $ROUTES_PASSWORD }
    routes: $ROUTES
}

system_account: SYS
accounts {
    SYS { users: [{ user: ${natsUsers.system}, password: $SYSTEM_PASSWORD }] }
    ${natsAccount} {
        jetstream: enabled
        users: [
            { user: ${natsUsers.administrator}, password: $ADMINISTRATOR_PASSWORD }
            {
                user: ${natsText(app)}, password: $PASSWORD
                permissions { publish { deny: ${JSON.stringify(deniedToClients)} } }
            }
        ]
    }
}
`;
}

/** Keys of the passwords beside the application's own, in the same Secret. */
export const furtherPasswords = ["administrator-password", "system-password", "routes-password"] as const;

/** Every password, by the key it has in its Secret. */
export type NatsPasswords = Record<"password" | (typeof furtherPasswords)[number], string>;

/** The file beside the configuration: what it calls by a name with `$`. A member tells the others the routes' password in their addresses. */
export function passwordsConfig(app: string, replicas: number, passwords: NatsPasswords): string {
    const credentials = `${natsUsers.routes}:${encodeURIComponent(passwords["routes-password"])}`;
    const addresses = memberHosts(app, replicas).map((host) => natsText(`nats-route://${credentials}@${host}:${natsPorts.routes}`));
    return `PASSWORD: ${natsText(passwords.password)}
ADMINISTRATOR_PASSWORD: ${natsText(passwords["administrator-password"])}
SYSTEM_PASSWORD: ${natsText(passwords["system-password"])}
ROUTES_PASSWORD: ${natsText(passwords["routes-password"])}
ROUTES: [${addresses.join(", ")}]
`;
}
