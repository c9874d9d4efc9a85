/** The kinds of resources that hold data, or decide what becomes of it. One entry makes a kind known to every rule that fits its role. */

/**
 * What a resource is to the data.
 *
 * - `data`: holds it; without the resource it is gone.
 * - `secret`: holds what can't be made again: keys, passwords.
 * - `container`: takes what is inside or behind it along.
 * - `workload`: runs on it.
 * - `class`: says how volumes are made and what happens to them.
 * - `backup`: makes recovery points; without it no new ones come.
 * - `provider`: the cluster or account that everything is in.
 */
export type Role = "data" | "secret" | "container" | "workload" | "class" | "backup" | "provider";

/** A field that keeps data from harm while it has a value. */
export interface Safeguard {
    field: string;
    /** Values that keep it safe; any other doesn't. */
    safe: readonly (string | boolean)[];
    /** The field's value where it isn't given. */
    byDefault: string | boolean;
    /** What is so without it. */
    without: string;
}

export interface Kind {
    /** Type token, of Kubernetes without provider and version: `core/PersistentVolumeClaim`. */
    type: string;
    /** What people call it. */
    title: string;
    /**
     * What stands before its name in a permission: `snapshot` in `delete snapshot/before-upgrade`. Empty for claims.
     * @default the last word of the type, in small letters
     */
    word?: string;
    role: Role;
    /** Where its size is: a quantity, or a number of GiB. */
    size?: string;
    safeguards?: readonly Safeguard[];
    /** What is left when the resource is deleted, where that doesn't depend on anything. */
    remains?: string;
    /** Fields that say how much of the past is kept: lower means less. */
    retention?: readonly string[];
}

const deletionProtection = (field = "deletionProtection"): Safeguard => ({
    field,
    safe: [true],
    byDefault: false,
    without: "AWS itself no longer refuses to delete it",
});
const forceDestroy: Safeguard = {
    field: "forceDestroy",
    safe: [false],
    byDefault: false,
    without: "deleting it deletes what is in it, where AWS would refuse otherwise",
};
const finalSnapshot: Safeguard = {
    field: "skipFinalSnapshot",
    safe: [false],
    byDefault: false,
    without: "no last snapshot is taken when it is deleted",
};
const k8upRetention = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly"].map(
    (field) => `spec.prune.retention.${field}`,
);

export const kinds: readonly Kind[] = [
    // Kubernetes
    { type: "core/PersistentVolumeClaim", title: "claim", word: "", role: "data", size: "spec.resources.requests.storage" },
    {
        type: "core/PersistentVolume",
        title: "volume",
        word: "volume",
        role: "data",
        size: "spec.capacity.storage",
        safeguards: [
            {
                field: "spec.persistentVolumeReclaimPolicy",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "the data goes when the claim on it goes",
            },
        ],
    },
    {
        type: "apps/StatefulSet",
        title: "StatefulSet",
        role: "workload",
        safeguards: [
            {
                field: "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "its claims are deleted with it",
            },
            {
                field: "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
                safe: ["Retain"],
                byDefault: "Retain",
                without: "a member's claims are deleted when it is scaled away",
            },
        ],
    },
    { type: "core/Namespace", title: "namespace", role: "container" },
    { type: "apiextensions.k8s.io/CustomResourceDefinition", title: "resource definition", role: "container" },
    { type: "helm.sh/Release", title: "Helm release", role: "container" },
    {
        type: "storage.k8s.io/StorageClass",
        title: "StorageClass",
        role: "class",
        safeguards: [
            {
                field: "reclaimPolicy",
                safe: ["Retain"],
                byDefault: "Delete",
                without: "volumes made from now on go with their claims",
            },
        ],
    },
    { type: "storage.k8s.io/VolumeAttributesClass", title: "VolumeAttributesClass", role: "class" },
    {
        type: "snapshot.storage.k8s.io/VolumeSnapshotClass",
        title: "VolumeSnapshotClass",
        role: "class",
        safeguards: [
            { field: "deletionPolicy", safe: ["Retain"], byDefault: "Delete", without: "snapshots made from now on go with their objects" },
        ],
    },
    { type: "snapshot.storage.k8s.io/VolumeSnapshot", title: "snapshot", word: "snapshot", role: "data" },
    {
        type: "snapshot.storage.k8s.io/VolumeSnapshotContent",
        title: "snapshot content",
        role: "data",
        safeguards: [{ field: "spec.deletionPolicy", safe: ["Retain"], byDefault: "Delete", without: "the snapshot goes with its object" }],
    },
    { type: "core/Secret", title: "Secret", role: "secret" },
    // Operators
    { type: "postgresql.cnpg.io/Cluster", title: "PostgreSQL cluster", role: "data", size: "spec.storage.size" },
    { type: "postgresql.cnpg.io/ScheduledBackup", title: "backup schedule", role: "backup" },
    { type: "postgresql.cnpg.io/Backup", title: "backup", role: "data", remains: "what it wrote to the object store" },
    { type: "postgresql.cnpg.io/Database", title: "database", role: "data" },
    { type: "barmancloud.cnpg.io/ObjectStore", title: "backup repository", role: "backup", retention: ["spec.retentionPolicy"] },
    { type: "k8up.io/Schedule", title: "backup schedule", role: "backup", retention: k8upRetention },
    { type: "velero.io/Schedule", title: "backup schedule", role: "backup" },
    { type: "velero.io/BackupStorageLocation", title: "backup repository", role: "backup" },
    { type: "velero.io/Backup", title: "backup", role: "data" },
    { type: "volsync.backube/ReplicationSource", title: "backup schedule", role: "backup" },
    { type: "longhorn.io/RecurringJob", title: "backup schedule", role: "backup" },
    { type: "longhorn.io/Volume", title: "volume", role: "data" },
    { type: "ceph.rook.io/CephCluster", title: "Ceph cluster", role: "data" },
    { type: "ceph.rook.io/CephBlockPool", title: "Ceph pool", role: "data" },
    { type: "ceph.rook.io/CephFilesystem", title: "Ceph file system", role: "data" },
    { type: "kafka.strimzi.io/Kafka", title: "Kafka cluster", role: "data" },
    { type: "kafka.strimzi.io/KafkaTopic", title: "Kafka topic", role: "data" },
    { type: "elasticsearch.k8s.elastic.co/Elasticsearch", title: "Elasticsearch cluster", role: "data" },
    { type: "acid.zalan.do/postgresql", title: "PostgreSQL cluster", role: "data", size: "spec.volume.size" },
    // AWS
    { type: "aws:ebs/volume:Volume", title: "EBS volume", word: "ebs-volume", role: "data", size: "size" },
    { type: "aws:ebs/snapshot:Snapshot", title: "EBS snapshot", word: "ebs-snapshot", role: "data" },
    { type: "aws:efs/fileSystem:FileSystem", title: "EFS file system", role: "data" },
    { type: "aws:efs/backupPolicy:BackupPolicy", title: "EFS backup policy", role: "backup" },
    {
        type: "aws:s3/bucket:Bucket",
        title: "bucket",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the bucket isn't empty: AWS refuses then, unless forceDestroy is on",
    },
    {
        type: "aws:s3/bucketV2:BucketV2",
        title: "bucket",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the bucket isn't empty: AWS refuses then, unless forceDestroy is on",
    },
    {
        type: "aws:s3/bucketVersioning:BucketVersioning",
        title: "bucket versioning",
        role: "backup",
        safeguards: [
            {
                field: "versioningConfiguration.status",
                safe: ["Enabled"],
                byDefault: "Disabled",
                without: "an overwritten or deleted object is gone",
            },
        ],
    },
    {
        type: "aws:kms/key:Key",
        title: "KMS key",
        role: "data",
        safeguards: [{ field: "isEnabled", safe: [true], byDefault: true, without: "nothing encrypted with it can be read" }],
        remains: "for 7 to 30 days the deletion can be cancelled; after that nothing encrypted with it can ever be read",
    },
    {
        type: "aws:backup/vault:Vault",
        title: "backup vault",
        role: "data",
        safeguards: [forceDestroy],
        remains: "all of it if the vault holds recovery points: AWS refuses then, unless forceDestroy is on",
    },
    { type: "aws:backup/plan:Plan", title: "backup plan", role: "backup", retention: ["rules[0].lifecycle.deleteAfter"] },
    { type: "aws:backup/selection:Selection", title: "backup selection", role: "backup" },
    { type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration", title: "backup lock", role: "backup" },
    {
        type: "aws:rds/instance:Instance",
        title: "database",
        role: "data",
        size: "allocatedStorage",
        safeguards: [deletionProtection(), finalSnapshot],
        retention: ["backupRetentionPeriod"],
    },
    {
        type: "aws:rds/cluster:Cluster",
        title: "database cluster",
        role: "data",
        safeguards: [deletionProtection(), finalSnapshot],
        retention: ["backupRetentionPeriod"],
    },
    { type: "aws:dynamodb/table:Table", title: "table", role: "data", safeguards: [deletionProtection("deletionProtectionEnabled")] },
    { type: "aws:secretsmanager/secret:Secret", title: "secret", role: "secret" },
    { type: "aws:eks/cluster:Cluster", title: "EKS cluster", role: "container" },
    // Values that exist nowhere but in Pulumi's state
    { type: "random:index/randomPassword:RandomPassword", title: "random password", role: "secret" },
    { type: "random:index/randomBytes:RandomBytes", title: "random bytes", role: "secret" },
    { type: "tls:index/privateKey:PrivateKey", title: "private key", role: "secret" },
    // Where everything is
    { type: "pulumi:providers:kubernetes", title: "provider", role: "provider" },
    { type: "pulumi:providers:aws", title: "provider", role: "provider" },
];

const byType = new Map(kinds.map((kind) => [kind.type, kind]));

/** A type token as the table writes it: Kubernetes' without provider and version. */
export function typeKey(type: string): string {
    const match = /^kubernetes:([^/]+)\/[^:]+:(.+)$/.exec(type);
    return match ? `${match[1]}/${match[2]}` : type;
}

export const kindOf = (type: string): Kind | undefined => byType.get(typeKey(type));

/** What a permission calls an object: a claim by its bare name, others as `kind/name`. */
export function permissionName(type: string, name: string): string {
    const word = kindOf(type)?.word ?? typeKey(type).split(/[/:]/).pop()?.toLowerCase() ?? "";
    return word === "" ? name : `${word}/${name}`;
}

/** Groups of custom resources that only describe: what they make can be made again from them. */
export const harmlessGroups: readonly string[] = [
    "acme.cert-manager.io",
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "external-secrets.io",
    "gateway.envoyproxy.io",
    "keda.sh",
    "kyverno.io",
    "metallb.io",
    "monitoring.coreos.com",
    "networking.istio.io",
    "projectcalico.org",
    "security.istio.io",
    "traefik.io",
];

/** Groups that Kubernetes and its SDK serve beside `*.k8s.io`. */
const builtInGroups = ["apps", "autoscaling", "batch", "core", "extensions", "helm.sh", "kustomize", "meta", "policy", "yaml"];

/** True for a custom resource that the table doesn't know: it may stand for data, or for a dashboard. */
export function isUnknownCustom(type: string): boolean {
    const group = /^kubernetes:([^/]+)\//.exec(type)?.[1];
    if (group === undefined || kindOf(type)) return false;
    return !builtInGroups.includes(group) && !group.endsWith(".k8s.io") && !harmlessGroups.includes(group);
}

/** Words in the types of clouds that stand for something that stores. */
const storing =
    /(bucket|cache|cluster|database|disk|dynamo|filesystem|file_?system|instance|key|queue|registry|repository|secret|snapshot|storage|store|stream|table|topic|vault|volume|backup)/i;

/** True for a cloud's resource that sounds as if it stored something, and that the table doesn't know. */
export function soundsStoring(type: string): boolean {
    if (kindOf(type) || /^(kubernetes|pulumi|random|command|time|null|docker|docker-build|tls|std|external|archive|local):/.test(type))
        return false;
    const parts = /^([^:]+):([^:]*):([^:]+)$/.exec(type);
    // Access, attachment and configuration of what is stored are resources of their own, and hold nothing.
    return (
        parts !== null &&
        storing.test(parts[3]) &&
        !/(policy|attachment|association|alias|grant|acl|permission|rule|mount|access|subnet|profile|parameter|notification|configuration|role|key_?pair)/i.test(
            parts[3],
        )
    );
}
