import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadResources } from "../workloads/container-args";

/** What a {@link RestoreDrill} is made from. */
export interface RestoreDrillArgs {
    /**
     * Name of the application whose backups are restored; up to 46 characters.
     * @default the component's name
     */
    app?: string;
    /** The application's namespace: the host that its snapshots carry. */
    appNamespace: pulumi.Input<string>;
    /**
     * Paths of its snapshots in the repository: one stream, or a folder for each claim. `["/ledger-main.sql"]`, `["/cart-main.rdb"]`,
     * `["/clicks-main.jetstream"]`, `["/ledger-main.tar"]`, `["/data/data-wiki-0"]`. For an archive: its folder, `["/postgres"]`.
     */
    paths: string[];
    /**
     * What reads the restored data: `postgres` for a `.sql` stream, `valkey` for an `.rdb` stream, `jetstream` for a `.jetstream` stream,
     * `container` for files and a `.tar` stream, `postgres-archive` for the archive of a PostgresCluster.
     */
    engine: string;
    /** Image of the engine: the application's own. `postgres` keeps the official image's contract, `valkey` has `valkey-server` and `valkey-cli`, `jetstream` has `nats-server` and `sh`, `container` has `sh` (and `tar`), `postgres-archive` is the Cluster's own with barman-cloud and Python. */
    image: pulumi.Input<string>;
    /**
     * User of the drill's processes, which the image knows: `initdb` refuses one without a name.
     * @default 999, the official postgres image's
     */
    runAsUser?: number;
    /**
     * Its group, which the volume is made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** URL of the S3 server: `https://s3.eu-central-1.amazonaws.com`. */
    endpoint: pulumi.Input<string>;
    /** Bucket and prefix of the application's repository: `example-shop-backups/ledger`. */
    bucket: pulumi.Input<string>;
    /**
     * The bucket's region, for a server that wants it named.
     * @default none
     */
    region?: pulumi.Input<string>;
    /**
     * Id of an access key that may read the repository; reading is all a drill does. Give a Pulumi secret.
     * @default none: the pods have an identity of their own
     */
    accessKeyId?: pulumi.Input<string>;
    /**
     * Secret of the access key. Give a Pulumi secret.
     * @default none: the pods have an identity of their own
     */
    secretAccessKey?: pulumi.Input<string>;
    /** The repository's password. Give a Pulumi secret. An archive has none, and isn't given it. */
    password: pulumi.Input<string>;
    /**
     * A ConfigMap of the drill's namespace whose `ca.crt` the server's certificate is checked with; `kube-root-ca.crt` is in every namespace.
     * @default none: the authorities of the image
     */
    caConfigMap?: string;
    /** When: a cron line of five fields, in UTC. */
    schedule: string;
    /**
     * For `container`: the command whose output shows that the files are the application's, run by `sh` in a folder with one folder for each
     * claim. For `postgres-archive`: the query that the live database and the copy are asked. Otherwise what the record in the stream says is asked.
     * @default none: a drill of a stream needs none
     */
    query?: string;
    /**
     * For `postgres-archive`: the database that is asked.
     * @default none: only an archive needs it
     */
    database?: string;
    /** Longest time of work that a restore may lose, as a duration: `1h`. */
    promisedRpo: string;
    /** Longest time a restore may take, as a duration: `15m`. */
    promisedRto: string;
    /**
     * How much older than the promise the newest backup may be: a drill may begin while a backup is being made.
     * @default a quarter of promisedRpo, and 5 minutes at least
     */
    grace?: string;
    /**
     * How long a drill may take before it has failed.
     * @default four times promisedRto, and 30 minutes at least
     */
    deadline?: string;
    /**
     * How long restic may take to open the repository and to list what is in it.
     * @default 2m
     */
    callDeadline?: string;
    /** Size of the drill's volume: the backup and the engine's data have to fit in at once. `20Gi` */
    size: string;
    /**
     * A StorageClass for the drill's volume, which deletes what is released: with reclaim policy Retain every drill would leave a volume.
     * @default none: a class is made of `provisioner`
     */
    storageClass?: pulumi.Input<string>;
    /**
     * Provisioner of the class that is made for the drill's volume, with reclaim policy Delete.
     * @default none: without `storageClass` too, the drill uses the node's own disk
     */
    provisioner?: string;
    /**
     * Parameters of that class.
     * @default none
     */
    storageParameters?: { [name: string]: string };
    /**
     * Requests and limits of the engine.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /**
     * An image with restic and `sh`.
     * @default docker.io/restic/restic:0.16.4
     */
    resticImage?: string;
    /**
     * An image with Node.js 20 or newer, which writes the result, and restores streams of JetStream.
     * @default docker.io/library/node:22-alpine
     */
    nodeImage?: string;
    /**
     * The result is served to Prometheus, by a small Deployment on port 9100.
     * @default false
     */
    servesMetrics?: boolean;
    /**
     * Ports that the drill may call beside 53, 443, 6443 and the endpoint's: a Service of the cluster counts by its pods' port.
     * @default none
     */
    egressPorts?: number[];
}
