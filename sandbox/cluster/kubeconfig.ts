import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { type Layout, network } from "./layout";
import { keyPair } from "./pki";

/** Name of the context, cluster and user in the kubeconfig that people use. */
export const contextName = "holdfast-sandbox";

const base64 = (file: string) => fs.readFileSync(file).toString("base64");

/** A kubeconfig with everything in it, for one user of the cluster. */
export function kubeconfig(layout: Layout, user: string, server: string): string {
    const pair = keyPair(layout, user);
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: contextName, cluster: { server, "certificate-authority-data": base64(keyPair(layout, "ca").certificate) } }],
        users: [{ name: contextName, user: { "client-certificate-data": base64(pair.certificate), "client-key-data": base64(pair.key) } }],
        contexts: [{ name: contextName, context: { cluster: contextName, user: contextName } }],
        "current-context": contextName,
    });
}

/** Where a program inside the sandbox finds the kubeconfig of a user such as `node-1` or `scheduler`. */
export const internalKubeconfig = (layout: Layout, user: string): string => path.join(layout.pki, `${user}.kubeconfig`);

/** Writes the kubeconfig for people (through loopback) and one for each program inside. All mode 0600. */
export function writeKubeconfigs(layout: Layout, apiPort: number, users: readonly string[]): void {
    const write = (file: string, content: string) => {
        if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === content) return;
        fs.writeFileSync(`${file}.partial`, content, { mode: 0o600 });
        fs.renameSync(`${file}.partial`, file);
    };
    for (const user of users) write(internalKubeconfig(layout, user), kubeconfig(layout, user, `https://${network.controlAddress}:6443`));
    write(layout.kubeconfig, kubeconfig(layout, "admin", `https://127.0.0.1:${apiPort}`));
}
