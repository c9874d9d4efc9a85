/** Valkey with Sentinel, made from a plan. */

import * as pulumi from "@pulumi/pulumi";
import { valkeyStream } from "../backups/valkey-stream";
import { valkeyRules } from "../monitoring/valkey-rules";
import { targets } from "../usecases/targets";
import { selectorOf } from "../workloads/labels";
import { Valkey } from "../workloads/valkey";
import { valkeyPort } from "../workloads/valkey/members";
import { metricsPort } from "../workloads/valkey/proxy-script";
import type { Engine } from "./engine";
import { memberArgs, ownImageProblems } from "./member-args";

/** Whom clients log in as: the one user that needs no name. */
const user = "default";

export const valkey: Engine = {
    problems(plan, args) {
        const problems = ownImageProblems(plan, args, "Valkey");
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
    watched: ({ app }) => ({
        selector: selectorOf(app),
        portName: "metrics",
        port: metricsPort,
        up: "valkey_up",
        claims: `data-${app}-[0-9]+`,
        rules: valkeyRules,
    }),
    create(name, plan, args, context) {
        const made = new Valkey(
            `${name}-valkey`,
            {
                ...memberArgs(plan, args),
                namespace: context.namespace,
                proxyImage: targets[plan.target].tools?.proxy,
                replicas: plan.replicas,
                keepClaims: args.keepClaims,
                storageClass: context.storageClass,
                restoreFrom: args.restoreFrom,
                annotations: context.backedUp.annotations,
                configFiles: context.backedUp.configFiles,
                claimAnnotations: context.backedUp.claimAnnotations,
                settings: plan.engine.settings,
                password: args.password,
                passwordSecret: args.passwordSecret,
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
