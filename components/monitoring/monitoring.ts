/** How Prometheus reads an application's figures, and which alerts it is given: by the Prometheus operator's own kinds. */

import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../storage/cluster-look";
import { type ClusterNeed, checkedAtPreview } from "../storage/driver-presence";
import type { Plan } from "../usecases/plan";
import { labelsOf } from "../workloads/labels";
import { type AlertRule, type Watch, watchOf } from "./alert-rule";
import { memberRules, volumeRules } from "./common-rules";

/** Where an engine's figures are, and what is said of them. */
export interface Watched {
    /** Pods that serve figures. */
    selector: Record<string, string>;
    /** Name and number of their port. */
    portName: string;
    port: number;
    /** The figure that is 1 for each member whose server answers. */
    up: string;
    /** Names of the claims, as a regular expression. */
    claims: string;
    /** The engine's own alerts. */
    rules(watch: Watch): AlertRule[];
}

const kinds = { podmonitors: "PodMonitor", prometheusrules: "PrometheusRule" } as const;

/** What has to be in the cluster before it can be watched. `path` is the property that asks for it. */
export function monitoringNeeds(path: string): ClusterNeed[] {
    return Object.entries(kinds).map(([resource, kind]) => {
        const definition = `customresourcedefinition.apiextensions.k8s.io/${resource}.monitoring.coreos.com`;
        return {
            path,
            shownBy: [definition],
            missing:
                `the Prometheus operator's ${kind}s are not in the cluster. Install it first ` +
                `(https://prometheus-operator.dev/docs/getting-started/installation/), or leave this out. Looked for: ${definition}.`,
        };
    });
}

/** Everything Prometheus is to warn of. */
export function alertsOf(plan: Plan, namespace: string, watched: Watched | undefined): AlertRule[] {
    const watch = watchOf(plan, namespace);
    if (watched === undefined) {
        const volumes = plan.volumes.map(({ name }) => name).join("|");
        return volumeRules(watch, `(${volumes})-${plan.app}-[0-9]+`);
    }
    return [...memberRules(watch, watched.up), ...watched.rules(watch), ...volumeRules(watch, watched.claims)];
}

/** An alert as Prometheus reads it. */
const ruleOf = ({ alert, expr, seconds, severity, summary, description }: AlertRule, app: string) => ({
    alert,
    expr,
    for: `${seconds}s`,
    labels: { severity, app },
    annotations: { summary, description },
});

export interface MonitoringRequest {
    plan: Plan;
    namespace: string;
    /** Namespace of the Prometheus. */
    from: string;
    /** Undefined where the engine serves no figures: there are alerts of its volumes. */
    watched: Watched | undefined;
    address: ClusterAddress;
}

/** Lets the Prometheus of a namespace in to the figures, tells it of them, and gives it the alerts. */
export function createMonitoring(
    component: pulumi.ComponentResource,
    name: string,
    { plan, namespace, from, watched, address }: MonitoringRequest,
    dependsOn: pulumi.Resource[],
): void {
    const { app } = plan;
    const options = { parent: component, dependsOn };
    const checked = checkedAtPreview(`StatefulApp "${name}"`, component, address, monitoringNeeds("monitoringNamespace"));
    const called = checked.then(() => app);
    const custom = (suffix: string, kind: string, spec: object) => {
        const object = { apiVersion: "monitoring.coreos.com/v1", kind, metadata: { name: called, namespace, labels: labelsOf(app) }, spec };
        return new CustomResource(`${name}-${suffix}`, object as ConstructorParameters<typeof CustomResource>[1], options);
    };
    if (watched !== undefined) {
        const pods = { matchLabels: watched.selector };
        new NetworkPolicy(
            `${name}-metrics-network`,
            {
                metadata: { name: `${app}-metrics`, namespace, labels: labelsOf(app) },
                spec: {
                    podSelector: pods,
                    policyTypes: ["Ingress"],
                    ingress: [
                        {
                            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": from } } }],
                            ports: [{ port: watched.port, protocol: "TCP" }],
                        },
                    ],
                },
            },
            options,
        );
        custom("metrics", "PodMonitor", { selector: pods, podMetricsEndpoints: [{ port: watched.portName }] });
    }
    const rules = alertsOf(plan, namespace, watched).map((rule) => ruleOf(rule, app));
    custom("alerts", "PrometheusRule", { groups: [{ name: `${namespace}/${app}`, rules }] });
}
