import { bytesOf } from "../usecases/quantities";

/** The port PostgreSQL listens on. */
export const postgresPort = 5432;

const MiB = 2 ** 20;

function mebibytes(bytes: number, least: number, most: number): string {
    return `${Math.min(most, Math.max(least, Math.floor(bytes / MiB)))}MB`;
}

/**
 * PostgreSQL's settings for a member that may use so much memory.
 *
 * The rules of thumb are the documentation's: a quarter for shared buffers, the rest for the kernel's cache and the connections. Settings
 * follow the memory and not the volume, because most of them need a restart and growth of the volume must not cause one.
 */
export function postgresSettings(memoryLimit: string): Record<string, string> {
    const memory = bytesOf(memoryLimit) ?? 256 * MiB;
    const connections = Math.min(200, Math.max(25, Math.floor(memory / (8 * MiB))));
    return {
        listen_addresses: "*",
        unix_socket_directories: "/var/run/postgresql",
        password_encryption: "scram-sha-256",
        max_connections: String(connections),
        shared_buffers: mebibytes(memory / 4, 32, 16384),
        effective_cache_size: mebibytes(memory / 2, 64, 65536),
        maintenance_work_mem: mebibytes(memory / 16, 16, 1024),
        // A quarter of the memory, if every connection sorts at once.
        work_mem: mebibytes(memory / 4 / connections, 1, 64),
        // Bounds how much has to be replayed after a crash, and how much of a small volume the log takes.
        max_wal_size: mebibytes(memory / 4, 128, 8192),
        min_wal_size: "80MB",
        wal_compression: "on",
        // A client's node that vanished is noticed in about two minutes; Linux' own default is two hours.
        tcp_keepalives_idle: "60",
        tcp_keepalives_interval: "15",
        tcp_keepalives_count: "4",
    };
}

/** The settings as arguments of the server, in a fixed order. */
export function postgresArguments(settings: Record<string, string>): string[] {
    return ["postgres", ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** The name of a database and of its owner that an application's name gives: `user-preferences` → `user_preferences`. */
export function databaseNameOf(app: string): string {
    return app.replaceAll("-", "_");
}

/** Why a name can't be a database's, or undefined where it can. */
export function databaseNameProblem(name: string): string | undefined {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(name)) {
        return `"${name}" is not a name of a database: up to 63 small letters, digits and "_", not beginning with a digit, e.g. "user_preferences".`;
    }
    return /^pg_|^(postgres|template0|template1)$/.test(name)
        ? `"${name}" is PostgreSQL's own. Write another name, e.g. "user_preferences".`
        : undefined;
}
