import { Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";
import { protection } from "../volumes/permissions";
import { labelsOf } from "../workloads/labels";
import { endpointOf, placeProblems, regionOfEndpoint, secretProblem, secretProblems } from "./backup-repository-problems";
import { repositoryKeys } from "./file-backup-spec";

/** What a {@link BackupRepository} is made from. */
export interface BackupRepositoryArgs {
    /** Name of the application whose backups these are. */
    app: string;
    /** The application's namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** URL of the S3 server: `https://s3.eu-central-1.amazonaws.com`, `https://minio.example.com:9000`. Only https, and nothing after the port. */
    endpoint: pulumi.Input<string>;
    /** The bucket, which exists already. */
    bucket: pulumi.Input<string>;
    /**
     * Where in the bucket the repository lies: `shop/ledger`. One application, one repository.
     * @default the application's name
     */
    prefix?: string;
    /**
     * The bucket's region, for a server that wants it named.
     * @default what the endpoint of AWS says; of other servers none
     */
    region?: string;
    /**
     * Id of the access key, with `secretAccessKey`.
     * @default none: the pods have an identity of their own
     */
    accessKeyId?: pulumi.Input<string>;
    /**
     * Secret of the access key. Give a Pulumi secret.
     * @default none: the pods have an identity of their own
     */
    secretAccessKey?: pulumi.Input<string>;
    /** The repository's password, without which nobody reads the backups. Give a Pulumi secret, which is kept outside the cluster too. */
    password: pulumi.Input<string>;
    /**
     * A ConfigMap of the namespace whose `ca.crt` the server's certificate is checked with.
     * @default none: the authorities of the image
     */
    caConfigMap?: string;
    /**
     * Permissions to delete, by exact name: `["delete secret/ledger-backup-repository"]`.
     * @default none: the Secret is protected and kept
     */
    allow?: string[];
}

/** Name of the Secret with the keys and the password of an application's repository. */
export function repositorySecretNameOf(app: string): string {
    return `${app}-backup-repository`;
}

/** Everything wrong with the arguments that a program can see; outputs are judged once they are known. */
export function backupRepositoryProblems(args: BackupRepositoryArgs): InputProblem[] {
    return [...placeProblems(args), ...secretProblems(args)];
}

/**
 * Where an application's backups go: a repository of restic's in a bucket of S3 or of a server that speaks it, on any cluster.
 *
 * Makes one Secret in the application's namespace, `<app>-backup-repository`, with the access key and the repository's password. It is
 * protected and kept: as long as the application's claims are there, so is the way to their backups. The bucket itself is somebody's
 * already: a server of yours, the sandbox's, or on AWS a `BackupBucket`.
 *
 * restic encrypts everything before it leaves the pod, so the password is the repository: it comes from config, is never made in the
 * cluster, and belongs in a place that outlives both. An access key may change at any time. Another password is refused by the repository
 * until restic has been told it (`restic key add`).
 *
 * Without an access key the pods' own identity counts, which restic 0.16 takes from a web identity token (roles for service accounts),
 * and not from EKS Pod Identity.
 *
 * Price: nothing here; the bucket's storage and requests.
 *
 * @example
 * const config = new pulumi.Config("holdfast");
 * const repository = new BackupRepository("ledger-backups", {
 *     app: "ledger",
 *     namespace: "ledger",
 *     endpoint: "https://minio.example.com:9000",
 *     bucket: "example-shop-backups",
 *     accessKeyId: config.requireSecret("backupAccessKeyId"),
 *     secretAccessKey: config.requireSecret("backupSecretAccessKey"),
 *     password: config.requireSecret("backupPassword"),
 * });
 */
export class BackupRepository extends pulumi.ComponentResource {
    /** Name of the Secret: `access-key-id` and `secret-access-key`, where a key was given, and `password`. */
    public readonly secret: pulumi.Output<string>;
    /** The server, as K8up takes it: `https://minio.example.com:9000`. */
    public readonly endpoint: pulumi.Output<string>;
    /** Bucket and prefix, as K8up takes them: `example-shop-backups/ledger`. */
    public readonly bucket: pulumi.Output<string>;
    /** The bucket's region; empty where neither `region` nor the endpoint says it. */
    public readonly region: pulumi.Output<string>;
    /** The ConfigMap with the server's authority under `ca.crt`; empty where the image's authorities count. */
    public readonly caConfigMap: pulumi.Output<string>;
    /** The Secret has an access key; without one the pods' own identity counts. */
    public readonly hasAccessKey: pulumi.Output<boolean>;
    /** The repository as restic takes it: `s3:https://minio.example.com:9000/example-shop-backups/ledger`. */
    public readonly url: pulumi.Output<string>;

    constructor(name: string, args: BackupRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:BackupRepository", name, {}, opts);
        refuseProblems("BackupRepository", name, backupRepositoryProblems(args));
        const { app, namespace } = args;
        const hasAccessKey = args.accessKeyId !== undefined;
        const secretName = repositorySecretNameOf(app);
        const place = pulumi.all([args.endpoint, args.bucket]).apply(([endpoint, bucket]) => {
            refuseProblems("BackupRepository", name, placeProblems({ ...args, endpoint, bucket }));
            const origin = endpointOf(endpoint);
            const path = `${bucket}/${args.prefix ?? app}`;
            return { origin, path, region: args.region ?? regionOfEndpoint(origin) ?? "", url: `s3:${origin}/${path}` };
        });
        // One output for each key, judged when it is known.
        const encoded = (path: "accessKeyId" | "secretAccessKey" | "password") =>
            pulumi.secret(args[path]).apply((value) => {
                refuseProblems("BackupRepository", name, secretProblem(path, value));
                return Buffer.from(value ?? "").toString("base64");
            });
        const data = {
            ...(hasAccessKey
                ? { [repositoryKeys.accessKeyId]: encoded("accessKeyId"), [repositoryKeys.secretAccessKey]: encoded("secretAccessKey") }
                : {}),
            [repositoryKeys.password]: encoded("password"),
        };
        const secret = new Secret(
            `${name}-secret`,
            { metadata: { name: secretName, namespace, labels: labelsOf(app) }, type: "Opaque", data },
            { parent: this, dependsOn: opts?.dependsOn, ...protection(args.allow, `secret/${secretName}`) },
        );
        this.secret = secret.metadata.name;
        this.endpoint = place.origin;
        this.bucket = place.path;
        this.region = place.region;
        this.caConfigMap = pulumi.output(args.caConfigMap ?? "");
        this.hasAccessKey = pulumi.output(hasAccessKey);
        this.url = place.url;
        const { endpoint, bucket, region, caConfigMap, url } = this;
        this.registerOutputs({ secret: this.secret, endpoint, bucket, region, caConfigMap, hasAccessKey: this.hasAccessKey, url });
    }
}
