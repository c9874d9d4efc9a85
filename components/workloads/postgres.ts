import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { type InputProblem, refuseProblems } from "../problems";
import { bytesOf, quantity } from "../usecases/quantities";
import type { WorkloadResources } from "./container-args";
import { createPassword, passwordKey, passwordSecretNameOf } from "./password";
import type { ConfigFiles } from "./pod-args";
import { checkedMajor } from "./postgres-major-check";
import { databaseNameOf, databaseNameProblem, postgresArguments, postgresPort, postgresSettings } from "./postgres-settings";
import { StatefulWorkload } from "./stateful-workload";
import type { StatefulWorkloadArgs } from "./workload-args";

/** What {@link Postgres} is made from. */
export interface PostgresArgs {
    /**
     * Name of the server's StatefulSet and Service. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** An image with the official postgres image's contract: `POSTGRES_PASSWORD_FILE`, `POSTGRES_DB`, `POSTGRES_USER`, `PGDATA`. */
    image: pulumi.Input<string>;
    /**
     * The image's postgres user.
     * @default 999, the official image's
     */
    runAsUser?: number;
    /**
     * Its group, which the volume is made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** Size of the data volume, e.g. `10Gi`. It can be raised in place, and never lowered. */
    size: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default none
     */
    ceiling?: string;
    /**
     * How the volume is mounted; a server writes to its data alone.
     * @default ReadWriteOnce
     */
    accessMode?: string;
    /** The StorageClass of the data volume. */
    storageClass: pulumi.Input<string>;
    /**
     * The VolumeAttributesClass of the data volume; another one changes the volume in place.
     * @default none
     */
    attributesClass?: pulumi.Input<string>;
    /**
     * Where a new data volume gets its first data: `{ "data-<app>-0": "snapshot/before-upgrade" }`, or "claim/<name>" for a clone. Database,
     * owner and password come with the data: name them in `database`, `user` and `passwordSecret` where they are another application's.
     * @default none: a new database is made
     */
    restoreFrom?: { [claim: string]: string };
    /**
     * Permissions to delete: `delete data-<app>-0`, `delete secret/<app>-password`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits; the memory limit decides the server's settings.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /**
     * Settings of the server by name, which win over those its memory gives: `{ synchronous_commit: "on" }`.
     * @default none
     */
    settings?: { [name: string]: string };
    /**
     * The database made at the first start. Read only then.
     * @default the application's name, with "_" for "-"
     */
    database?: string;
    /**
     * Its owner, who is the superuser. Read only at the first start.
     * @default as the database
     */
    user?: string;
    /**
     * The owner's password, read only at the first start. Give a Pulumi secret.
     * @default a random one
     */
    password?: pulumi.Input<string>;
    /**
     * A Secret that exists already and has the owner's password under `password`; none is made then. For data restored from another
     * application, that one's.
     * @default none: `<app>-password` is made
     */
    passwordSecret?: string;
    /**
     * Further annotations of the pod.
     * @default none
     */
    annotations?: { [name: string]: string };
    /**
     * ConfigMaps made elsewhere, as files of the server's container.
     * @default none
     */
    configFiles?: ConfigFiles[];
    /**
     * Annotations of the claim, for programs that read them.
     * @default none
     */
    claimAnnotations?: { [name: string]: string };
    /**
     * Seconds after which a member on an unreachable node is given up.
     * @default 30
     */
    lostNodeSeconds?: number;
    /**
     * Label of the nodes that the server is spread over, away from others of its kind.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * The server is not started at all where it can't be spread.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Other namespaces whose clients are let in.
     * @default none
     */
    clientNamespaces?: string[];
    /**
     * Kubeconfig of the cluster in which a preview looks which PostgreSQL the data is of. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks which PostgreSQL the data is of. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

const port = postgresPort;
const mountPath = "/var/lib/postgresql/data";
const passwordPath = "/run/secrets/holdfast";

/** What is wrong with the names, beyond what the workload checks. */
function postgresProblems(args: PostgresArgs, database: string, user: string): InputProblem[] {
    const problems: InputProblem[] = [];
    const ofDatabase = databaseNameProblem(database);
    if (ofDatabase) {
        problems.push({ path: "database", reason: ofDatabase });
    }
    if (args.passwordSecret !== undefined && args.password !== undefined) {
        problems.push({
            path: "passwordSecret",
            reason: `"${args.passwordSecret}" has a password already. Leave out "password", or this.`,
        });
    }
    const ofUser = args.user === undefined ? undefined : databaseNameProblem(user);
    if (ofUser) {
        problems.push({ path: "user", reason: ofUser });
    }
    return problems;
}

/** The server as a workload: the image's contract, settings for its memory, probes and a stop that suit a database. */
function serverArgs(app: string, args: PostgresArgs, database: string, user: string): StatefulWorkloadArgs {
    const resources = args.resources ?? { cpu: "100m", memory: "256Mi" };
    const memoryLimit = resources.memoryLimit ?? resources.memory;
    // Over TCP: while the image prepares a new data directory its server answers on the socket only, and is not the one to wait for.
    const isReady = `pg_isready --quiet --host=127.0.0.1 --port=${port} --username=${user} --dbname=${database}`;
    return {
        app,
        namespace: args.namespace,
        image: args.image,
        runAsUser: args.runAsUser ?? 999,
        runAsGroup: args.runAsGroup ?? args.runAsUser ?? 999,
        ports: [{ name: "postgres", port }],
        volumes: [
            {
                name: "data",
                mountPath,
                size: args.size,
                ceiling: args.ceiling,
                minimum: "512Mi",
                accessMode: args.accessMode,
                attributesClass: args.attributesClass,
            },
        ],
        restoreFrom: args.restoreFrom,
        storageClass: args.storageClass,
        allow: args.allow,
        resources,
        args: postgresArguments({ ...postgresSettings(memoryLimit), ...args.settings }),
        env: {
            // A directory below the mount: the volume's root holds lost+found and isn't owned by the server's user.
            PGDATA: `${mountPath}/pgdata`,
            POSTGRES_DB: database,
            POSTGRES_USER: user,
            POSTGRES_PASSWORD_FILE: `${passwordPath}/${passwordKey}`,
            POSTGRES_INITDB_ARGS: "--data-checksums --auth-host=scram-sha-256",
        },
        annotations: args.annotations,
        configFiles: args.configFiles,
        claimAnnotations: args.claimAnnotations,
        secretFiles: [{ secret: args.passwordSecret ?? passwordSecretNameOf(app), mountPath: passwordPath }],
        scratch: [
            { name: "run", mountPath: "/var/run/postgresql" },
            { name: "tmp", mountPath: "/tmp" },
            // The runtime's own 64 MB are too little for parallel queries.
            { name: "shared-memory", mountPath: "/dev/shm", isInMemory: true, sizeLimit: quantity((bytesOf(memoryLimit) ?? 0) / 4) },
        ],
        // pg_isready says 1 while the server is up and replays its log: recovery of any length passes. An hour is for a first start alone.
        startupProbe: {
            command: ["/bin/sh", "-c", `${isReady} || [ $? -eq 1 ]`],
            periodSeconds: 1,
            timeoutSeconds: 5,
            failureThreshold: 3600,
        },
        readinessProbe: { command: ["/bin/sh", "-c", isReady], periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
        // No liveness probe. A server that died ends its container anyway; one that is slow or recovering would only start over.
        // SIGTERM makes PostgreSQL wait for its clients to leave; fast mode rolls back, writes a checkpoint and goes.
        stopCommand: ["/bin/sh", "-c", "pg_ctl stop --mode=fast --no-wait"],
        terminationGracePeriodSeconds: 120,
        // For one member the order means nothing, and OrderedReady would keep a pod that can't start from ever being replaced by a better one.
        startsInParallel: true,
        lostNodeSeconds: args.lostNodeSeconds,
        spreadOver: args.spreadOver,
        spreadIsRequired: args.spreadIsRequired,
        clientNamespaces: args.clientNamespaces,
    };
}

/**
 * One PostgreSQL server on a volume of its own.
 *
 * It is one server: a pod that is lost comes back with its volume and every committed row, after the time a restart and the replay of the
 * log take. Data pages carry checksums, hosts log in with SCRAM, and the password lies in a Secret that is kept as long as the data.
 *
 * Cost: one member's resources and one volume.
 *
 * @example
 * new Postgres("preferences", { namespace: "preferences", image: "docker.io/library/postgres:17.7", size: "10Gi", storageClass: shared.className });
 */
export class Postgres extends pulumi.ComponentResource {
    /** Name clients connect to, on port 5432. */
    public readonly host: pulumi.Output<string>;
    /** The database made at the first start. */
    public readonly database: pulumi.Output<string>;
    /** Its owner, to connect as. */
    public readonly user: pulumi.Output<string>;
    /** Name of the Secret that holds the password under `password`. */
    public readonly passwordSecret: pulumi.Output<string>;
    /** Names of the claims. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:Postgres", name, {}, opts);
        const app = args.app ?? name;
        const database = args.database ?? databaseNameOf(app);
        const user = args.user ?? database;
        refuseProblems("Postgres", name, postgresProblems(args, database, user));
        const { namespace, allow } = args;
        const password =
            args.passwordSecret === undefined
                ? [createPassword(this, `${name}-password`, { app, namespace, password: args.password, allow }, opts?.dependsOn)]
                : [];
        const server = new StatefulWorkload(`${name}-server`, serverArgs(app, args, database, user), {
            parent: this,
            // The server reads the password once, at its first start: it must be there.
            dependsOn: dependenciesOf(opts?.dependsOn, ...password),
        });
        const image = checkedMajor(`Postgres "${name}"`, this, args, { app, namespace, image: args.image, isCluster: false });
        this.host = pulumi.all([server.host, image]).apply(([host]) => host);
        this.database = pulumi.output(database);
        this.user = pulumi.output(user);
        this.passwordSecret = pulumi.output(args.passwordSecret ?? passwordSecretNameOf(app));
        this.claimNames = server.claimNames;
        this.claimClasses = server.claimClasses;
        this.registerOutputs({
            host: this.host,
            database: this.database,
            user: this.user,
            passwordSecret: this.passwordSecret,
            claimNames: this.claimNames,
            claimClasses: this.claimClasses,
        });
    }
}
