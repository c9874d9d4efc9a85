import { spawnSync } from "node:child_process";
import type { Cluster } from "../stacks/cluster";
import { kubectlEnvironment } from "./kubectl-environment";

/** Reads objects of a stack's cluster with kubectl, if there is one and it answers: what is read here only makes messages better. */
export class ClusterObjects {
    constructor(
        private readonly cluster: Cluster | undefined,
        private readonly env: NodeJS.ProcessEnv,
    ) {}

    /** One object: null where there is none, undefined where the cluster doesn't say. */
    find<T>(namespace: string, resource: string, name: string): T | null | undefined {
        const output = this.get(["--namespace", namespace, resource, name, "--ignore-not-found"]);
        if (output === undefined) return undefined;
        return output.trim() === "" ? null : (JSON.parse(output) as T);
    }

    /** Every object of a kind; undefined where the cluster doesn't say. */
    list<T>(resource: string): T[] | undefined {
        const output = this.get([resource]);
        return output === undefined ? undefined : (JSON.parse(output) as { items: T[] }).items;
    }

    private get(args: string[]): string | undefined {
        if (!this.cluster) return undefined;
        const { kubeconfig, context } = this.cluster;
        const where = [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), "--context", context, "--request-timeout=30s"];
        const result = spawnSync("kubectl", [...where, "get", ...args, "--output=json"], {
            env: kubectlEnvironment(this.env),
            encoding: "utf8",
            maxBuffer: 1 << 28,
        });
        return result.status === 0 ? result.stdout : undefined;
    }
}
