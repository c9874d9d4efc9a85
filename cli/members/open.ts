/** The application of a command about members: its stack, its cluster, its engine. */

import { clusterOf, kubectl } from "../../stacks/cluster";
import { surroundings } from "../../stacks/surroundings";
import { openCluster } from "../backups/session";
import { checkStack } from "../checked-stack";
import { UserError } from "../errors";
import { stackOf } from "../status/cluster-choice";
import { memberEngines } from "./engines";
import { Members } from "./watch";

export interface MembersOptions {
    stack?: string;
    timeout?: string;
}

/** Seconds of `--timeout`. */
export function limitOf(text: string | undefined): number {
    if (text === undefined) return 3600;
    if (!/^[1-9]\d*$/.test(text)) {
        throw new UserError(`--timeout ${text}: a whole number of minutes, 1 or more, is allowed, e.g. --timeout 30; nothing was changed.`);
    }
    return Number(text) * 60;
}

/** What the application is, before its cluster is asked anything. */
export function openMembers(app: string, options: MembersOptions) {
    const limit = limitOf(options.timeout);
    const stack = options.stack ?? stackOf(app);
    const { plan, settings } = checkStack(stack);
    if (plan.app !== app) {
        throw new UserError(
            `There is no application "${app}" in stacks/: "${stack}" has "${plan.app}". Say which stack it is of: --stack <name>.`,
        );
    }
    const { cluster } = clusterOf(settings, surroundings);
    const engine = memberEngines[plan.engine.name];
    return {
        plan,
        stack,
        engine,
        isSandbox: settings.target === "sandbox",
        kubectl: cluster ? kubectl(cluster) : "kubectl",
        members: () => new Members(openCluster(stack).api, engine, { app, namespace: settings.namespace ?? app }, limit),
    };
}
