/** Whose cluster a status is read from: the one a stack's configuration names, or a context that is named. Never whichever is current. */

import { appNameProblem } from "../../components/problems";
import { type Cluster, clusterOf, type Surroundings } from "../../stacks/cluster";
import { readConfig } from "../../stacks/config";
import type { Settings } from "../../stacks/keys";
import { surroundings } from "../../stacks/surroundings";
import { UserError, userErrors } from "../errors";
import { rawStackConfig, stackNames } from "../stack";

/** How a cluster can be named on the command line. */
export interface ClusterOptions {
    stack?: string;
    context?: string;
    kubeconfig?: string;
}

export interface ClusterChoice {
    cluster: Cluster;
    /** The stack that named it, with what its configuration says. */
    stack?: string;
    settings?: Partial<Settings>;
}

/** The stack that `up` and `down` take when none is named. */
const usualStack = "user-preferences";

/** The stack whose application this is; the usual one where no stack here has it, as it may be anybody's. */
export function stackOf(app: string | undefined, folder?: string): string {
    if (app === undefined) return usualStack;
    const having = stackNames(folder).filter((name) => {
        try {
            const raw = rawStackConfig(name, folder);
            return (raw["holdfast:app"] ?? raw["holdfast:useCase"]) === app;
        } catch {
            // A file that can't be read is reported by whoever names it.
            return false;
        }
    });
    if (having.length > 1 && !having.includes(app)) {
        throw new UserError(`Several stacks have an application "${app}": ${having.join(", ")}. Say which with --stack.`);
    }
    return having.includes(app) ? app : (having[0] ?? usualStack);
}

/** A problem of the configuration's as one of the options'. */
const asOption = (text: string) => text.replace(/pulumi config set holdfast:(\w+)/g, "--$1").replace(/holdfast:(\w+)/g, "--$1");

/** The cluster to read; throws a `UserError` with everything that is wrong. */
export function chooseCluster(
    app: string | undefined,
    options: ClusterOptions,
    around: Surroundings = surroundings,
    folder?: string,
): ClusterChoice {
    const { stack: named, context, kubeconfig } = options;
    const problems: string[] = [];
    const ofName = app === undefined ? undefined : appNameProblem(app);
    if (ofName) problems.push(ofName);
    if (named !== undefined && context !== undefined) problems.push("--stack and --context: each names a cluster. Leave one out.");
    if (kubeconfig !== undefined && context === undefined) {
        problems.push("--kubeconfig: it goes with --context <name>. The cluster is never guessed from the current context.");
    }
    if (problems.length > 0) throw userErrors("The status can't be read:", problems);
    if (context !== undefined) {
        const { cluster, problems } = clusterOf({ target: "kubernetes", context, kubeconfig }, around);
        if (!cluster) throw userErrors("The status can't be read:", problems.map(asOption));
        return { cluster };
    }
    const stack = named ?? stackOf(app, folder);
    const { settings, problems: wrong } = readConfig(rawStackConfig(stack, folder));
    const { cluster, problems: unclear } = clusterOf(settings, around);
    if (!cluster) throw userErrors(`The status can't be read: stack "${stack}" names no cluster.`, unclear.length > 0 ? unclear : wrong);
    return { cluster, stack, settings };
}
