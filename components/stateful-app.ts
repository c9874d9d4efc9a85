import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { engines } from "./engines";
import { appNameProblem, type InputProblem, refuseProblems } from "./problems";
import type { AwsCluster } from "./storage/aws/app-cluster";
import type { StaticDisk } from "./storage/disks";
import { createStorage, plannedDiskProblems, plannedStorageProblems } from "./storage/planned-storage";
import type { Plan } from "./usecases/plan";
import { type OverrideValue, type Problem, resolve, type Wish } from "./usecases/resolve";
import { spoken } from "./usecases/settings";
import { appClaimProblems } from "./volumes/app-claims";
import { permissionProblem, protection } from "./volumes/permissions";
import { type AppWorkload, withVolumes } from "./workloads/app-workload";
import { labelsOf } from "./workloads/labels";

/** What a {@link StatefulApp} is made from. What decides the plan is plain, because a preview must know the plan. */
export interface StatefulAppArgs {
    /** What the state is for, e.g. `user-preferences`; `holdfast use-cases` lists what there is. */
    useCase: string;
    /** Where it runs: `sandbox`, `kubernetes` or `eks`. */
    target: string;
    /**
     * `production` keeps the promise or refuses; `development` accepts less and says so.
     * @default the target's: `development` for the sandbox, `production` elsewhere
     */
    environment?: string;
    /**
     * Name of the application: of its Service, its StatefulSet and its claims. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /**
     * The namespace of everything, which is as protected as the claims in it.
     * @default the application's name
     */
    namespace?: string;
    /**
     * False where the namespace exists and belongs to someone else.
     * @default true
     */
    createsNamespace?: boolean;
    /**
     * Size of the data volume, e.g. `2Gi`. It can be raised in place, and never lowered.
     * @default the use case's
     */
    size?: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default the use case's
     */
    ceiling?: string;
    /**
     * How many members run.
     * @default the use case's
     */
    replicas?: number;
    /**
     * How many members' claims are kept, whether they run or not: with `replicas: 1, keepClaims: 3` two members go and their data stays.
     * @default as many as there are replicas
     */
    keepClaims?: number;
    /**
     * Where new claims get their first data, by the claim's name: `{ "data-ledger-0": "snapshot/before-upgrade" }`, or "claim/<name>" for a
     * clone, in the same namespace. A claim that exists is left alone. PostgreSQL's database, owner and password come with the data: name
     * them in `database` and `passwordSecret` where the data is another application's.
     * @default none: new claims are empty
     */
    restoreFrom?: { [claim: string]: string };
    /**
     * A VolumeAttributesClass that exists, for the data volumes. Another one changes the volumes in place.
     * @default none
     */
    attributesClass?: string;
    /**
     * A driver of the table of drivers.
     * @default the target's
     */
    storageDriver?: string;
    /**
     * A StorageClass that exists already; none is made then.
     * @default none
     */
    storageClass?: string;
    /**
     * Disks that are in the nodes already, for storageDriver `static-local` or `instance-store`: each becomes a PersistentVolume.
     * @default none: somebody else makes the volumes
     */
    disks?: StaticDisk[];
    /**
     * The region of AWS, e.g. `eu-central-1`.
     * @default where nothing is made on AWS, the price table's; otherwise required
     */
    region?: string;
    /**
     * The EKS cluster, for storage of AWS.
     * @default none; required for target `eks`, unless its storage is local or a class that exists
     */
    aws?: AwsCluster;
    /**
     * The image, with a tag or digest: another of the engine's, or yours for use case `custom`.
     * @default the engine's, for the target
     */
    image?: string;
    /**
     * Any other decision of the plan, by its path: `{ "backup.policy": "daily" }`.
     * @default none
     */
    set?: { [path: string]: string };
    /**
     * Storage drivers that aren't in the table, or differ from it here, by name; `storageDriver` takes one. Judged by the same rules.
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: a description is data of several shapes; the resolver checks every field and names what is wrong.
    drivers?: { [name: string]: any };
    /**
     * Backup policies of your own, by name; `set: { "backup.policy": … }` takes one.
     * @default none
     */
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    policies?: { [name: string]: any };
    /**
     * Rules that may go unkept, by name: `["single-local-copy"]`.
     * @default none
     */
    accept?: string[];
    /**
     * Permissions to delete, by exact name: `["delete data-ledger-0"]`.
     * @default none
     */
    allow?: string[];
    /**
     * What runs, for the use case `custom`: ports, volumes, configuration and whatever else the image needs.
     * @default none: needed for `custom`, and for nothing else
     */
    workload?: AppWorkload;
    /**
     * The database made at the first start.
     * @default the application's name, with "_" for "-"
     */
    database?: string;
    /**
     * The password made known at the first start. Give a Pulumi secret.
     * @default a random one
     */
    password?: pulumi.Input<string>;
    /**
     * A Secret of the namespace that has the password under `password` already; none is made then.
     * @default none: `<app>-password` is made
     */
    passwordSecret?: string;
    /**
     * Other namespaces whose pods may be clients, when they carry the client label.
     * @default none: the application's own only
     */
    clientNamespaces?: string[];
    /**
     * Kubeconfig of the cluster in which a preview looks for the storage driver. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for the storage driver. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

/** Decisions that have an argument of their own; the others go by their path in `set`. */
const decided = ["size", "ceiling", "replicas", "storageDriver", "storageClass", "image", "region"] as const;

/** The wish that the arguments are: what decides the plan, without what only names things. */
export function wishOf(app: string, args: StatefulAppArgs): Wish {
    const { useCase, target, environment, accept, drivers, policies } = args;
    const overrides: Record<string, OverrideValue> = { ...args.set };
    for (const name of decided) {
        const value = args[name];
        if (value !== undefined) {
            overrides[name] = value;
        }
    }
    return { app, useCase, target, environment, accept, overrides, drivers, policies };
}

/** The argument that a path in the wish or the plan is about. */
function argumentOf(path: string): string {
    if (/^(drivers|policies)\b/.test(path)) {
        return path;
    }
    const name = spoken(path);
    return [...decided, "app", "useCase", "target", "environment", "accept"].includes(name) ? name : `set["${path}"]`;
}

/** A problem of the resolver's as one of the arguments'. */
function argumentProblem({ path, message, given, allowed, fix }: Problem): InputProblem {
    const ended = /[.?!]$/.test(message) ? message : `${message}.`;
    return { path: argumentOf(path), reason: `${ended} Given: ${given}. Allowed: ${allowed}. Write: ${fix}` };
}

/** The price table's region is for prices: nothing is made in a region nobody named. */
const isRegionSaid = ({ region, set }: StatefulAppArgs): boolean => (region ?? set?.region) !== undefined;

/** The plan the arguments give, or everything that is wrong with them. */
export function planOf(app: string, args: StatefulAppArgs): { plan?: Plan; problems: InputProblem[] } {
    const problems: InputProblem[] = [];
    const ofNamespace = args.namespace === undefined ? undefined : appNameProblem(args.namespace);
    if (ofNamespace) {
        problems.push({ path: "namespace", reason: ofNamespace });
    }
    (args.allow ?? []).forEach((text, index) => {
        const reason = permissionProblem(text);
        if (reason) {
            problems.push({ path: `allow[${index}]`, reason });
        }
    });
    const resolution = resolve(wishOf(app, args));
    if ("problems" in resolution) {
        problems.push(...resolution.problems.map(argumentProblem));
        // Only an image of one's own is described; other engines follow from the plan.
        if (args.useCase === "custom") {
            problems.push(...(engines.container?.unplannedProblems?.(app, args) ?? []));
        }
        return { problems };
    }
    const plan = withVolumes(resolution.plan, args.workload);
    const engine = engines[plan.engine.name];
    if (!engine) {
        const built = Object.keys(engines).join(", ");
        problems.push({
            path: "useCase",
            reason: `"${plan.useCase}" runs on ${plan.engine.name}, which this version plans and can't make yet. It makes: ${built}.`,
        });
    }
    return {
        plan,
        problems: [
            ...problems,
            ...plannedDiskProblems(plan, args.disks),
            ...plannedStorageProblems(plan, args, isRegionSaid(args)),
            ...appClaimProblems(plan, args),
            ...(engine?.problems(plan, args) ?? []),
        ],
    };
}

/**
 * A use case in, a stateful application out: storage, claims that outlive everything, the engine, its Services and its network policy.
 *
 * The resolver decides what is made, each decision with its reason (`plan`). Data is safe by construction: claims, their namespace and the
 * password are protected and retained, so that `pulumi destroy` refuses and `pulumi destroy --exclude-protected` leaves the data.
 *
 * Cost: what `holdfast plan` says for the same arguments.
 *
 * @example
 * new StatefulApp("user-preferences", { useCase: "user-preferences", target: "sandbox" });
 */
export class StatefulApp extends pulumi.ComponentResource {
    /** Name clients connect to. */
    public readonly host: pulumi.Output<string>;
    /** The port beside it. */
    public readonly port: pulumi.Output<number>;
    /** Database to connect to; empty for engines without databases. */
    public readonly database: pulumi.Output<string>;
    /** User to connect as; empty for engines without users. */
    public readonly user: pulumi.Output<string>;
    /** Name of the Secret that holds the password under `password`; empty for engines without one. */
    public readonly passwordSecret: pulumi.Output<string>;
    /** The namespace of everything. */
    public readonly namespace: pulumi.Output<string>;
    /** Name of the class new volumes get. */
    public readonly storageClass: pulumi.Output<string>;
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name: one made before the class changed still has the old one. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: StatefulAppArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:StatefulApp", name, {}, opts);
        const app = args.app ?? name;
        const { plan, problems } = planOf(app, args);
        refuseProblems("StatefulApp", name, problems);
        if (!plan) {
            throw new Error(`StatefulApp "${name}" has neither a plan nor a problem`);
        }
        const namespaceName = args.namespace ?? app;
        const namespace = args.createsNamespace === false ? undefined : createNamespace(this, name, namespaceName, app, args.allow);
        const storage = createStorage(this, `${name}-storage`, plan, namespaceName, args);
        const engine = engines[plan.engine.name]?.create(name, plan, args, {
            component: this,
            namespace: namespaceName,
            storageClass: storage.className,
            // Whatever keeps a claim keeps its namespace and its class.
            dependsOn: [namespace, ...storage.components].filter((resource) => resource !== undefined),
        });
        this.host = pulumi.output(engine?.host ?? "");
        this.port = pulumi.output(engine?.port ?? 0);
        this.database = pulumi.output(engine?.database ?? "");
        this.user = pulumi.output(engine?.user ?? "");
        this.passwordSecret = pulumi.output(engine?.passwordSecret ?? "");
        this.namespace = pulumi.output(namespaceName);
        this.storageClass = pulumi.output(storage.className);
        this.claimNames = pulumi.output(engine?.claimNames ?? []);
        this.claimClasses = pulumi.output(engine?.claimClasses ?? {});
        const { host, port, database, user, passwordSecret, storageClass, claimNames, claimClasses } = this;
        this.registerOutputs({
            host,
            port,
            database,
            user,
            passwordSecret,
            namespace: this.namespace,
            storageClass,
            claimNames,
            claimClasses,
        });
    }
}

/** The namespace that holds the claims: deleting it would delete every claim in it, so it is kept as they are. */
function createNamespace(component: pulumi.ComponentResource, name: string, namespace: string, app: string, allow?: string[]): Namespace {
    const security = ["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
    return new Namespace(
        `${name}-namespace`,
        { metadata: { name: namespace, labels: { ...labelsOf(app), ...Object.fromEntries(security) } } },
        { parent: component, ...protection(allow, `namespace/${namespace}`) },
    );
}
