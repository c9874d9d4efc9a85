/** K8up's operator: its release is a Helm chart, and its repository has the definitions and the role alone; these are the rest. */

import type { KubernetesObject } from "./manifests";

interface Rules {
    rules: object[];
}

const image = "ghcr.io/k8up-io/k8up:v2.12.0";
const rbac = "rbac.authorization.k8s.io";
const name = "k8up";

/** What a backup's job does: find annotated pods, run their commands, list the repository's snapshots as objects. K8up binds it by this name. */
const executorRules = [
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
    { apiGroups: ["k8up.io"], resources: ["snapshots"], verbs: ["get", "list", "create", "delete"] },
];

const environment = (namespace: string) => ({
    BACKUP_IMAGE: image,
    BACKUP_OPERATOR_NAMESPACE: namespace,
    BACKUP_ENABLE_LEADER_ELECTION: "true",
});

function deployment(namespace: string): KubernetesObject & { spec: object } {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
        spec: {
            replicas: 1,
            selector: { matchLabels: { "app.kubernetes.io/name": name } },
            template: {
                metadata: { labels: { "app.kubernetes.io/name": name } },
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
                            env: Object.entries(environment(namespace)).map(([key, value]) => ({ name: key, value })),
                            ports: [{ name: "metrics", containerPort: 8080 }],
                            readinessProbe: { httpGet: { path: "/metrics", port: "metrics" } },
                            resources: { requests: { cpu: "20m", memory: "128Mi" }, limits: { memory: "256Mi" } },
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
    };
}

/** The release's objects with the operator, whose role they have. */
export function withOperator(objects: KubernetesObject[], namespace: string): KubernetesObject[] {
    const released = objects.find(({ kind }) => kind === "ClusterRole") as (KubernetesObject & Rules) | undefined;
    if (!released) {
        throw new Error("K8up's release has no role");
    }
    const role = (roleName: string, rules: object[]) => ({
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRole",
        metadata: { name: roleName },
        rules,
    });
    const security = { "pod-security.kubernetes.io/enforce": "restricted" };
    const binding = {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "k8up-manager" },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "k8up-manager" },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
    };
    const namespaceObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: security } };
    return [
        ...objects.filter((object) => object !== released),
        namespaceObject,
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
        role("k8up-manager", released.rules),
        role("k8up-executor", executorRules),
        binding,
        deployment(namespace),
    ];
}
