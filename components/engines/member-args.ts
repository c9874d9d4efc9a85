/** What every engine's members are made with, whichever component makes them: what the plan says, and what the caller may say beside it. */

import type { InputProblem } from "../problems";
import type { StatefulAppArgs } from "../stateful-app-args";
import type { Plan } from "../usecases/plan";
import { secondsOf } from "../usecases/quantities";

/**
 * How long a member's node may be unreachable before the member is given up: a tenth of the failover time. Kubernetes takes up to 50 s to
 * notice, and the rest is for moving the volume, starting and replaying the log.
 */
export function lostNodeSecondsOf(plan: Plan): number {
    return Math.min(300, Math.max(10, Math.round((secondsOf(plan.objectives.failover.rto) ?? 300) / 10)));
}

/** Arguments of a component with a volume for each member. */
export function memberArgs(plan: Plan, args: StatefulAppArgs) {
    const [volume] = plan.volumes.filter(({ shared }) => !shared);
    const { requests, limits } = plan.resources;
    return {
        app: plan.app,
        image: plan.engine.image,
        runAsUser: plan.engine.runAsUser,
        runAsGroup: plan.engine.runAsGroup,
        size: volume.size,
        ceiling: volume.ceiling,
        accessMode: volume.accessMode,
        attributesClass: args.attributesClass,
        allow: args.allow,
        resources: { cpu: requests.cpu, memory: requests.memory, cpuLimit: limits.cpu, memoryLimit: limits.memory },
        lostNodeSeconds: lostNodeSecondsOf(plan),
        spreadOver: plan.spread.topologyKey,
        spreadIsRequired: plan.spread.required,
        clientNamespaces: args.clientNamespaces,
    };
}

/** An image of one's own where the use case brings its engine. */
export function ownImageProblems(plan: Plan, { workload }: StatefulAppArgs, engine: string): InputProblem[] {
    if (workload === undefined) return [];
    const reason = `describes an image of your own, and "${plan.useCase}" runs ${engine}. Leave it out, or write useCase: custom.`;
    return [{ path: "workload", reason }];
}
