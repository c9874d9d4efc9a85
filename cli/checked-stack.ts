import type { Plan } from "../components/usecases/plan";
import { checkConfig } from "../stacks/check";
import { refusal } from "../stacks/config";
import type { Settings } from "../stacks/keys";
import { surroundings } from "../stacks/surroundings";
import { UserError } from "./errors";
import { missingImages } from "./sandbox-images";
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
    // The sandbox's own kubeconfig is made by the time it is needed.
    const around = ({ target }: Partial<Settings>) => (target === "sandbox" ? { ...surroundings, read: () => "" } : surroundings);
    const { checked, settings, problems } = checkConfig(rawStackConfig(stack), around);
    const missing = settings.target === "sandbox" ? missingImages(settings, checked?.plan) : [];
    if (checked && missing.length === 0) return checked;
    throw new UserError(refusal(stack, [...problems, ...missing]));
}
