/** Stack config in, a StatefulApp out, with how to reach it and what it promises. */

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { planOf, StatefulApp } from "../components/stateful-app";
import { type Cluster, clusterOf } from "./cluster";
import { readConfig, refusal } from "./config";
import type { Settings } from "./keys";
import { claimsOf, connectionOf, passwordOf, promiseOf } from "./outputs";
import { surroundings } from "./surroundings";

/** Checks everything before anything is registered; a RunError is shown without a stack trace and nothing is created. */
function settingsAndPlan() {
    const { settings, problems } = readConfig(pulumi.runtime.allConfig());
    const app = settings.app ?? settings.useCase;
    const { cluster, problems: unreachable } = settings.target === undefined ? { problems: [] } : clusterOf(settings, surroundings);
    problems.push(...unreachable);
    if (app !== undefined && settings.useCase !== undefined && settings.target !== undefined) {
        const resolved = planOf(app, settings as Settings);
        problems.push(...resolved.problems.map(({ path, reason }) => `holdfast:${path}: ${reason}`));
        if (problems.length === 0 && cluster && resolved.plan) {
            return { settings: settings as Settings, cluster, plan: resolved.plan };
        }
    }
    throw new pulumi.RunError(refusal(pulumi.getStack(), problems));
}

function provider({ kubeconfig, context, clusterIdentifier }: Cluster): Provider {
    return new Provider("kubernetes", { ...(kubeconfig ? { kubeconfig } : {}), context, clusterIdentifier });
}

/** Deploys what the stack's config asks for, and returns the stack's outputs. */
export function deploy() {
    const { settings, cluster, plan } = settingsAndPlan();
    const app = new StatefulApp(
        plan.app,
        {
            ...settings,
            // Config says itself which of its values are secret; the password is one even where someone forgot to.
            password: settings.password === undefined ? undefined : pulumi.secret(settings.password),
        },
        { providers: { kubernetes: provider(cluster) } },
    );
    const made = pulumi
        .all([app.host, app.port, app.database, app.user, app.passwordSecret, app.namespace, app.storageClass, app.claimNames])
        .apply(([host, port, database, user, passwordSecret, namespace, storageClass, claimNames]) => ({
            host,
            port,
            database,
            user,
            passwordSecret,
            namespace,
            storageClass,
            claimNames,
        }));
    return {
        connection: made.apply((names) => connectionOf(plan, names, cluster)),
        password: made.apply((names) => passwordOf(names, cluster)),
        promise: promiseOf(plan),
        claims: made.apply((names) => claimsOf(plan, names)),
    };
}
