import { planOf } from "../components/stateful-app";
import type { Plan } from "../components/usecases/plan";
import { clusterOf } from "../stacks/cluster";
import { readConfig, refusal } from "../stacks/config";
import type { Settings } from "../stacks/keys";
import { surroundings } from "../stacks/surroundings";
import { UserError } from "./errors";
import { rawStackConfig } from "./stack";

/** What a stack's configuration asks for, checked as the program will check it. */
export interface CheckedStack {
    settings: Settings;
    plan: Plan;
}

/**
 * Reads a stack's configuration and resolves its plan before anything is built, started or deployed. Encrypted values stay as they are:
 * only their presence matters here.
 */
export function checkStack(stack: string): CheckedStack {
    const { settings, problems } = readConfig(rawStackConfig(stack));
    // The sandbox's own kubeconfig is made by the time it is needed.
    const around = settings.target === "sandbox" ? { ...surroundings, read: () => "" } : surroundings;
    problems.push(...clusterOf(settings, around).problems);
    const app = settings.app ?? settings.useCase;
    if (app !== undefined && settings.useCase !== undefined && settings.target !== undefined) {
        const resolved = planOf(app, settings as Settings);
        problems.push(...resolved.problems.map(({ path, reason }) => `holdfast:${path}: ${reason}`));
        if (problems.length === 0 && resolved.plan) return { settings: settings as Settings, plan: resolved.plan };
    }
    throw new UserError(refusal(stack, problems));
}
