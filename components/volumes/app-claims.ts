import type { InputProblem } from "../problems";
import { drivers } from "../usecases/drivers";
import type { Plan } from "../usecases/plan";
import { claimProblems, plannedClaims } from "./claim-plan";
import { restoreCapabilityProblems } from "./restore-source";

/** What an application's arguments say about its claims. */
export interface AppClaimArgs {
    keepClaims?: number;
    restoreFrom?: { [claim: string]: string };
    attributesClass?: string;
    /** Volumes that say their class themselves: nothing is known of it but its name. */
    workload?: { volumes: { name: string; storageClass?: string }[] };
}

/** What is wrong with what is said about the claims, given the plan, whose own volumes the resolver has judged. */
export function appClaimProblems(plan: Plan, args: AppClaimArgs): InputProblem[] {
    const { app, replicas, storage } = plan;
    const { keepClaims, restoreFrom } = args;
    const request = { app, replicas, keepClaims, restoreFrom, volumes: plan.volumes.filter((volume) => !volume.shared) };
    const problems = claimProblems(request).filter(({ path }) => !path.startsWith("volumes["));
    for (const { name, volume } of plannedClaims(request)) {
        const source = restoreFrom?.[name];
        const isOfOtherClass = args.workload?.volumes.some((own) => own.name === volume.name && own.storageClass !== undefined);
        if (source !== undefined && !isOfOtherClass) {
            const own = request.volumes.find((planned) => planned.name === volume.name)?.storage;
            problems.push(...restoreCapabilityProblems({ [name]: source }, own ?? storage));
        }
    }
    const driver = Object.hasOwn(drivers, storage.driver) ? drivers[storage.driver] : undefined;
    if (args.attributesClass !== undefined && driver && !driver.capabilities.attributeChange) {
        const able = Object.values(drivers).filter(({ capabilities }) => capabilities.attributeChange);
        problems.push({
            path: "attributesClass",
            reason: `${driver.name} can't change the attributes of a volume. Leave it out, or choose ${able.map(({ name }) => name).join(" or ")}.`,
        });
    }
    return problems;
}
