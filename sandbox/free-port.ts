import { createHash } from "node:crypto";
import * as net from "node:net";

const isFree = (port: number) =>
    new Promise<boolean>((resolve) => {
        const server = net.createServer();
        server.once("error", () => resolve(false));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });

/**
 * Where a sandbox begins to look for a port: each state folder elsewhere, because two sandboxes that are started in the same moment both find
 * the same port free.
 */
export const firstPort = (state: string): number => 16443 + (createHash("sha256").update(state).digest().readUInt16BE(0) % 8000);

/** The first free port on 127.0.0.1 from `first` on. */
export async function freePort(first: number): Promise<number> {
    for (let port = first; port < first + 100; port++) if (await isFree(port)) return port;
    throw new Error(`no free port between ${first} and ${first + 99} on 127.0.0.1`);
}
