import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadResources } from "./container-args";
import type { ClusterArchive, ClusterSource } from "./postgres-cluster-archive";

/** What {@link PostgresCluster} is made from. */
export interface PostgresClusterArgs {
    /**
     * Name of the Cluster, and the beginning of every other name: 50 characters at most. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** An image with PostgreSQL's programs on its PATH, whose tag begins with PostgreSQL's version: CloudNativePG's own, or the like. */
    image: pulumi.Input<string>;
    /**
     * The image's postgres user.
     * @default 26, that of CloudNativePG's images
     */
    runAsUser?: number;
    /**
     * Its group, which the volumes are made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /**
     * Members: one primary, the others are standbys. Where one goes, the operator deletes its claim.
     * @default 3
     */
    replicas?: number;
    /**
     * Standbys that hold a commit before it is acknowledged; 0 is asynchronous replication. A standby that may lack an acknowledged commit
     * is never promoted. Fewer than `replicas`.
     * @default 1, or 0 for a single member
     */
    synchronousStandbys?: number;
    /**
     * Commits are acknowledged by the primary alone while too few standbys are there. Otherwise they wait.
     * @default false
     */
    isDurabilityBestEffort?: boolean;
    /** Size of each member's volume, e.g. `10Gi`. It can be raised in place, and never lowered. */
    size: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default none
     */
    ceiling?: string;
    /**
     * How a member's volume is mounted: `ReadWriteOnce` or `ReadWriteOncePod`.
     * @default ReadWriteOnce
     */
    accessMode?: string;
    /** The StorageClass of new members' volumes. One that exists stays on its class. */
    storageClass: pulumi.Input<string>;
    /**
     * The VolumeAttributesClass of the volumes; another one changes them in place.
     * @default none
     */
    attributesClass?: pulumi.Input<string>;
    /**
     * Permissions to delete: `delete cluster/<app>`, `delete secret/<app>-password`, `delete secret/<app>-owner`, `delete secret/<app>-reader`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits of each member; the memory limit decides the server's settings.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /**
     * Settings of the server by name, which win over those its memory gives: `{ work_mem: "16MB" }`. The operator has settings of its own,
     * and refuses others for them.
     * @default none
     */
    settings?: { [name: string]: string };
    /**
     * The database made at the first start, and the name of its owner. Read only then.
     * @default the application's name, with "_" for "-"
     */
    database?: string;
    /**
     * The password of the application's role, read when its Secret is made. Give a Pulumi secret.
     * @default a random one
     */
    password?: pulumi.Input<string>;
    /**
     * How long the database may be without a primary, in seconds: probes, shutdown and promotion are set for it. 30 or more.
     * @default 60
     */
    failoverSeconds?: number;
    /**
     * Seconds after which a member on an unreachable node is given up, and made anew elsewhere. Its role is taken over before.
     * @default 30
     */
    lostNodeSeconds?: number;
    /**
     * Where the log and base copies go. Base copies are made by a PostgresArchive, and without one nothing can be restored.
     * @default none: nothing is archived
     */
    archive?: ClusterArchive;
    /**
     * The archive that the database is made from, with `database` as it is there. Read when the cluster is made, and takes `archive`.
     * @default none: the database begins empty
     */
    source?: ClusterSource;
    /**
     * Label of the nodes that members are spread over.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * A member that can't be spread is not started at all.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Other namespaces whose clients are let in.
     * @default none
     */
    clientNamespaces?: string[];
    /**
     * Namespace of the Prometheus that reads the metrics: it is let in to port 9187, and a PodMonitor is made, whose definition has to be in
     * the cluster.
     * @default none: no PodMonitor, and nobody is let in to the metrics
     */
    monitoringNamespace?: string;
    /**
     * Namespace of the operator, which asks every member how it is.
     * @default cnpg-system
     */
    operatorNamespace?: string;
    /**
     * Kubeconfig of the cluster in which a preview looks for the operator. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for the operator. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}
