/** Whether CloudNativePG, which runs PostgreSQL clusters, is in the cluster. */

import type { ClusterNeed } from "../storage/driver-presence";

const definitionOf = (name: string) => `customresourcedefinition.apiextensions.k8s.io/${name}`;

/** What a look at the cluster has to find. `path` is the property that asks for it. */
export function cloudnativePgNeed(path: string, resource = "clusters"): ClusterNeed {
    const definition = definitionOf(`${resource}.postgresql.cnpg.io`);
    return {
        path,
        shownBy: [definition],
        missing:
            "CloudNativePG, the operator that runs PostgreSQL clusters, is not in the cluster. Install it first: " +
            "the part cloudnative-pg of stacks/platform, or " +
            "https://cloudnative-pg.io/documentation/current/installation_upgrade/ (1.28 or newer; in the sandbox: " +
            `npx holdfast sandbox up --with cloudnative-pg). Looked for: ${definition}.`,
    };
}

/** The Prometheus operator's definition of what it reads. */
export function podMonitorNeed(path: string): ClusterNeed {
    const definition = definitionOf("podmonitors.monitoring.coreos.com");
    return {
        path,
        shownBy: [definition],
        missing:
            "the Prometheus operator is not in the cluster. Install it first (https://prometheus-operator.dev/docs/getting-started/installation/), " +
            `or leave this out. Looked for: ${definition}.`,
    };
}
