import type { Plan } from "../components/usecases/plan";
import { s3Access } from "../sandbox/cluster/s3";
import { variableOf } from "../stacks/backups";
import { checkConfig } from "../stacks/check";
import { refusal } from "../stacks/config";
import type { Settings } from "../stacks/keys";
import { surroundings } from "../stacks/surroundings";
import { UserError } from "./errors";
import { missingImages } from "./sandbox-images";
import { rawStackConfig } from "./stack";

/** As much of the sandbox's repository as tells that there will be one. */
export const expectedRepository: Readonly<Record<string, string>> = {
    [variableOf("backupEndpoint")]: s3Access.endpoint,
    [variableOf("backupBucket")]: s3Access.bucket,
    [variableOf("backupAccessKeyId")]: "later",
    [variableOf("backupSecretAccessKey")]: "later",
    [variableOf("backupPassword")]: "later",
};

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
    // The sandbox's own kubeconfig and repository are there by the time they are needed.
    const around = ({ target }: Partial<Settings>) =>
        target === "sandbox" ? { ...surroundings, read: () => "", env: { ...surroundings.env, ...expectedRepository } } : surroundings;
    const { checked, settings, problems } = checkConfig(rawStackConfig(stack), around);
    const missing = settings.target === "sandbox" ? missingImages(settings, checked?.plan) : [];
    if (checked && missing.length === 0) return checked;
    throw new UserError(refusal(stack, [...problems, ...missing]));
}
