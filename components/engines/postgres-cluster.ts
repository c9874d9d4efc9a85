/** PostgreSQL with standbys, by CloudNativePG, made from a plan. */

import * as pulumi from "@pulumi/pulumi";
import { nodeDefault } from "../backups/restore-drill-pod";
import { postgresClusterRules } from "../monitoring/postgres-cluster-rules";
import type { StatefulAppArgs } from "../stateful-app-args";
import type { Plan } from "../usecases/plan";
import { secondsOf } from "../usecases/quantities";
import { targets } from "../usecases/targets";
import { cloudnativePgNeed } from "../workloads/cloudnative-pg-presence";
import { PostgresCluster } from "../workloads/postgres-cluster";
import { clusterDatabaseProblem, clusterNameProblem, memberProblems } from "../workloads/postgres-cluster-problems";
import { membersOf, metricsPort } from "../workloads/postgres-cluster-spec";
import { databaseNameOf, postgresPort } from "../workloads/postgres-settings";
import { SharedFiles } from "../workloads/shared-files";
import type { Engine, EngineContext } from "./engine";
import { memberArgs, ownImageProblems } from "./member-args";

/** How many standbys hold a commit before it is acknowledged, by the setting that the promise rests on: `any 1`, or `none`. */
const standbysOf = ({ engine }: Plan): number => Number(/^any (\d+)$/.exec(engine.settings.synchronous ?? "")?.[1] ?? 0);

/** Arguments that mean nothing where the operator makes the claims and the passwords' Secrets. */
const meaningless: [keyof StatefulAppArgs, string][] = [
    ["keepClaims", "the operator deletes the claim of a member that goes: the others have the data"],
    ["restoreFrom", "the operator makes the claims, and fills them from the primary"],
    ["isStopped", "`holdfast down` has the operator stop the pods"],
    ["passwordSecret", "the operator wants the role's name beside the password, in a Secret that is made for it: give `password`"],
];

/** Files beside the rows, on volumes that members share: a web server for each. */
function sharedFiles(name: string, plan: Plan, args: StatefulAppArgs, context: EngineContext): SharedFiles[] {
    return plan.volumes
        .filter(({ shared }) => shared)
        .map(
            (volume) =>
                new SharedFiles(
                    `${name}-${volume.name}`,
                    {
                        app: plan.app,
                        volume: volume.name,
                        namespace: context.namespace,
                        image: targets[plan.target].tools?.node ?? nodeDefault,
                        size: volume.size,
                        ceiling: volume.ceiling,
                        accessMode: volume.accessMode,
                        storageClass: context.volumeClasses[volume.name] ?? context.storageClass,
                        allow: args.allow,
                        spreadOver: plan.spread.topologyKey,
                        spreadIsRequired: plan.spread.required,
                        clientNamespaces: args.clientNamespaces,
                    },
                    { parent: context.component, dependsOn: context.dependsOn },
                ),
        );
}

export const postgresCluster: Engine = {
    problems(plan, args) {
        const problems = ownImageProblems(plan, args, "PostgreSQL");
        const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
        for (const [path, why] of meaningless) {
            add(path, args[path] === undefined ? undefined : `has no place here: ${why}. Leave it out.`);
        }
        add("app", clusterNameProblem(plan.app));
        add("database", clusterDatabaseProblem(args.database ?? databaseNameOf(plan.app)));
        return [...problems, ...memberProblems(plan.replicas, standbysOf(plan)).map(({ reason }) => ({ path: "replicas", reason }))];
    },
    needs: [cloudnativePgNeed("useCase")],
    // In the primary's pod, whichever that is.
    clientCommand: ({ app }, { database }) => `exec -it service/${app}-rw -c postgres -- psql ${database}`,
    // A stream is taken in a pod that carries the command; the operator's pods carry what it gives them.
    stream: () => undefined,
    watched: (plan) => ({
        selector: membersOf(plan.app),
        portName: "metrics",
        port: metricsPort,
        up: "cnpg_collector_up",
        claims: [`${plan.app}-[0-9]+`, ...plan.volumes.filter(({ shared }) => shared).map(({ name }) => `${name}-${plan.app}-[0-9]+`)].join(
            "|",
        ),
        rules: (watch) => postgresClusterRules(watch, standbysOf(plan)),
    }),
    create(name, plan, args, context) {
        const made = new PostgresCluster(
            `${name}-postgres`,
            {
                ...memberArgs(plan, args),
                namespace: context.namespace,
                replicas: plan.replicas,
                synchronousStandbys: standbysOf(plan),
                isDurabilityBestEffort: plan.engine.settings.dataDurability === "preferred",
                storageClass: context.storageClass,
                ...context.backedUp.archived,
                database: args.database,
                password: args.password,
                // What was asked for: members that share a node can be back as soon as those that don't.
                failoverSeconds: secondsOf(plan.asked.failover.rto),
                kubeconfig: args.kubeconfig,
                context: args.context,
            },
            { parent: context.component, dependsOn: [...context.dependsOn, ...context.backedUp.dependsOn] },
        );
        const parts = [made, ...sharedFiles(name, plan, args, context)];
        const { host, database, user, passwordSecret } = made;
        return {
            host,
            port: postgresPort,
            database,
            user,
            passwordSecret,
            claimNames: pulumi.all(parts.map(({ claimNames }) => claimNames)).apply((names) => names.flat()),
            claimClasses: pulumi
                .all(parts.map(({ claimClasses }) => claimClasses))
                .apply((classes): { [claim: string]: string } => Object.assign({}, ...classes)),
            component: made,
        };
    },
};
