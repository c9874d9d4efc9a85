/** Valkey with Sentinel, made from a plan. */

import * as pulumi from "@pulumi/pulumi";
import { valkeyStream } from "../backups/valkey-stream";
import type { InputProblem } from "../problems";
import { targets } from "../usecases/targets";
import { Valkey } from "../workloads/valkey";
import { valkeyPort } from "../workloads/valkey/members";
import { type Engine, lostNodeSecondsOf } from "./engine";

/** Whom clients log in as: the one user that needs no name. */
const user = "default";

export const valkey: Engine = {
    problems(plan, args) {
        const problems: InputProblem[] = [];
        if (args.workload !== undefined) {
            problems.push({
                path: "workload",
                reason: `describes an image of your own, and "${plan.useCase}" runs Valkey. Leave it out, or write useCase: custom.`,
            });
        }
        if (args.isStopped) {
            problems.push({
                path: "isStopped",
                reason: "a store takes its data while it runs, from clients or by `holdfast restore`. Leave it out; `holdfast down` stops it.",
            });
        }
        if (args.database !== undefined) {
            problems.push({ path: "database", reason: "names a database, and Valkey has numbers for them. Leave it out." });
        }
        if (![3, 5, 7].includes(plan.replicas)) {
            problems.push({
                path: "replicas",
                reason: `${plan.replicas} is not 3, 5 or 7: a majority has to be left when members are lost.`,
            });
        }
        return problems;
    },
    stream: ({ app }) => valkeyStream(app),
    clientCommand: ({ app }) =>
        `exec -it ${app}-0 -c main -- sh -c 'REDISCLI_AUTH=$(cat /run/secrets/holdfast/password) valkey-cli -h ${app}'`,
    create(name, plan, args, context) {
        const [volume] = plan.volumes;
        const { requests, limits } = plan.resources;
        const made = new Valkey(
            `${name}-valkey`,
            {
                app: plan.app,
                namespace: context.namespace,
                image: plan.engine.image,
                proxyImage: targets[plan.target].tools?.proxy,
                runAsUser: plan.engine.runAsUser,
                runAsGroup: plan.engine.runAsGroup,
                replicas: plan.replicas,
                keepClaims: args.keepClaims,
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
                password: args.password,
                passwordSecret: args.passwordSecret,
                lostNodeSeconds: lostNodeSecondsOf(plan),
                spreadOver: plan.spread.topologyKey,
                spreadIsRequired: plan.spread.required,
                clientNamespaces: args.clientNamespaces,
            },
            { parent: context.component, dependsOn: [...context.dependsOn, ...context.backedUp.dependsOn] },
        );
        const { host, passwordSecret, claimNames, claimClasses } = made;
        return {
            host,
            port: valkeyPort,
            database: pulumi.output(""),
            user: pulumi.output(user),
            passwordSecret,
            claimNames,
            claimClasses,
            component: made,
        };
    },
};
