/** The engines this version can make, by the name a plan gives them. A new engine is one entry here and its component. */

import type * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "./problems";
import type { StatefulAppArgs } from "./stateful-app";
import { storageProblem } from "./storage/planned-storage";
import type { EngineName, Plan } from "./usecases/plan";
import { secondsOf } from "./usecases/quantities";
import { Postgres, postgresPort } from "./workloads/postgres";
import { databaseNameOf, databaseNameProblem } from "./workloads/postgres-settings";

/** Where an engine is made, and what it waits for. */
export interface EngineContext {
    component: pulumi.ComponentResource;
    namespace: string;
    storageClass: pulumi.Input<string>;
    dependsOn: pulumi.Resource[];
}

/** What clients need to know of an engine that was made. */
export interface MadeEngine {
    host: pulumi.Output<string>;
    port: number;
    database: pulumi.Output<string>;
    user: pulumi.Output<string>;
    passwordSecret: pulumi.Output<string>;
    claimNames: pulumi.Output<string[]>;
}

/** How one engine is checked and made from a plan. */
export interface Engine {
    problems(plan: Plan, args: StatefulAppArgs): InputProblem[];
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
        const storage = storageProblem(plan.storage);
        if (storage) {
            problems.push({ path: "storageDriver", reason: storage });
        }
        const database = databaseNameProblem(args.database ?? databaseNameOf(plan.app));
        if (database) {
            problems.push({ path: "database", reason: database });
        }
        if (plan.replicas !== 1) {
            problems.push({ path: "replicas", reason: `${plan.replicas} is not 1: PostgreSQL as a plain StatefulSet is one server.` });
        }
        return problems;
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
                allow: args.allow,
                resources: { cpu: requests.cpu, memory: requests.memory, cpuLimit: limits.cpu, memoryLimit: limits.memory },
                settings: plan.engine.settings,
                database: args.database,
                password: args.password,
                lostNodeSeconds: lostNodeSecondsOf(plan),
                spreadOver: plan.spread.topologyKey,
                spreadIsRequired: plan.spread.required,
                clientNamespaces: args.clientNamespaces,
            },
            { parent: context.component, dependsOn: context.dependsOn },
        );
        return { ...pick(made), port: postgresPort };
    },
};

function pick({ host, database, user, passwordSecret, claimNames }: Postgres): Omit<MadeEngine, "port"> {
    return { host, database, user, passwordSecret, claimNames };
}

export const engines: Partial<Record<EngineName, Engine>> = { postgres };
