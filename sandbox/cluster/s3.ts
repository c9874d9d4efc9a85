import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { inside, type Service, shellWord } from "../node/compartment";
import { Layout, network, s3Host } from "./layout";
import { keyPair } from "./pki";

/** Port of the S3 server on the control plane's address; its Service listens on 443. */
const port = 9000;

/** What a client needs to know of the S3 server, but for its keys, which are in the Secret. */
export const s3Access = {
    endpoint: `https://${s3Host}`,
    region: "us-east-1",
    /** What `holdfast up` backs applications up into; restic makes it. */
    bucket: "backups",
    /** Holds `endpoint`, `region`, `access-key-id` and `secret-access-key`. */
    secret: { namespace: "holdfast-backups", name: "s3" },
    /** In every namespace; its `ca.crt` is what the server's certificate is checked with. */
    certificateAuthority: { configMap: "kube-root-ca.crt", key: "ca.crt" },
} as const;

/** Where the key lies that the passwords of the applications' repositories follow from: beside what they open, and lost with it. */
const passwordKeyFile = (layout: Layout): string => path.join(layout.s3.folder, "password-key");

/** Writes a secret once, whole or not at all. */
function writeOnce(file: string, text: () => string): void {
    if (fs.existsSync(file)) return;
    fs.writeFileSync(`${file}.partial`, text(), { mode: 0o600 });
    fs.renameSync(`${file}.partial`, file);
}

/** Makes the server's folders and, once, its access keys and the key of passwords. */
export function ensureS3(layout: Layout): void {
    const { objects, versions, keys } = layout.s3;
    for (const folder of [objects, versions]) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeOnce(
        keys,
        () =>
            `ROOT_ACCESS_KEY_ID=${randomBytes(10).toString("hex").toUpperCase()}\nROOT_SECRET_ACCESS_KEY=${randomBytes(20).toString("hex")}\n`,
    );
    writeOnce(passwordKeyFile(layout), () => randomBytes(32).toString("base64url"));
}

/** What is secret about the server's repositories; undefined while it was never started. */
export function s3Secrets(layout: Layout): { accessKeyId: string; secretAccessKey: string; passwordKey: string } | undefined {
    if (!fs.existsSync(layout.s3.keys) || !fs.existsSync(passwordKeyFile(layout))) return undefined;
    const { id, secret } = readKeys(layout);
    return { accessKeyId: id, secretAccessKey: secret, passwordKey: fs.readFileSync(passwordKeyFile(layout), "utf8") };
}

/** Shell commands that print what is secret, for whoever must not print it. */
export function s3SecretCommands(layout: Layout): Record<"accessKeyId" | "secretAccessKey" | "passwordKey", string> {
    const key = (name: string) => `sed -n 's/^${name}=//p' ${shellWord(layout.s3.keys)}`;
    return {
        accessKeyId: key("ROOT_ACCESS_KEY_ID"),
        secretAccessKey: key("ROOT_SECRET_ACCESS_KEY"),
        passwordKey: `cat ${shellWord(passwordKeyFile(layout))}`,
    };
}

function readKeys(layout: Layout): { id: string; secret: string } {
    const text = fs.readFileSync(layout.s3.keys, "utf8");
    const value = (name: string) => {
        const found = new RegExp(`^${name}=(.+)$`, "m").exec(text)?.[1];
        if (!found)
            throw new Error(`${layout.s3.keys} has no ${name}: delete the file, and the next \`holdfast sandbox up\` makes new keys`);
        return found;
    };
    return { id: value("ROOT_ACCESS_KEY_ID"), secret: value("ROOT_SECRET_ACCESS_KEY") };
}

/** The server, on the nodes' bridge only. The keys come from their file into its environment: a command line is everybody's to read. */
export function s3Service(programs: (name: string) => string): Service {
    const layout = new Layout(inside);
    const { certificate, key } = keyPair(layout, "s3");
    return {
        name: "s3",
        argv: [
            ...["bash", "-c", 'set -a; . "$1" && shift && exec "$@"', "s3", layout.s3.keys],
            ...[programs("versitygw"), "--quiet", "--port", `${network.controlAddress}:${port}`],
            ...["--region", s3Access.region, "--cert", certificate, "--key", key],
            ...["posix", "--versioning-dir", layout.s3.versions, "--dir-perms", "0700", "--file-perms", "0600", layout.s3.objects],
        ],
    };
}

/** The server's name in the cluster, and its keys for those who may read Secrets of this namespace. */
export function s3Objects(layout: Layout): string {
    const { namespace, name } = s3Access.secret;
    const keys = readKeys(layout);
    return [
        {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "s3", namespace },
            spec: { ports: [{ name: "https", port: 443, targetPort: port }] },
        },
        {
            apiVersion: "discovery.k8s.io/v1",
            kind: "EndpointSlice",
            metadata: { name: "s3", namespace, labels: { "kubernetes.io/service-name": "s3" } },
            addressType: "IPv4",
            endpoints: [{ addresses: [network.controlAddress], conditions: { ready: true } }],
            ports: [{ name: "https", port, protocol: "TCP" }],
        },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name, namespace },
            stringData: {
                endpoint: s3Access.endpoint,
                region: s3Access.region,
                "access-key-id": keys.id,
                "secret-access-key": keys.secret,
            },
        },
    ]
        .map((object) => stringify(object))
        .join("---\n");
}
