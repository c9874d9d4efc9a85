/** An image of one's own, made from a plan and its description. */

import * as pulumi from "@pulumi/pulumi";
import { quiescedStream } from "../backups/quiesced-stream";
import type { InputProblem } from "../problems";
import type { StatefulAppArgs } from "../stateful-app-args";
import {
    type AppWorkloadContext,
    appWorkloadProblems,
    type WorkloadPlan,
    withoutPlan,
    workloadArgsOf,
    workloadExample,
} from "../workloads/app-workload";
import { clientPortsOf } from "../workloads/network";
import { quiesceSeconds } from "../workloads/quiesce";
import { StatefulWorkload } from "../workloads/stateful-workload";
import type { Engine, EngineContext } from "./engine";
import { lostNodeSecondsOf } from "./member-args";

/** What an image of one's own is made with, beside the plan and its description. */
function contextOf(
    args: StatefulAppArgs,
    made: Pick<EngineContext, "namespace" | "storageClass">,
    lostNodeSeconds: number,
): AppWorkloadContext {
    const { keepClaims, isStopped, restoreFrom, attributesClass, allow, clientNamespaces } = args;
    const { namespace, storageClass } = made;
    return { namespace, storageClass, lostNodeSeconds, keepClaims, isStopped, restoreFrom, attributesClass, allow, clientNamespaces };
}

/** What is wrong with the description of an image, or that there is none. */
function describedProblems(plan: WorkloadPlan, args: StatefulAppArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    for (const key of ["database", "password", "passwordSecret"] as const) {
        if (args[key] !== undefined) {
            const instead =
                key === "database" ? "Leave it out." : "Leave it out, and write the image's own secrets under workload.secrets.";
            problems.push({ path: key, reason: `nothing is known of a database in an image of your own. ${instead}` });
        }
    }
    if (args.workload === undefined) {
        problems.push({
            path: "workload",
            reason: `missing: what the image listens on and where it keeps its data. Write e.g. ${workloadExample}`,
        });
        return problems;
    }
    const nowhere = { namespace: plan.app, storageClass: plan.app };
    return [...problems, ...appWorkloadProblems(plan, args.workload, contextOf(args, nowhere, 30))];
}

export const container: Engine = {
    problems(plan, args) {
        return describedProblems(plan, args);
    },
    unplannedProblems: (app, args) => describedProblems(withoutPlan(app, args.replicas ?? 1), args),
    stream({ app }, { workload }) {
        if (!workload?.quiesceCommand) {
            return undefined;
        }
        const { quiesceCommand, unquiesceCommand, quiesceTimeoutSeconds, volumes } = workload;
        const mountPaths = volumes.map(({ mountPath }) => mountPath);
        const timeoutSeconds = quiesceTimeoutSeconds ?? quiesceSeconds;
        return quiescedStream({ app, mountPaths, quiesceCommand, unquiesceCommand, timeoutSeconds });
    },
    create(name, plan, args, context) {
        if (!args.workload) {
            throw new Error(`"${plan.app}" has no workload, which its problems say`);
        }
        const { annotations, configFiles, claimAnnotations, dependsOn } = context.backedUp;
        const workload = {
            ...args.workload,
            ...(Object.keys(annotations).length > 0 ? { annotations: { ...args.workload.annotations, ...annotations } } : {}),
            ...(configFiles.length > 0 ? { configFiles: [...(args.workload.configFiles ?? []), ...configFiles] } : {}),
        };
        const made = new StatefulWorkload(
            `${name}-workload`,
            workloadArgsOf(plan, workload, { ...contextOf(args, context, lostNodeSecondsOf(plan)), claimAnnotations }),
            {
                parent: context.component,
                dependsOn: [...context.dependsOn, ...dependsOn],
            },
        );
        const none = pulumi.output("");
        const [first] = clientPortsOf(args.workload);
        return {
            host: made.host,
            port: first.servicePort ?? first.port,
            database: none,
            user: none,
            passwordSecret: none,
            claimNames: made.claimNames,
            claimClasses: made.claimClasses,
            component: made,
        };
    },
};
