import type { Plan } from "../components/usecases/plan";
import { IMAGES, reference } from "../sandbox/images/catalog";
import { checkConfig } from "../stacks/check";
import { refusal } from "../stacks/config";
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
    // The sandbox's own kubeconfig is made by the time it is needed.
    const around = ({ target }: Partial<Settings>) => (target === "sandbox" ? { ...surroundings, read: () => "" } : surroundings);
    const { checked, settings, problems } = checkConfig(rawStackConfig(stack), around);
    const missing = missingImages(settings, checked?.plan);
    if (checked && missing.length === 0) return checked;
    throw new UserError(refusal(stack, [...problems, ...missing]));
}

/** Images that the sandbox hasn't: nothing there can fetch one, and a pod would wait for it until `up` gives up. */
function missingImages({ target, workload, image }: Partial<Settings>, plan: Plan | undefined): string[] {
    if (target !== "sandbox") return [];
    const used: [string, unknown][] = [["image", plan?.engine.image ?? image]];
    for (const key of ["sidecars", "initContainers"] as const) {
        workload?.[key]?.forEach((container, index) => {
            used.push([`workload.${key}[${index}].image`, container.image]);
        });
    }
    return used.flatMap(([path, name]) =>
        typeof name !== "string" || name === "" || IMAGES.some((each) => reference(each) === name)
            ? []
            : [
                  `holdfast:${path}: the sandbox has no image ${name}, and no registry to fetch it from. It has ${IMAGES.map(reference).join(", ")}; sandbox/images/README.md says how another is added.`,
              ],
    );
}
