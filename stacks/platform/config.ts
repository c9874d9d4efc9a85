/** The platform's configuration: which parts, and on which cluster. Pure. */

import { type Cluster, clusterOf, type Surroundings } from "../cluster";
import { partNames } from "./parts";

/** What is asked for. */
export interface PlatformConfig {
    /** Installed whole. */
    parts: string[];
    /** Of which the definitions alone stay, with everything that is made by them. */
    definitionsOf: string[];
    /** Where the manifests lie under the last parts of their addresses, for a cluster without a way out. */
    manifestFolder?: string;
    cluster: Cluster;
}

const prefix = "holdfast-platform:";
const keys = ["parts", "definitionsOf", "manifestFolder", "context", "kubeconfig"];

/** A list of parts, as `pulumi config set` and files write it. */
function listed(text: string | undefined): string[] | undefined {
    if (text === undefined) {
        return [];
    }
    try {
        const list: unknown = JSON.parse(text);
        return Array.isArray(list) && list.every((entry) => typeof entry === "string") ? list : undefined;
    } catch {
        return undefined;
    }
}

/** The configuration, or everything that is wrong with it. */
export function readPlatform(raw: Record<string, string>, around: Surroundings): { config?: PlatformConfig; problems: string[] } {
    const own = Object.fromEntries(
        Object.entries(raw).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
    );
    const problems = Object.keys(own)
        .filter((key) => !keys.includes(key))
        .map((key) => `${prefix}${key}: there is no such key. Write one of ${keys.join(", ")}.`);
    const read = (key: "parts" | "definitionsOf") => {
        const list = listed(own[key]);
        const unknown = (list ?? []).filter((name) => !partNames.includes(name));
        if (list === undefined || unknown.length > 0) {
            const given = list === undefined ? own[key] : unknown.map((name) => `"${name}"`).join(", ");
            problems.push(`${prefix}${key}: ${given} is not a list of parts. Write some of [${partNames.join(", ")}].`);
        }
        return list ?? [];
    };
    const [wanted, definitionsOf] = [read("parts"), read("definitionsOf")];
    if (own.parts === undefined && own.definitionsOf === undefined) {
        problems.push(`${prefix}parts: missing. Write those that the cluster needs, of [${partNames.join(", ")}].`);
    }
    for (const name of wanted.filter((part) => definitionsOf.includes(part))) {
        problems.push(`${prefix}definitionsOf: "${name}" is among the parts, which have theirs. Leave it out of one of the two.`);
    }
    const { cluster, problems: ofCluster } = clusterOf({ target: "kubernetes", context: own.context, kubeconfig: own.kubeconfig }, around);
    problems.push(...ofCluster.map((problem) => problem.replaceAll("holdfast:", prefix)));
    return problems.length > 0 || !cluster
        ? { problems }
        : { config: { parts: wanted, definitionsOf, manifestFolder: own.manifestFolder, cluster }, problems };
}
