import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as x509 from "@peculiar/x509";
import { type ClusterNode, type Layout, network, s3Host } from "./layout";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const years = 10;

interface Authority {
    certificate: x509.X509Certificate;
    key: webcrypto.CryptoKey;
}

/** Files of one key pair below the `pki` folder. */
export const keyPair = (layout: Layout, name: string) => ({
    key: path.join(layout.pki, `${name}.key`),
    certificate: path.join(layout.pki, `${name}.crt`),
});

function pem(label: string, der: ArrayBuffer): string {
    const body = Buffer.from(der)
        .toString("base64")
        .replace(/(.{64})/g, "$1\n");
    return `-----BEGIN ${label}-----\n${body.trimEnd()}\n-----END ${label}-----\n`;
}

/** Written whole or not at all, mode 0600. */
function writeSecret(file: string, content: string): void {
    fs.writeFileSync(`${file}.partial`, content, { mode: 0o600 });
    fs.renameSync(`${file}.partial`, file);
}

const validity = () => ({
    notBefore: new Date(Date.now() - 3600_000),
    notAfter: new Date(Date.now() + years * 365 * 86_400_000),
});

const generate = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
const exportKey = async (key: webcrypto.CryptoKey) => pem("PRIVATE KEY", await webcrypto.subtle.exportKey("pkcs8", key));

async function authority(layout: Layout): Promise<Authority> {
    const files = keyPair(layout, "ca");
    if (fs.existsSync(files.certificate) && fs.existsSync(files.key)) {
        const der = Buffer.from(fs.readFileSync(files.key, "utf8").replace(/-----[^-]+-----|\s/g, ""), "base64");
        return {
            certificate: new x509.X509Certificate(fs.readFileSync(files.certificate, "utf8")),
            key: (await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"])) as webcrypto.CryptoKey,
        };
    }
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        ...validity(),
        serialNumber: "01",
        name: "CN=holdfast-sandbox-ca",
        keys,
        signingAlgorithm: algorithm,
        extensions: [
            new x509.BasicConstraintsExtension(true, undefined, true),
            new x509.KeyUsagesExtension(
                x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature,
                true,
            ),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    writeSecret(files.key, await exportKey(keys.privateKey));
    writeSecret(files.certificate, `${certificate.toString("pem")}\n`);
    return { certificate, key: keys.privateKey };
}

async function issue(layout: Layout, ca: Authority, name: string, subject: string, names: x509.JsonGeneralName[] = []): Promise<void> {
    const files = keyPair(layout, name);
    if (fs.existsSync(files.certificate) && fs.existsSync(files.key)) return;
    const keys = await generate();
    const certificate = await x509.X509CertificateGenerator.create({
        ...validity(),
        serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString("hex"),
        subject,
        issuer: ca.certificate.subject,
        publicKey: keys.publicKey,
        signingKey: ca.key,
        signingAlgorithm: algorithm,
        extensions: [
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
            ...(names.length ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ],
    });
    writeSecret(files.key, await exportKey(keys.privateKey));
    writeSecret(files.certificate, `${certificate.toString("pem")}\n`);
}

/** Makes what is missing of the cluster's keys: an authority, one pair each for the API server, the S3 server, the administrator and every node. */
export async function ensurePki(layout: Layout, nodes: readonly ClusterNode[]): Promise<void> {
    fs.mkdirSync(layout.pki, { recursive: true, mode: 0o700 });
    const ca = await authority(layout);
    const dns = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${network.domain}`];
    const addresses = ["127.0.0.1", network.kubernetesService, network.controlAddress];
    await issue(layout, ca, "apiserver", "CN=kube-apiserver", [
        ...dns.map((value) => ({ type: "dns" as const, value })),
        ...addresses.map((value) => ({ type: "ip" as const, value })),
    ]);
    await issue(layout, ca, "s3", "CN=s3", [
        { type: "dns", value: s3Host },
        { type: "ip", value: network.controlAddress },
    ]);
    await issue(layout, ca, "admin", "O=system:masters,CN=holdfast-admin");
    await issue(layout, ca, "controller-manager", "CN=system:kube-controller-manager");
    await issue(layout, ca, "scheduler", "CN=system:kube-scheduler");
    await issue(layout, ca, "proxy", "CN=system:kube-proxy");
    for (const node of nodes) {
        await issue(layout, ca, node.name, `O=system:nodes,CN=system:node:${node.name}`, [
            { type: "ip", value: node.address },
            { type: "dns", value: node.name },
        ]);
    }
    const serviceAccounts = path.join(layout.pki, "service-accounts");
    if (!fs.existsSync(`${serviceAccounts}.pub`)) {
        const keys = await generate();
        writeSecret(`${serviceAccounts}.key`, await exportKey(keys.privateKey));
        writeSecret(`${serviceAccounts}.pub`, pem("PUBLIC KEY", await webcrypto.subtle.exportKey("spki", keys.publicKey)));
    }
}
