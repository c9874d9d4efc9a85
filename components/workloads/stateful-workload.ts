import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { Service, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { refuseProblems } from "../problems";
import { VolumeClaims } from "../volumes/volume-claims";
import { createConfigMap, createSecret } from "./contents";
import { labelsOf, selectorOf } from "./labels";
import { clientServiceSpec, headlessNameOf, headlessServiceSpec, networkPolicySpec } from "./network";
import { podTemplate } from "./pod-template";
import { updateStrategyOf } from "./rollout";
import type { StatefulWorkloadArgs } from "./workload-args";
import { workloadProblems } from "./workload-problems";

/**
 * Any image that keeps its state on volumes, as a StatefulSet whose data outlives it.
 *
 * Makes the claims (protected, adopted by name), the StatefulSet, a Service for clients and one for members, a disruption budget, a network
 * policy that admits named clients only, and an account without API credentials. Pods follow Pod Security "restricted": not root, no
 * capabilities, a read-only image with `/tmp` to write to. A changed config or secret rolls the pods, and so does what `rollOn` names.
 *
 * Resources given as `dependsOn` become dependencies of every child: name the namespace and the class here.
 *
 * Cost: `replicas` times the resources, plus the claims.
 *
 * @example
 * new StatefulWorkload("wiki", {
 *     namespace: "wiki",
 *     image: "registry.example.org/wiki:4.2",
 *     ports: [{ name: "http", port: 8080 }],
 *     volumes: [{ name: "data", mountPath: "/var/lib/wiki", size: "10Gi" }],
 *     storageClass: shared.className,
 * });
 */
export class StatefulWorkload extends pulumi.ComponentResource {
    /** Name clients connect to, from anywhere in the cluster: `<app>.<namespace>.svc.cluster.local`. */
    public readonly host: pulumi.Output<string>;
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: StatefulWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:StatefulWorkload", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("StatefulWorkload", name, workloadProblems(app, args));
        const replicas = args.replicas ?? 1;
        const { namespace } = args;
        const options = { parent: this, dependsOn: opts?.dependsOn };
        // Names never change, so that two of one kind can't be there at once. Providers see that in most replacements, and not in forced ones.
        const named = { ...options, deleteBeforeReplace: true };
        const metadata = (suffix = "") => ({ name: `${app}${suffix}`, namespace, labels: labelsOf(app) });

        const claims = new VolumeClaims(
            `${name}-claims`,
            {
                app,
                namespace,
                storageClass: args.storageClass,
                volumes: args.volumes,
                replicas,
                keepClaims: args.keepClaims,
                restoreFrom: args.restoreFrom,
                annotations: args.claimAnnotations,
                allow: args.allow,
            },
            options,
        );
        const account =
            args.serviceAccount === undefined
                ? [
                      new ServiceAccount(
                          `${name}-account`,
                          { metadata: { ...metadata(), annotations: args.accountAnnotations }, automountServiceAccountToken: false },
                          named,
                      ),
                  ]
                : [];
        const headless = new Service(
            `${name}-headless`,
            { metadata: { ...metadata(), name: headlessNameOf(app) }, spec: headlessServiceSpec(app, args) },
            named,
        );
        const network = new NetworkPolicy(`${name}-network`, { metadata: metadata(), spec: networkPolicySpec(app, args) }, named);
        const owner = { component: this, name, app, namespace, dependsOn: opts?.dependsOn };
        // What the pods mount is there before they are.
        const files = [args.config && createConfigMap(owner, args.config), args.secrets && createSecret(owner, args.secrets)].filter(
            (resource) => resource !== undefined,
        );
        // One at a time. With one member a budget that forbids it would block every drain of its node for ever.
        new PodDisruptionBudget(
            `${name}-disruptions`,
            {
                metadata: metadata(),
                spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(app) }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
            },
            named,
        );
        new Service(
            `${name}-service`,
            {
                // The StatefulSet is awaited. Waiting here for endpoints too would hold up an update while a member is down.
                metadata: { ...metadata(), annotations: { ...args.serviceAnnotations, "pulumi.com/skipAwait": "true" } },
                spec: clientServiceSpec(app, args),
            },
            named,
        );
        new StatefulSet(
            `${name}-set`,
            {
                metadata: metadata(),
                spec: {
                    replicas: args.isStopped ? 0 : replicas,
                    serviceName: headlessNameOf(app),
                    selector: { matchLabels: selectorOf(app) },
                    podManagementPolicy: args.startsInParallel ? "Parallel" : "OrderedReady",
                    updateStrategy: updateStrategyOf(args),
                    minReadySeconds: args.minReadySeconds,
                    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                    template: podTemplate(app, args),
                    // The API wants templates for claims it finds made already; `data-<app>-<n>` are the claims above.
                    volumeClaimTemplates: args.volumes.map((volume) => ({
                        metadata: { name: volume.name },
                        spec: {
                            accessModes: [volume.accessMode ?? "ReadWriteOnce"],
                            storageClassName: volume.storageClass ?? args.storageClass,
                            resources: { requests: { storage: volume.size } },
                        },
                    })),
                },
            },
            {
                ...named,
                dependsOn: dependenciesOf(opts?.dependsOn, claims, ...account, ...files, headless, network),
                // A change of a template replaces the StatefulSet, which growth of a claim must not. A volume more or less has to: the pods of
                // one without its template would mount a volume that nobody knows.
                ignoreChanges: ["spec.volumeClaimTemplates[*].spec"],
            },
        );
        this.host = pulumi.interpolate`${app}.${namespace}.svc.cluster.local`;
        this.claimNames = claims.claimNames;
        this.claimClasses = claims.claimClasses;
        this.registerOutputs({ host: this.host, claimNames: this.claimNames, claimClasses: this.claimClasses });
    }
}
