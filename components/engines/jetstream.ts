/** NATS servers with JetStream, made from a plan. */

import * as pulumi from "@pulumi/pulumi";
import { jetStreamStream, jetStreamWorkPath } from "../backups/jetstream-stream";
import { nodeDefault } from "../backups/restore-drill-pod";
import { createStreamPod } from "../backups/stream-pod";
import { createJetStreamMetrics, jetStreamMetricsSelector } from "../monitoring/jetstream-metrics";
import { jetStreamMetricsPort } from "../monitoring/jetstream-metrics-script";
import { jetStreamRules } from "../monitoring/jetstream-rules";
import { appNameProblem, type InputProblem } from "../problems";
import type { StatefulAppArgs } from "../stateful-app-args";
import type { Plan } from "../usecases/plan";
import { targets } from "../usecases/targets";
import { JetStream, jetStreamPort, jetStreamProblems } from "../workloads/jetstream";
import type { JetStreamArgs } from "../workloads/jetstream-args";
import { natsUsers } from "../workloads/jetstream-config";
import type { Engine } from "./engine";
import { memberArgs } from "./member-args";

/** What of the arguments is the plan's or the caller's to say, whatever they are made with. */
function jetStreamArgs(plan: Plan, args: StatefulAppArgs): Omit<JetStreamArgs, "namespace" | "storageClass"> {
    return {
        ...memberArgs(plan, args),
        replicas: plan.replicas,
        streams: args.streams,
        password: args.password,
        nodeImage: targets[plan.target].tools?.node,
    };
}

/** Arguments that mean nothing here, and why. */
const meaningless = {
    workload: "describes an image of your own. Leave it out, or write useCase: custom.",
    database: "there are streams and no database. Leave it out, and name streams under streams.",
    passwordSecret:
        "the servers have passwords of their own beside it, in a Secret that is made. Leave it out, or give the user's as password.",
    restoreFrom: "a member's volume knows the other members by name, and is no copy of what they agreed on. Leave it out.",
} as const satisfies Partial<Record<keyof StatefulAppArgs, string>>;

export const jetstream: Engine = {
    problems(plan, args) {
        const problems: InputProblem[] = Object.entries(meaningless)
            .filter(([key]) => args[key as keyof typeof meaningless] !== undefined)
            .map(([path, reason]) => ({ path, reason }));
        if (args.keepClaims !== undefined && args.keepClaims !== plan.replicas) {
            problems.push({
                path: "keepClaims",
                reason: `${args.keepClaims} is not ${plan.replicas}: a member that doesn't run still votes and holds copies of streams, so that none is taken away. Leave it out, or write replicas: ${args.keepClaims}.`,
            });
        }
        // The name, the claims and their sizes are judged for every engine.
        return appNameProblem(plan.app) === undefined
            ? [...problems, ...jetStreamProblems(plan.app, { ...jetStreamArgs(plan, args), namespace: "", storageClass: "" })]
            : problems;
    },
    stream: ({ app, replicas }) => jetStreamStream(app, replicas),
    // The official image has no client.
    clientCommand: ({ app }) => `port-forward service/${app} ${jetStreamPort}:${jetStreamPort}`,
    watched: ({ app }) => ({
        selector: jetStreamMetricsSelector(app),
        portName: "metrics",
        port: jetStreamMetricsPort,
        up: "nats_up",
        claims: `data-${app}-[0-9]+`,
        rules: jetStreamRules,
    }),
    create(name, plan, args, context) {
        const made = new JetStream(
            `${name}-jetstream`,
            {
                ...jetStreamArgs(plan, args),
                namespace: context.namespace,
                storageClass: context.storageClass,
                claimAnnotations: context.backedUp.claimAnnotations,
            },
            { parent: context.component, dependsOn: context.dependsOn },
        );
        const { host, user, passwordSecret, claimNames, claimClasses } = made;
        if (plan.backup.carriedOut) {
            createStreamPod(
                context.component,
                `${name}-backup-pod`,
                {
                    app: plan.app,
                    namespace: context.namespace,
                    image: targets[plan.target].tools?.node ?? nodeDefault,
                    user: natsUsers.administrator,
                    secret: passwordSecret,
                    passwordKey: "administrator-password",
                    workPath: jetStreamWorkPath,
                    workSize: plan.volumes[0].size,
                },
                context.backedUp,
                [made, ...context.backedUp.dependsOn],
            );
        }
        if (args.monitoringNamespace !== undefined) {
            const { app, replicas } = plan;
            const image = targets[plan.target].tools?.node ?? nodeDefault;
            createJetStreamMetrics(context.component, name, { app, namespace: context.namespace, image, replicas }, [made]);
        }
        return { host, port: jetStreamPort, database: pulumi.output(""), user, passwordSecret, claimNames, claimClasses, component: made };
    },
};
