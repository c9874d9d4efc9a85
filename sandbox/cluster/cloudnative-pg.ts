import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { REGISTRY } from "../images/catalog";

const version = "1.30.0";

/** Short name of the operator's image, whose program every pod with a database runs too. */
export const cloudnativePgImage = `cloudnative-pg:${version}`;

/** Namespace and Deployment of the operator, as its release has them. */
export const cloudnativePgDeployment = { namespace: "cnpg-system", name: "cnpg-controller-manager" };

const publicImage = `ghcr.io/cloudnative-pg/cloudnative-pg:${version}`;
const moduleFolder = (sandboxFolder: string) => path.join(sandboxFolder, "toolchain", "modules", "cloudnative-pg");

/** The release's manifest, from the module that the image's program is built from; downloads the module where it isn't there. */
function releaseManifest(sandboxFolder: string): string {
    const module = "github.com/cloudnative-pg/cloudnative-pg";
    const env = { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" };
    const found = spawnSync("go", ["mod", "download", "-json", module], { cwd: moduleFolder(sandboxFolder), encoding: "utf8", env });
    if (found.status !== 0) throw new Error(`the Go module ${module} could not be found: ${(found.stderr || found.stdout).trim()}`);
    const { Dir } = JSON.parse(found.stdout) as { Dir: string };
    return fs.readFileSync(path.join(Dir, "releases", `cnpg-${version}.yaml`), "utf8");
}

/** Changes with everything that the operator's objects are made from: its module's version and this file. */
export function cloudnativePgVersion(sandboxFolder: string): string {
    const hash = createHash("sha256").update(cloudnativePgImage);
    for (const file of [path.join(moduleFolder(sandboxFolder), "go.mod"), __filename]) {
        if (fs.existsSync(file)) hash.update(fs.readFileSync(file));
    }
    return hash.digest("hex");
}

interface Deployment {
    spec: { template: { spec: { containers: { imagePullPolicy?: string; resources: { limits?: Record<string, string> } }[] } } };
}

/** The release as the sandbox can run it: with the image that its nodes have, and a start that isn't slowed down. */
export function sandboxRelease(manifest: string): string {
    const documents = manifest.replaceAll(publicImage, `${REGISTRY}/${cloudnativePgImage}`).split(/^---\n/m);
    // The definitions are large, and nothing in them is ours to change: only what is, is read.
    return documents
        .map((text) => {
            if (/^kind: Namespace$/m.test(text)) {
                const namespace = parse(text) as { metadata: { labels?: Record<string, string> } };
                namespace.metadata.labels = { ...namespace.metadata.labels, "pod-security.kubernetes.io/enforce": "restricted" };
                return stringify(namespace);
            }
            if (/^kind: Deployment$/m.test(text)) {
                const deployment = parse(text) as Deployment;
                for (const container of deployment.spec.template.spec.containers) {
                    // Nothing answers under the registry's name: "Always" would ask it at every start.
                    container.imagePullPolicy = "IfNotPresent";
                    // A tenth of a core makes its start take a minute on a busy machine.
                    delete container.resources.limits?.cpu;
                }
                return stringify(deployment);
            }
            return text;
        })
        .join("---\n");
}

/** CloudNativePG: custom resources, roles, webhooks and the operator. */
export const cloudnativePgObjects = (sandboxFolder: string): string => sandboxRelease(releaseManifest(sandboxFolder));
