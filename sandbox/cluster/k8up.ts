import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { REGISTRY } from "../images/catalog";
import { s3Access } from "./s3";

/** Short name of the operator's image, which its jobs run too. */
export const k8upImage = "k8up:2.12.0";

export const k8upNamespace = "k8up";

/** ClusterRole that K8up binds, by this name, to the account of its jobs in every namespace with a backup. */
const executorRole = "k8up-executor";

/** What a backup job does: find annotated pods, run their commands, and list the repository's snapshots as objects. */
const executorRules: Rule[] = [
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
    { apiGroups: ["k8up.io"], resources: ["snapshots"], verbs: ["get", "list", "create", "delete"] },
];

interface Rule {
    apiGroups: string[];
    resources: string[];
    resourceNames?: string[];
    verbs: string[];
}

/** Folder of K8up's sources, from the module that the image's program is built from; downloads it where it isn't there. */
function k8upSources(sandboxFolder: string): string {
    const module = "github.com/k8up-io/k8up/v2";
    const cwd = path.join(sandboxFolder, "toolchain", "modules", "k8up");
    const env = { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" };
    const found = spawnSync("go", ["mod", "download", "-json", module], { cwd, encoding: "utf8", env });
    if (found.status !== 0) throw new Error(`the Go module ${module} could not be found: ${(found.stderr || found.stdout).trim()}`);
    return (JSON.parse(found.stdout) as { Dir: string }).Dir;
}

/** Changes with everything that K8up's objects are made from: its module's version and this file. */
export function k8upVersion(sandboxFolder: string): string {
    const sources = [path.join(sandboxFolder, "toolchain", "modules", "k8up", "go.mod"), __filename, path.join(__dirname, "s3.ts")];
    const hash = createHash("sha256").update(k8upImage);
    for (const file of sources) if (fs.existsSync(file)) hash.update(fs.readFileSync(file));
    return hash.digest("hex");
}

/** What K8up's own role allows, without the lease: there is one operator. */
export function operatorRules(role: string): Rule[] {
    return (parse(role) as { rules: Rule[] }).rules.filter((rule) => !rule.apiGroups.includes("coordination.k8s.io"));
}

/** K8up: custom resources and role from its module, and the operator. */
export function k8upObjects(sandboxFolder: string): string {
    const config = path.join(k8upSources(sandboxFolder), "config");
    const definitions = path.join(config, "crd", "apiextensions.k8s.io", "v1");
    const rules = operatorRules(fs.readFileSync(path.join(config, "rbac", "role.yaml"), "utf8"));
    return [
        ...fs.readdirSync(definitions).map((file) => fs.readFileSync(path.join(definitions, file), "utf8").replace(/^---\n/, "")),
        ...operatorObjects(rules).map((object) => stringify(object)),
    ].join("\n---\n");
}

/** The operator, with no more than it uses. */
export function operatorObjects(rules: Rule[]): object[] {
    const name = "k8up";
    const metadata = { name, namespace: k8upNamespace };
    const rbac = "rbac.authorization.k8s.io";
    const image = `${REGISTRY}/${k8upImage}`;
    return [
        {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: k8upNamespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        },
        { apiVersion: "v1", kind: "ServiceAccount", metadata },
        { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: "k8up-manager" }, rules },
        { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: executorRole }, rules: executorRules },
        {
            apiVersion: `${rbac}/v1`,
            kind: "ClusterRoleBinding",
            metadata: { name: "k8up-manager" },
            roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "k8up-manager" },
            subjects: [{ kind: "ServiceAccount", name, namespace: k8upNamespace }],
        },
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata,
            spec: {
                replicas: 1,
                strategy: { type: "Recreate" },
                selector: { matchLabels: { app: name } },
                template: {
                    metadata: { labels: { app: name } },
                    spec: {
                        serviceAccountName: name,
                        securityContext: {
                            runAsNonRoot: true,
                            runAsUser: 65532,
                            runAsGroup: 65532,
                            seccompProfile: { type: "RuntimeDefault" },
                        },
                        containers: [
                            {
                                name,
                                image,
                                args: ["operator"],
                                env: Object.entries(operatorEnvironment(image)).map(([key, value]) => ({ name: key, value })),
                                ports: [{ name: "metrics", containerPort: 8080 }],
                                readinessProbe: { httpGet: { path: "/metrics", port: "metrics" }, periodSeconds: 1 },
                                resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } },
                                securityContext: {
                                    allowPrivilegeEscalation: false,
                                    readOnlyRootFilesystem: true,
                                    capabilities: { drop: ["ALL"] },
                                },
                            },
                        ],
                    },
                },
            },
        },
    ];
}

const operatorEnvironment = (image: string): Record<string, string> => ({
    BACKUP_IMAGE: image,
    BACKUP_OPERATOR_NAMESPACE: k8upNamespace,
    BACKUP_ENABLE_LEADER_ELECTION: "false",
    // A backup that names a bucket and no endpoint goes to the sandbox's server.
    BACKUP_GLOBALS3ENDPOINT: s3Access.endpoint,
});
