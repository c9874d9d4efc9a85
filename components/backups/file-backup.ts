import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { refuseProblems } from "../problems";
import { checkedAtPreview } from "../storage/driver-presence";
import { labelsOf } from "../workloads/labels";
import { prunePod } from "./before-prune";
import { fileBackupProblems } from "./file-backup-problems";
import {
    backupPodLabels,
    firstCheckNameOf,
    firstCheckSpec,
    jobNetwork,
    jobPod,
    podConfigNameOf,
    prunePodConfigNameOf,
    scheduleSpec,
} from "./file-backup-spec";
import { k8upNeed } from "./operator-presence";
import { resticDefault } from "./restore-drill-pod";

/** What a {@link FileBackup} is made from. */
export interface FileBackupArgs {
    /**
     * Name of the application, whose claims and pods carry it as the label `app.kubernetes.io/name`.
     * @default the component's name
     */
    app?: string;
    /** The application's namespace. */
    namespace: pulumi.Input<string>;
    /** Secret of the namespace with `access-key-id`, `secret-access-key` and `password`, the repository's own. */
    repositorySecret: pulumi.Input<string>;
    /** URL of the S3 service: `https://s3.eu-central-1.amazonaws.com`. */
    endpoint: pulumi.Input<string>;
    /** The bucket, with the prefix of this application's repository: `backups/preferences`. One repository for each application. */
    bucket: pulumi.Input<string>;
    /**
     * The bucket's region, for a server that wants it named.
     * @default what the server says
     */
    region?: pulumi.Input<string>;
    /**
     * ConfigMap of the namespace whose `ca.crt` the endpoint's certificate is checked with.
     * @default none: the image's own authorities
     */
    caConfigMap?: pulumi.Input<string>;
    /**
     * User of the backup's process. Where files are backed up, their owner.
     * @default 65532
     */
    runAsUser?: number;
    /**
     * Its group.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** When a backup is made: a cron line of five fields, in UTC. */
    schedule: string;
    /**
     * When what is no longer kept is deleted. No backup is made meanwhile.
     * @default once a day, away from the backup, at another time for each application
     */
    pruneSchedule?: string;
    /**
     * When the repository is checked to be whole. No backup is made meanwhile.
     * @default once a week, away from backup and prune
     */
    checkSchedule?: string;
    /**
     * Newest copies that are kept, however old.
     * @default 0
     */
    keepLast?: number;
    /**
     * Hours of which the newest copy is kept.
     * @default 0
     */
    keepHourly?: number;
    /** Days of which the newest copy is kept; one at least. */
    keepDaily: number;
    /**
     * Weeks of which the newest copy is kept.
     * @default 0
     */
    keepWeekly?: number;
    /**
     * Months of which the newest copy is kept.
     * @default 0
     */
    keepMonthly?: number;
    /**
     * Years of which the newest copy is kept.
     * @default 0
     */
    keepYearly?: number;
    /**
     * Path in the repository of a stream that Holdfast's own script writes: `/preferences-main.sql`, or `.rdb`, `.tar`. Before each prune its
     * copies are looked at: those that broke off are forgotten first, and push no whole one out.
     * @default none: streams of a command of your own, and files, have no end that could be looked at
     */
    streamPath?: string;
    /**
     * Image with restic 0.16 and a shell, for that look.
     * @default docker.io/restic/restic:0.16.4
     */
    resticImage?: string;
    /**
     * Seconds after which a backup that goes on has failed.
     * @default 21600, six hours
     */
    backupDeadlineSeconds?: number;
    /**
     * Seconds after which a prune or a check has failed; backups wait for it until then.
     * @default 3600, one hour
     */
    maintenanceDeadlineSeconds?: number;
    /**
     * Kubeconfig of the cluster in which a preview looks for K8up. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for K8up. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

/**
 * Backups of an application by K8up and restic: when, what is kept, checked and pruned, into a repository of its own.
 *
 * K8up copies the files of the application's claims that carry the annotation `k8up.io/backup: "true"`, and runs the command of its pods that
 * carry `k8up.io/backupcommand`, whose output is the copy. Its jobs run as Pod Security "restricted" wants. Copies lie encrypted. The repository
 * is made and checked at once, before the first backup.
 *
 * Deleting it ends the backups and leaves the copies. A preview without K8up in the cluster says so.
 *
 * Cost: the repository's size, one copy and what changes between the copies that are kept; a job's memory while it runs.
 *
 * @example
 * new FileBackup("wiki", {
 *     namespace: "wiki",
 *     repositorySecret: "wiki-backup-repository",
 *     endpoint: "https://s3.eu-central-1.amazonaws.com",
 *     bucket: "backups/wiki",
 *     schedule: "0 2 * * *",
 *     keepDaily: 14,
 * });
 */
export class FileBackup extends pulumi.ComponentResource {
    /** Name of K8up's Schedule. */
    public readonly schedule: pulumi.Output<string>;
    /** Name of the PodConfig that every job of K8up for this application needs, also one made by hand. */
    public readonly podConfig: pulumi.Output<string>;

    constructor(name: string, args: FileBackupArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:FileBackup", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("FileBackup", name, fileBackupProblems(app, args));
        const { namespace } = args;
        const options = { parent: this, dependsOn: opts?.dependsOn, deleteBeforeReplace: true };
        const network = new NetworkPolicy(
            `${name}-network`,
            { metadata: { name: podConfigNameOf(app), namespace, labels: labelsOf(app) }, spec: jobNetwork(app) },
            options,
        );
        const user = args.runAsUser ?? 65532;
        const podConfig = custom(
            `${name}-pods`,
            "PodConfig",
            // K8up gives its labels to the pods.
            { name: podConfigNameOf(app), namespace, labels: backupPodLabels(app) },
            pulumi.output(args.region ?? "").apply((region) => jobPod(user, args.runAsGroup ?? user, region)),
            options,
        );
        const place = pulumi
            .all([args.repositorySecret, args.endpoint, args.bucket, args.caConfigMap ?? ""])
            .apply(([secret, endpoint, bucket, caConfigMap]) => ({ secret, endpoint, bucket, caConfigMap }));
        const firstCheck = custom(
            `${name}-first-check`,
            "Check",
            { name: place.apply((of) => firstCheckNameOf(app, of)), namespace, labels: labelsOf(app) },
            place.apply((of) => firstCheckSpec({ ...args, app }, of)),
            // It runs once: a later change is for the scheduled ones.
            { ...options, dependsOn: dependenciesOf(opts?.dependsOn, network, podConfig), ignoreChanges: ["spec"] },
        );
        const stream = args.streamPath;
        const prunePods =
            stream === undefined
                ? []
                : [
                      custom(
                          `${name}-prune-pods`,
                          "PodConfig",
                          { name: prunePodConfigNameOf(app), namespace, labels: backupPodLabels(app) },
                          pulumi.all([place, namespace, args.region ?? ""]).apply(([of, host, region]) => {
                              const image = args.resticImage ?? resticDefault;
                              return prunePod(user, args.runAsGroup ?? user, { host, path: stream, image, region }, of);
                          }),
                          options,
                      ),
                  ];
        const schedule = custom(
            `${name}-schedule`,
            "Schedule",
            { name: app, namespace, labels: labelsOf(app) },
            place.apply((of) => scheduleSpec({ ...args, app }, of)),
            { ...options, dependsOn: dependenciesOf(opts?.dependsOn, network, podConfig, firstCheck, ...prunePods) },
        );
        const checked = checkedAtPreview(`FileBackup "${name}"`, this, args, [k8upNeed("schedule")]);
        const nameOf = (resource: CustomResource) => pulumi.all([resource.metadata, checked]).apply(([metadata]) => metadata?.name ?? "");
        this.schedule = nameOf(schedule);
        this.podConfig = nameOf(podConfig);
        this.registerOutputs({ schedule: this.schedule, podConfig: this.podConfig });
    }
}

/** One of K8up's objects. */
function custom(
    name: string,
    kind: string,
    metadata: { name: pulumi.Input<string>; namespace: pulumi.Input<string>; labels: Record<string, string> },
    spec: pulumi.Input<object>,
    options: pulumi.CustomResourceOptions,
): CustomResource {
    const args = { apiVersion: "k8up.io/v1", kind, metadata, spec };
    return new CustomResource(name, args as ConstructorParameters<typeof CustomResource>[1], options);
}
