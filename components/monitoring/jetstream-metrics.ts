/** A pod that asks NATS servers for their state, for Prometheus: the servers themselves only speak JSON. */

import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { podSecurity, restricted } from "../backups/restore-drill-pod";
import { memberHosts, natsPorts } from "../workloads/jetstream-config";
import { clientLabelOf, mainContainer, partLabelsOf, selectorOf } from "../workloads/labels";
import { jetStreamMetricsPort, jetStreamMetricsScript } from "./jetstream-metrics-script";

const nameOf = (app: string): string => `${app}-metrics`;

/** Labels by which the pod is found. */
export const jetStreamMetricsSelector = (app: string): Record<string, string> => selectorOf(nameOf(app));

/** Where the members tell of their state, by member. */
export const monitorsOf = (app: string, replicas: number): Record<string, string> =>
    Object.fromEntries(memberHosts(app, replicas).map((host, ordinal) => [`${app}-${ordinal}`, `http://${host}:${natsPorts.monitor}`]));

/** The Deployment with its script. It has no password and no account: members tell their state to whoever is let in. */
export function createJetStreamMetrics(
    component: pulumi.ComponentResource,
    name: string,
    { app, namespace, image, replicas }: { app: string; namespace: string; image: string; replicas: number },
    dependsOn: pulumi.Resource[],
): void {
    const own = nameOf(app);
    const labels = partLabelsOf(app, own);
    const metadata = { name: own, namespace, labels };
    const options = { parent: component, dependsOn };
    const script = new ConfigMap(`${name}-metrics-script`, { metadata, data: { "metrics.js": jetStreamMetricsScript } }, options);
    const container = restricted({
        name: mainContainer,
        image,
        command: ["node", "/metrics/metrics.js"],
        env: [{ name: "METRICS_MEMBERS", value: JSON.stringify(monitorsOf(app, replicas)) }],
        ports: [{ name: "metrics", containerPort: jetStreamMetricsPort }],
        readinessProbe: { tcpSocket: { port: "metrics" }, periodSeconds: 5 },
        resources: { requests: { cpu: "5m", memory: "48Mi" }, limits: { memory: "128Mi" } },
        volumeMounts: [{ name: "script", mountPath: "/metrics", readOnly: true }],
    });
    new Deployment(
        `${name}-metrics-pod`,
        {
            metadata,
            spec: {
                replicas: 1,
                selector: { matchLabels: selectorOf(own) },
                template: {
                    metadata: { labels: { ...labels, ...clientLabelOf(app) } },
                    spec: {
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        terminationGracePeriodSeconds: 5,
                        securityContext: podSecurity(65532, 65532),
                        containers: [container],
                        volumes: [{ name: "script", configMap: { name: own } }],
                    },
                },
            },
        },
        { ...options, dependsOn: [...dependsOn, script] },
    );
}
