/** The figures that an application's alerts are about, against those that its pods serve. */

import type { World } from "./world";

/** The Prometheus operator's kinds without their schemas: nothing here acts on them. */
const definitions = ["PodMonitor", "PrometheusRule"].map((kind) => {
    const plural = `${kind.toLowerCase()}s`;
    const schema = {
        openAPIV3Schema: { type: "object", properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } },
    };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.monitoring.coreos.com` },
        spec: {
            group: "monitoring.coreos.com",
            names: { kind, plural, singular: kind.toLowerCase() },
            scope: "Namespaced",
            versions: [{ name: "v1", served: true, storage: true, schema }],
        },
    };
});

export function defineMonitoring(world: World): void {
    world.apply(...definitions);
    for (const { metadata } of definitions) {
        world.kubectl("wait", "--for=condition=Established", "--timeout=60s", `customresourcedefinition/${metadata.name}`);
    }
}

/** Figures of the pods' own that alerts name; the kubelet's are not theirs. */
export function namedFigures(world: World, app: string): string[] {
    const { items } = JSON.parse(world.kubectl("get", "prometheusrules", "-n", app, "-o", "json"));
    const expressions: string[] = items.flatMap(({ spec }: { spec: { groups: { rules: { expr: string }[] }[] } }) =>
        spec.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    );
    const names = expressions.flatMap((expr) => [...expr.matchAll(/([a-z]\w+)\{/g)].map(([, name]) => name));
    return [...new Set(names)].filter((name) => !name.startsWith("kubelet_")).sort();
}

/** Names of all figures that the pods of the application's PodMonitor serve. */
export function servedFigures(world: World, app: string): Set<string> {
    const served = new Set<string>();
    for (const { spec } of JSON.parse(world.kubectl("get", "podmonitors", "-n", app, "-o", "json")).items) {
        const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
        const { items } = JSON.parse(world.kubectl("get", "pods", "-n", app, "-l", selector.join(","), "-o", "json"));
        for (const { metadata, spec: pod } of items) {
            // Sidecars are among the containers that start first.
            const ports = [...pod.containers, ...(pod.initContainers ?? [])].flatMap(
                ({ ports = [] }: { ports?: { name: string; containerPort: number }[] }) => ports,
            );
            const port = ports.find(({ name }) => name === spec.podMetricsEndpoints[0].port)?.containerPort;
            const text = world.kubectl("get", "--raw", `/api/v1/namespaces/${app}/pods/${metadata.name}:${port}/proxy/metrics`);
            for (const [, name] of text.matchAll(/^([a-z]\w+)[{ ]/gm)) served.add(name);
        }
    }
    return served;
}
