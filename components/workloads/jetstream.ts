import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { PermissionList, utcDay } from "../permissions/permission";
import { type InputProblem, refuseProblems } from "../problems";
import { secondsOf } from "../usecases/quantities";
import type { JetStreamArgs } from "./jetstream-args";
import {
    configPath,
    furtherPasswords,
    goMemoryLimit,
    type NatsPasswords,
    natsPorts,
    natsUsers,
    passwordsConfig,
    passwordsFile,
    passwordsPath,
    serverConfig,
    storePath,
} from "./jetstream-config";
import { createStreams } from "./jetstream-stream-job";
import { defaultStreams, type JetStreamStream, streamProblems } from "./jetstream-streams";
import { createPassword, passwordSecretNameOf } from "./password";
import { StatefulWorkload } from "./stateful-workload";
import type { StatefulWorkloadArgs } from "./workload-args";

/** The port clients connect to. */
export const jetStreamPort = natsPorts.client;

/** Everything wrong with the arguments, beyond what the workload checks. */
export function jetStreamProblems(app: string, args: JetStreamArgs): InputProblem[] {
    const { replicas = 3, syncInterval = "always", streams = defaultStreams(app) } = args;
    const problems: InputProblem[] = [];
    if (![3, 5].includes(replicas)) {
        problems.push({
            path: "replicas",
            reason: `${replicas} is not a number of members that vote: with 3 one may be gone, with 5 two. Write 3 or 5.`,
        });
    }
    if (syncInterval !== "always" && !((secondsOf(syncInterval) ?? 0) > 0)) {
        problems.push({
            path: "syncInterval",
            reason: `"${syncInterval}" is neither "always" nor a time with a unit. Write always, or e.g. 2m.`,
        });
    }
    if (Object.values(natsUsers).some((user) => user === app)) {
        problems.push({
            path: "app",
            reason: `"${app}" is a user of the servers' own, and the application's user is called as it is. Write another name.`,
        });
    }
    // How many copies there may be can't be told while the number of members is wrong.
    const members = [3, 5].includes(replicas) ? replicas : Number.POSITIVE_INFINITY;
    return [...problems, ...streamProblems(streams, args.size, members)];
}

/** The servers as a workload. */
function serverArgs(app: string, args: JetStreamArgs, passwords: pulumi.Output<NatsPasswords>): StatefulWorkloadArgs {
    const replicas = args.replicas ?? 3;
    const resources = args.resources ?? { cpu: "100m", memory: "256Mi" };
    const memoryLimit = resources.memoryLimit ?? resources.memory;
    return {
        app,
        namespace: args.namespace,
        image: args.image,
        runAsUser: args.runAsUser ?? 1000,
        runAsGroup: args.runAsGroup ?? args.runAsUser ?? 1000,
        replicas,
        command: ["nats-server", "--config", `${configPath}/nats.conf`],
        env: { GOMEMLIMIT: goMemoryLimit(memoryLimit) },
        ports: [
            { name: "nats", port: natsPorts.client },
            // What a member does, as JSON, for clients alone: NATS knows no password for it.
            { name: "monitor", port: natsPorts.monitor },
            { name: "routes", port: natsPorts.routes, isInternal: true },
        ],
        volumes: [
            {
                name: "data",
                mountPath: storePath,
                size: args.size,
                ceiling: args.ceiling,
                minimum: "256Mi",
                accessMode: args.accessMode,
                attributesClass: args.attributesClass,
            },
        ],
        storageClass: args.storageClass,
        allow: args.allow,
        resources,
        config: { "nats.conf": serverConfig({ app, size: args.size, memoryLimit, syncInterval: args.syncInterval ?? "always" }) },
        configPath,
        secrets: { [passwordsFile]: passwords.apply((known) => passwordsConfig(app, replicas, known)) },
        secretsPath: passwordsPath,
        annotations: args.annotations,
        claimAnnotations: args.claimAnnotations,
        // A member counts as started once it has a leader, and of every stream and consumer it holds all that the others have: an update goes
        // on to the next member only then. An hour is for a member that has much to fetch.
        startupProbe: { path: "/healthz", port: "monitor", periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 3600 },
        // Afterwards the streams are left out: one that has no majority would take away every member, and all the others with it.
        readinessProbe: { path: "/healthz?js-meta-only=true", port: "monitor", periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        // A process that is frozen, or gave up its disk, is started again; one that is slow has a minute.
        livenessProbe: {
            path: "/healthz?js-enabled-only=true",
            port: "monitor",
            periodSeconds: 10,
            timeoutSeconds: 5,
            failureThreshold: 6,
        },
        // Leaders are handed over before the member goes. The process is the container's first.
        stopCommand: ["nats-server", "--signal", "ldm=1"],
        terminationGracePeriodSeconds: 60,
        // Members find a leader together: after a full stop none of them would get ready alone.
        startsInParallel: true,
        lostNodeSeconds: args.lostNodeSeconds,
        spreadOver: args.spreadOver,
        spreadIsRequired: args.spreadIsRequired,
        clientNamespaces: args.clientNamespaces,
    };
}

/** Streams whose messages a permission lets go. */
function permittedStreams(streams: readonly JetStreamStream[], allow: string[] | undefined): string[] {
    const permissions = new PermissionList(allow, utcDay());
    return streams.map(({ name }) => name).filter((name) => permissions.for(`stream/${name}`) !== undefined);
}

/**
 * NATS servers with JetStream, whose streams are on three members, each with a volume of its own.
 *
 * A message is acknowledged once a majority of members has it on disk: nothing acknowledged is lost with one of them, and another leads
 * within seconds. Members are updated one at a time, each when the one before has caught up, and hand over what they lead before they stop.
 * Streams and their limits are made and changed in place; limits that would delete messages are refused until a permission names the
 * stream. Clients connect as a user who can publish, read and make consumers, and can't change a stream.
 *
 * Members talk to each other without TLS: they have a password, and the network policy lets nobody else in.
 *
 * Cost: three members' resources and volumes. Being on disk before it is acknowledged costs each message the disk's time for a write.
 *
 * @example
 * new JetStream("user-actions", {
 *     namespace: "user-actions",
 *     image: "docker.io/library/nats:2.12.6-alpine",
 *     size: "50Gi",
 *     storageClass: fast.className,
 *     streams: [{ name: "clicks", subjects: ["clicks.>"], maxAge: "30d" }],
 * });
 */
export class JetStream extends pulumi.ComponentResource {
    /** Name clients connect to, on port 4222. */
    public readonly host: pulumi.Output<string>;
    /** The user clients connect as. */
    public readonly user: pulumi.Output<string>;
    /** Name of the Secret that holds its password under `password`, beside those of the servers' own users. */
    public readonly passwordSecret: pulumi.Output<string>;
    /** Names of the streams. */
    public readonly streamNames: pulumi.Output<string[]>;
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: JetStreamArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:JetStream", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("JetStream", name, jetStreamProblems(app, args));
        const { namespace, allow, size, nodeImage, streams = defaultStreams(app), replicas = 3 } = args;
        const secret = createPassword(
            this,
            `${name}-password`,
            { app, namespace, password: args.password, further: furtherPasswords, allow },
            opts?.dependsOn,
        );
        // Read back rather than made here: what is in the Secret stays, and every run makes others.
        const passwords = secret.data.apply(
            (data) =>
                Object.fromEntries(
                    ["password", ...furtherPasswords].map((key) => [key, Buffer.from(data[key] ?? "", "base64").toString()]),
                ) as NatsPasswords,
        );
        const servers = new StatefulWorkload(`${name}-servers`, serverArgs(app, args, passwords), {
            parent: this,
            dependsOn: dependenciesOf(opts?.dependsOn, secret),
        });
        createStreams(
            this,
            `${name}-streams`,
            { app, namespace, replicas, size, streams, permitted: permittedStreams(streams, allow), nodeImage },
            opts?.dependsOn,
            servers,
        );
        this.host = servers.host;
        this.user = pulumi.output(app);
        this.passwordSecret = pulumi.output(passwordSecretNameOf(app));
        this.streamNames = pulumi.output(streams.map((stream) => stream.name));
        this.claimNames = servers.claimNames;
        this.claimClasses = servers.claimClasses;
        this.registerOutputs({
            host: this.host,
            user: this.user,
            passwordSecret: this.passwordSecret,
            streamNames: this.streamNames,
            claimNames: this.claimNames,
            claimClasses: this.claimClasses,
        });
    }
}
