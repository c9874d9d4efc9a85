import type * as pulumi from "@pulumi/pulumi";
import type { AppBackupArgs } from "./backups/app-backup-args";
import type { AwsCluster } from "./storage/aws/app-cluster";
import type { ClusterAddress } from "./storage/cluster-look";
import type { StaticDisk } from "./storage/disks";
import type { AppWorkload } from "./workloads/app-workload";
import type { JetStreamStream } from "./workloads/jetstream-streams";

/** What a StatefulApp is made from. What decides the plan is plain, because a preview must know the plan. */
export interface StatefulAppArgs extends AppBackupArgs, ClusterAddress {
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
     * No member of an image of your own runs, and no backup is made of it: claims, Services and all the rest are there. For data that has to
     * be on the claims before the first start.
     * @default false
     */
    isStopped?: boolean;
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
     * Permissions to delete, by exact name, with a last day (UTC) and a reason where there are such:
     * `["delete data-ledger-0 until 2026-12-31 because it moved"]`. One that has expired permits nothing.
     * @default none
     */
    allow?: string[];
    /**
     * What runs, for the use case `custom`: ports, volumes, configuration and whatever else the image needs.
     * @default none: needed for `custom`, and for nothing else
     */
    workload?: AppWorkload;
    /**
     * The streams, for a use case that runs on JetStream. Their limits are changed in place.
     * @default one with the application's name, for all that is published below it
     */
    streams?: JetStreamStream[];
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
     * Namespace of the Prometheus that reads the members' figures: it is let in to their port, and a PodMonitor and a PrometheusRule with alerts
     * are made, whose definitions (the Prometheus operator's) have to be in the cluster.
     * @default none: nothing is watched
     */
    monitoringNamespace?: string;
}
