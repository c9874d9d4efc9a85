/** What a workload takes from objects that somebody else makes, and that a new namespace doesn't have. Pure. */

import type { AppWorkload } from "../../../components/workloads/app-workload";

export interface Reference {
    kind: "secret" | "configmap" | "serviceaccount";
    name: string;
}

/** Objects without which a member doesn't start, each once. */
export function referencesOf(workload: AppWorkload): Reference[] {
    const { serviceAccount, imagePullSecrets = [], secretFiles = [], configFiles = [], sidecars = [], initContainers = [] } = workload;
    const variables = [workload, ...sidecars, ...initContainers]
        .flatMap(({ envFrom }) => envFrom ?? [])
        .filter(({ isOptional }) => !isOptional);
    const named = (kind: Reference["kind"], names: unknown[]): Reference[] =>
        names.filter((name): name is string => typeof name === "string").map((name) => ({ kind, name }));
    const all = [
        ...named("secret", [...variables.map(({ secret }) => secret), ...secretFiles.map(({ secret }) => secret), ...imagePullSecrets]),
        ...named("configmap", [...variables.map(({ configMap }) => configMap), ...configFiles.map(({ configMap }) => configMap)]),
        ...named("serviceaccount", [serviceAccount]),
    ];
    return all.filter(({ kind, name }, index) => all.findIndex((other) => other.kind === kind && other.name === name) === index);
}
