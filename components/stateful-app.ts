import { Namespace } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { createBackups, hasRepository, plannedBackupProblems, preparePods } from "./backups/planned-backup";
import { engines } from "./engines";
import { createMonitoring } from "./monitoring/monitoring";
import { appObjects, misspeltPermissions } from "./permissions/app-objects";
import { appNameProblem, type InputProblem, refuseProblems } from "./problems";
import type { StatefulAppArgs } from "./stateful-app-args";
import { createStorage, plannedDiskProblems, plannedStorageProblems } from "./storage/planned-storage";
import type { Plan } from "./usecases/plan";
import { type OverrideValue, type Problem, resolve, type Wish } from "./usecases/resolve";
import { spoken } from "./usecases/settings";
import { appClaimProblems } from "./volumes/app-claims";
import { permissionProblems, protection } from "./volumes/permissions";
import { withVolumes } from "./workloads/app-workload";
import { labelsOf } from "./workloads/labels";

/** Decisions that have an argument of their own; the others go by their path in `set`. */
const decided = ["size", "ceiling", "replicas", "storageDriver", "storageClass", "image", "region"] as const;

/** The wish that the arguments are: what decides the plan, without what only names things. */
export function wishOf(app: string, args: StatefulAppArgs): Wish {
    const { useCase, target, environment, accept, drivers, policies } = args;
    const repository = hasRepository(args) ? { hasRepository: true } : {};
    const overrides: Record<string, OverrideValue> = { ...args.set };
    for (const name of decided) {
        const value = args[name];
        if (value !== undefined) {
            overrides[name] = value;
        }
    }
    return { app, useCase, target, environment, accept, overrides, drivers, policies, ...repository };
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
    const ofMonitoring = args.monitoringNamespace === undefined ? undefined : appNameProblem(args.monitoringNamespace);
    if (ofMonitoring) {
        problems.push({ path: "monitoringNamespace", reason: ofMonitoring });
    }
    problems.push(...permissionProblems(args.allow));
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
            ...plannedBackupProblems(plan, args),
            ...(args.streams !== undefined && plan.engine.name !== "jetstream"
                ? [{ path: "streams", reason: `"${plan.useCase}" runs on ${plan.engine.name}, which has no streams. Leave them out.` }]
                : []),
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
    /** Name of the class for snapshots of the volumes; empty unless the plan takes snapshots (`set: { "needs.snapshots": "true" }`). */
    public readonly snapshotClass: pulumi.Output<string>;
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
        for (const { text, nearest } of misspeltPermissions(args.allow, appObjects(plan, args))) {
            pulumi.log.warn(`the permission "${text}" names nothing of this application. Did you mean "delete ${nearest}"?`, this);
        }
        const namespaceName = args.namespace ?? app;
        const namespace = args.createsNamespace === false ? undefined : createNamespace(this, name, namespaceName, app, args.allow);
        const storage = createStorage(this, `${name}-storage`, plan, namespaceName, args);
        // Whatever keeps a claim keeps its namespace and its class.
        const dependsOn = [namespace, ...storage.components].filter((resource) => resource !== undefined);
        const place = { component: this, name, namespace: namespaceName, dependsOn };
        const kind = engines[plan.engine.name];
        const backedUp = preparePods(plan, args, kind?.stream(plan, args), place);
        const engine = kind?.create(name, plan, args, {
            ...place,
            storageClass: storage.className,
            volumeClasses: storage.volumeClassNames,
            backedUp,
        });
        // After what they back up: a schedule that finds no pod makes a backup of nothing.
        createBackups(plan, args, place, engine ? [engine.component] : [], backedUp);
        if (args.monitoringNamespace !== undefined) {
            const watched = { plan, namespace: namespaceName, from: args.monitoringNamespace, watched: kind?.watched?.(plan) };
            createMonitoring(this, name, { ...watched, address: args }, engine ? [engine.component] : []);
        }
        this.host = pulumi.output(engine?.host ?? "");
        this.port = pulumi.output(engine?.port ?? 0);
        this.database = pulumi.output(engine?.database ?? "");
        this.user = pulumi.output(engine?.user ?? "");
        this.passwordSecret = pulumi.output(engine?.passwordSecret ?? "");
        this.namespace = pulumi.output(namespaceName);
        this.storageClass = pulumi.output(storage.className);
        this.snapshotClass = pulumi.output(storage.snapshotClassName);
        this.claimNames = pulumi.output(engine?.claimNames ?? []);
        this.claimClasses = pulumi.output(engine?.claimClasses ?? {});
        const { host, port, database, user, passwordSecret, storageClass, snapshotClass, claimNames, claimClasses } = this;
        this.registerOutputs({
            host,
            port,
            database,
            user,
            passwordSecret,
            namespace: this.namespace,
            storageClass,
            snapshotClass,
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
        { parent: component, ...protection(allow, `namespace/${namespace}`, component) },
    );
}
