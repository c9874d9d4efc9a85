/** The objects of shared files, as plain data. */

import type * as input from "@pulumi/kubernetes/types/input";
import { bytesOf } from "../usecases/quantities";
import { clientLabelOf, partLabelsOf, selectorOf } from "./labels";
import { passwordKey, passwordSecretNameOf } from "./password";
import type { SharedFilesArgs } from "./shared-files";

const port = 8080;
const root = "/srv/files";
const script = "/usr/local/share/holdfast/files.js";
const tokenFolder = "/run/secrets/holdfast";

/** What everything of an application's files is called. */
export const filesNameOf = (app: string, volume: string): string => `${app}-${volume}`;

/** Members that serve: more than one only where more than one may mount the volume. */
export const filesReplicasOf = ({ replicas, accessMode }: SharedFilesArgs): number =>
    replicas ?? (accessMode === undefined || accessMode === "ReadWriteMany" ? 2 : 1);

/** How long an upload that is under way may take when a member is told to stop. */
const graceSeconds = 60;

export function filesDeployment(
    app: string,
    name: string,
    claim: string,
    scriptHash: string,
    args: SharedFilesArgs,
): input.apps.v1.DeploymentSpec {
    const user = args.runAsUser ?? 1000;
    const group = args.runAsGroup ?? user;
    const { cpu, memory, cpuLimit, memoryLimit } = args.resources ?? { cpu: "20m", memory: "64Mi", memoryLimit: "128Mi" };
    const probe = { httpGet: { path: "/.health", port: "http" }, timeoutSeconds: 5 };
    return {
        replicas: filesReplicasOf(args),
        selector: { matchLabels: selectorOf(name) },
        // A member that reads and writes beside the others is no harm where they share the volume; where they can't, the old one has to go first.
        strategy:
            filesReplicasOf(args) > 1 ? { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } : { type: "Recreate" },
        template: {
            metadata: { labels: partLabelsOf(app, name), annotations: { "holdfast.dev/script": scriptHash } },
            spec: {
                automountServiceAccountToken: false,
                enableServiceLinks: false,
                terminationGracePeriodSeconds: graceSeconds,
                securityContext: {
                    runAsNonRoot: true,
                    runAsUser: user,
                    runAsGroup: group,
                    fsGroup: group,
                    fsGroupChangePolicy: "OnRootMismatch",
                    seccompProfile: { type: "RuntimeDefault" },
                },
                topologySpreadConstraints: [
                    {
                        maxSkew: 1,
                        topologyKey: args.spreadOver ?? "kubernetes.io/hostname",
                        whenUnsatisfiable: args.spreadIsRequired ? "DoNotSchedule" : "ScheduleAnyway",
                        labelSelector: { matchLabels: selectorOf(name) },
                    },
                ],
                containers: [
                    {
                        name: "files",
                        image: args.image,
                        command: ["node", script],
                        env: Object.entries({
                            FILES_ROOT: root,
                            FILES_PORT: String(port),
                            FILES_TOKEN_FILE: `${tokenFolder}/${passwordKey}`,
                            FILES_LARGEST: String(bytesOf(args.largestFile ?? "100Mi") ?? 0),
                        }).map(([key, value]) => ({ name: key, value })),
                        ports: [{ name: "http", containerPort: port }],
                        startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
                        readinessProbe: { ...probe, periodSeconds: 5 },
                        resources: {
                            requests: { cpu, memory },
                            limits: { memory: memoryLimit ?? memory, ...(cpuLimit === undefined ? {} : { cpu: cpuLimit }) },
                        },
                        securityContext: {
                            allowPrivilegeEscalation: false,
                            readOnlyRootFilesystem: true,
                            capabilities: { drop: ["ALL"] },
                        },
                        volumeMounts: [
                            { name: "files", mountPath: root },
                            { name: "script", mountPath: script, subPath: "files.js", readOnly: true },
                            { name: "token", mountPath: tokenFolder, readOnly: true },
                        ],
                    },
                ],
                volumes: [
                    { name: "files", persistentVolumeClaim: { claimName: claim } },
                    { name: "script", configMap: { name } },
                    { name: "token", secret: { secretName: passwordSecretNameOf(name), defaultMode: 0o440 } },
                ],
            },
        },
    };
}

/** Clients reach the port, and that is all: the members have nobody to call. */
export function filesNetwork(app: string, name: string, args: SharedFilesArgs): input.networking.v1.NetworkPolicySpec {
    const podSelector = { matchLabels: clientLabelOf(app) };
    const elsewhere = (args.clientNamespaces ?? []).map((namespace) => ({
        podSelector,
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    }));
    return {
        podSelector: { matchLabels: selectorOf(name) },
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector }, ...elsewhere], ports: [{ port, protocol: "TCP" }] }],
        egress: [],
    };
}
