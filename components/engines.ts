/** The engines this version can make, by the name a plan gives them. A new engine is one entry here and its component. */

import * as pulumi from "@pulumi/pulumi";
import type { BackedUpPods } from "./backups/planned-backup";
import { postgresStream } from "./backups/postgres-stream";
import { quiescedStream } from "./backups/quiesced-stream";
import type { Stream } from "./backups/stream";
import type { InputProblem } from "./problems";
import type { StatefulAppArgs } from "./stateful-app-args";
import type { EngineName, Plan } from "./usecases/plan";
import { secondsOf } from "./usecases/quantities";
import {
    type AppWorkloadContext,
    appWorkloadProblems,
    type WorkloadPlan,
    withoutPlan,
    workloadArgsOf,
    workloadExample,
} from "./workloads/app-workload";
import { clientPortsOf } from "./workloads/network";
import { Postgres, postgresPort } from "./workloads/postgres";
import { databaseNameOf, databaseNameProblem } from "./workloads/postgres-settings";
import { quiesceSeconds } from "./workloads/quiesce";
import { StatefulWorkload } from "./workloads/stateful-workload";

/** Asked of a database where its policy has no query: it is there, and has its tables. */
const anyTables = "SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'r'";

/** Where an engine is made, and what it waits for. */
export interface EngineContext {
    component: pulumi.ComponentResource;
    namespace: string;
    storageClass: pulumi.Input<string>;
    dependsOn: pulumi.Resource[];
    /** What the pods and claims carry for their backup. */
    backedUp: BackedUpPods;
}

/** What clients need to know of an engine that was made. */
export interface MadeEngine {
    host: pulumi.Output<string>;
    port: number;
    database: pulumi.Output<string>;
    user: pulumi.Output<string>;
    passwordSecret: pulumi.Output<string>;
    claimNames: pulumi.Output<string[]>;
    claimClasses: pulumi.Output<{ [claim: string]: string }>;
    /** All of it. */
    component: pulumi.Resource;
}

/** How one engine is checked and made from a plan. */
export interface Engine {
    problems(plan: Plan, args: StatefulAppArgs): InputProblem[];
    /** What can be seen without a plan, where the wish gives none: so that everything is told at once. */
    unplannedProblems?(app: string, args: StatefulAppArgs): InputProblem[];
    /** How its data is copied as a stream; undefined where its files are copied. */
    stream(plan: Plan, args: StatefulAppArgs): Stream | undefined;
    create(name: string, plan: Plan, args: StatefulAppArgs, context: EngineContext): MadeEngine;
}

/**
 * How long a member's node may be unreachable before the member is given up: a tenth of the failover time. Kubernetes takes up to 50 s to
 * notice, and the rest is for moving the volume, starting and replaying the log.
 */
export function lostNodeSecondsOf(plan: Plan): number {
    return Math.min(300, Math.max(10, Math.round((secondsOf(plan.objectives.failover.rto) ?? 300) / 10)));
}

const postgres: Engine = {
    problems(plan, args) {
        const problems: InputProblem[] = [];
        if (args.workload !== undefined) {
            problems.push({
                path: "workload",
                reason: `describes an image of your own, and "${plan.useCase}" runs PostgreSQL. Leave it out, or write useCase: custom.`,
            });
        }
        const database = databaseNameProblem(args.database ?? databaseNameOf(plan.app));
        if (database) {
            problems.push({ path: "database", reason: database });
        }
        if (plan.replicas !== 1) {
            problems.push({ path: "replicas", reason: `${plan.replicas} is not 1: PostgreSQL as a plain StatefulSet is one server.` });
        }
        if ((args.keepClaims ?? 1) !== 1) {
            problems.push({ path: "keepClaims", reason: `${args.keepClaims} is not 1: PostgreSQL as a plain StatefulSet has one claim.` });
        }
        return problems;
    },
    stream(plan, args) {
        const database = args.database ?? databaseNameOf(plan.app);
        return postgresStream({ app: plan.app, database, owner: database, query: plan.backup.drill?.query || anyTables });
    },
    create(name, plan, args, context) {
        const [volume] = plan.volumes;
        const { requests, limits } = plan.resources;
        const made = new Postgres(
            `${name}-postgres`,
            {
                app: plan.app,
                namespace: context.namespace,
                image: plan.engine.image,
                runAsUser: plan.engine.runAsUser,
                runAsGroup: plan.engine.runAsGroup,
                size: volume.size,
                ceiling: volume.ceiling,
                accessMode: volume.accessMode,
                storageClass: context.storageClass,
                attributesClass: args.attributesClass,
                restoreFrom: args.restoreFrom,
                annotations: context.backedUp.annotations,
                configFiles: context.backedUp.configFiles,
                claimAnnotations: context.backedUp.claimAnnotations,
                allow: args.allow,
                resources: { cpu: requests.cpu, memory: requests.memory, cpuLimit: limits.cpu, memoryLimit: limits.memory },
                settings: plan.engine.settings,
                database: args.database,
                password: args.password,
                passwordSecret: args.passwordSecret,
                lostNodeSeconds: lostNodeSecondsOf(plan),
                spreadOver: plan.spread.topologyKey,
                spreadIsRequired: plan.spread.required,
                clientNamespaces: args.clientNamespaces,
            },
            { parent: context.component, dependsOn: [...context.dependsOn, ...context.backedUp.dependsOn] },
        );
        return { ...pick(made), port: postgresPort, component: made };
    },
};

function pick({ host, database, user, passwordSecret, claimNames, claimClasses }: Postgres): Omit<MadeEngine, "port" | "component"> {
    return { host, database, user, passwordSecret, claimNames, claimClasses };
}

/** What an image of one's own is made with, beside the plan and its description. */
function contextOf(
    args: StatefulAppArgs,
    made: Pick<EngineContext, "namespace" | "storageClass">,
    lostNodeSeconds: number,
): AppWorkloadContext {
    const { keepClaims, restoreFrom, attributesClass, allow, clientNamespaces } = args;
    const { namespace, storageClass } = made;
    return { namespace, storageClass, lostNodeSeconds, keepClaims, restoreFrom, attributesClass, allow, clientNamespaces };
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

const container: Engine = {
    problems(plan, args) {
        return describedProblems(plan, args);
    },
    unplannedProblems: (app, args) => describedProblems(withoutPlan(app, args.replicas ?? 1), args),
    stream(_, { workload }) {
        if (!workload?.quiesceCommand) {
            return undefined;
        }
        const { quiesceCommand, unquiesceCommand, quiesceTimeoutSeconds, volumes } = workload;
        const mountPaths = volumes.map(({ mountPath }) => mountPath);
        return quiescedStream({ mountPaths, quiesceCommand, unquiesceCommand, timeoutSeconds: quiesceTimeoutSeconds ?? quiesceSeconds });
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

export const engines: Partial<Record<EngineName, Engine>> = { postgres, container };
