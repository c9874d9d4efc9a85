/** Which cluster a stack is deployed to. Never the current context of whoever happens to run it. */

import { join } from "node:path";
import { targets } from "../components/usecases/targets";
import type { Settings } from "./keys";

/** What the Kubernetes provider is made from, and what kubectl needs to reach the same cluster. */
export interface Cluster {
    /** Path of the kubeconfig; absent where kubectl's own search applies (KUBECONFIG, then ~/.kube/config). */
    kubeconfig?: string;
    context: string;
    /**
     * What tells the provider that a changed kubeconfig is still the same cluster. Without it, moving the file would replace everything.
     */
    clusterIdentifier: string;
}

/** The surroundings of a run that matter here. */
export interface Surroundings {
    env: Record<string, string | undefined>;
    home: string;
    /** Text of a file, or undefined where it can't be read. */
    read(path: string): string | undefined;
    /** Names of the contexts in a kubeconfig. */
    contextsIn(text: string): string[];
}

/** Where the sandbox writes its kubeconfig. */
export function sandboxKubeconfig(env: Record<string, string | undefined>, home: string): string {
    return join(env.XDG_STATE_HOME || join(home, ".local", "state"), "holdfast", "sandbox", "kubeconfig");
}

const sandboxContext = "holdfast-sandbox";

function sandbox(around: Surroundings): { cluster?: Cluster; problems: string[] } {
    const kubeconfig = sandboxKubeconfig(around.env, around.home);
    if (around.read(kubeconfig) === undefined) {
        return {
            problems: [
                `the sandbox is not up: there is no ${kubeconfig}. Run: npx holdfast sandbox up. Or deploy to a cluster of yours: pulumi config set holdfast:target kubernetes`,
            ],
        };
    }
    return { cluster: { kubeconfig, context: sandboxContext, clusterIdentifier: sandboxContext }, problems: [] };
}

/** The files kubectl would read, in its order. */
function kubeconfigs({ kubeconfig }: Partial<Settings>, around: Surroundings): string[] {
    if (kubeconfig !== undefined) {
        return [kubeconfig.replace(/^~(?=\/)/, around.home)];
    }
    const listed = (around.env.KUBECONFIG ?? "").split(":").filter((path) => path !== "");
    return listed.length > 0 ? listed : [join(around.home, ".kube", "config")];
}

/** The cluster the settings name, or why it can't be told. */
export function clusterOf(settings: Partial<Settings>, around: Surroundings): { cluster?: Cluster; problems: string[] } {
    const { target, context, kubeconfig } = settings;
    if (target === "sandbox") {
        const unused = (["context", "kubeconfig"] as const).filter((name) => settings[name] !== undefined);
        const made = sandbox(around);
        return {
            ...made,
            problems: [
                ...unused.map((name) => `holdfast:${name}: the sandbox has its own. Write: pulumi config rm holdfast:${name}`),
                ...made.problems,
            ],
        };
    }
    if (target === undefined || !Object.hasOwn(targets, target)) {
        // The resolver says so; which cluster it should be can't be judged.
        return { problems: [] };
    }
    if (context === undefined) {
        return {
            problems: [
                "holdfast:context: missing. The cluster is never guessed from the current context. Write: pulumi config set holdfast:context <a name that `kubectl config get-contexts -o name` lists>",
            ],
        };
    }
    const files = kubeconfigs(settings, around);
    const texts = files.map((path) => around.read(path)).filter((text) => text !== undefined);
    if (texts.length === 0) {
        return {
            problems: [`holdfast:kubeconfig: ${files.join(", ")} can't be read. Write: pulumi config set holdfast:kubeconfig <path>`],
        };
    }
    const contexts = [...new Set(texts.flatMap((text) => around.contextsIn(text)))];
    if (!contexts.includes(context)) {
        const there = contexts.length > 0 ? `it has ${contexts.join(", ")}` : "it has none";
        return { problems: [`holdfast:context: there is no context "${context}" in ${files.join(", ")}; ${there}.`] };
    }
    return {
        cluster: { ...(kubeconfig === undefined ? {} : { kubeconfig: files[0] }), context, clusterIdentifier: context },
        problems: [],
    };
}

/** The beginning of a kubectl command for that cluster, to be copied into a terminal. */
export function kubectl(cluster: Cluster): string {
    return ["kubectl", ...(cluster.kubeconfig ? ["--kubeconfig", cluster.kubeconfig] : []), "--context", cluster.context].join(" ");
}
