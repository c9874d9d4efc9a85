/** A stack that every policy of the pack is content with, as a program writes it. */

import type { Thing } from "../../../../policies/guardrails/guardrail";
import { typeKey } from "../../../../policies/review/kinds";

// biome-ignore lint/suspicious/noExplicitAny: edits reach into objects of every kind.
type Props = Record<string, any>;

export interface Resource {
    /** The name in the program, without the stack's suffix. */
    name: string;
    type: string;
    props: Props;
    isProtected: boolean;
    /** Names of the resources that a property is made from. */
    from: Record<string, string>;
}

const resource = (name: string, type: string, props: Props, more: Partial<Resource> = {}): Resource => ({
    name,
    type,
    props,
    isProtected: false,
    from: {},
    ...more,
});

const container = (): Props => ({
    name: "main",
    image: "registry.sandbox.holdfast/pause:1",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
});

const pod = (app: string, more: Props = {}): Props => ({
    metadata: { labels: { app } },
    spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
        containers: [container()],
        ...more,
    },
});

const claimSpec = (storageClassName: string): Props => ({
    accessModes: ["ReadWriteOnce"],
    storageClassName,
    resources: { requests: { storage: "1Gi" } },
});

/** Everything the policies look at, right. Names in the cluster end with the suffix, so that several fit into one program. */
export function goodStack(suffix: string): Resource[] {
    const namespace = `shop-${suffix}`;
    const meta = (name: string): Props => ({ name: `${name}-${suffix}`, namespace });
    const kubernetes = (name: string, apiVersion: string, kind: string, body: Props, isProtected = false) =>
        resource(
            name,
            `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`,
            { apiVersion, kind, ...body },
            { isProtected },
        );
    const aws = (name: string, type: string, props: Props, from: Record<string, string> = {}) => resource(name, type, props, { from });
    const bucket = { bucket: `uploads-${suffix}` };
    return [
        kubernetes(
            "namespace",
            "v1",
            "Namespace",
            { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
            true,
        ),
        kubernetes("class", "storage.k8s.io/v1", "StorageClass", {
            metadata: { name: `gp3-${suffix}` },
            provisioner: "ebs.csi.aws.com",
            parameters: { type: "gp3", encrypted: "true" },
            reclaimPolicy: "Retain",
            volumeBindingMode: "WaitForFirstConsumer",
        }),
        kubernetes("local-class", "storage.k8s.io/v1", "StorageClass", {
            metadata: { name: `node-${suffix}` },
            provisioner: "rancher.io/local-path",
            reclaimPolicy: "Retain",
            volumeBindingMode: "WaitForFirstConsumer",
        }),
        kubernetes("volume", "v1", "PersistentVolume", {
            metadata: { name: `disk-${suffix}` },
            spec: {
                capacity: { storage: "1Gi" },
                accessModes: ["ReadWriteOnce"],
                persistentVolumeReclaimPolicy: "Retain",
                storageClassName: "by-hand",
                csi: { driver: "ebs.csi.aws.com", volumeHandle: `vol-${suffix}` },
            },
        }),
        kubernetes(
            "claim",
            "v1",
            "PersistentVolumeClaim",
            { metadata: { name: `data-ledger-${suffix}-0`, namespace }, spec: claimSpec(`gp3-${suffix}`) },
            true,
        ),
        kubernetes("ledger", "apps/v1", "StatefulSet", {
            metadata: meta("ledger"),
            spec: {
                replicas: 1,
                serviceName: "ledger",
                selector: { matchLabels: { app: "ledger" } },
                persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
                template: pod("ledger"),
                volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claimSpec(`gp3-${suffix}`) }],
            },
        }),
        kubernetes("web", "apps/v1", "Deployment", {
            metadata: meta("web"),
            spec: { selector: { matchLabels: { app: "web" } }, template: pod("web", { volumes: [{ name: "tmp", emptyDir: {} }] }) },
        }),
        kubernetes("schedule", "k8up.io/v1", "Schedule", { metadata: meta("nightly"), spec: { backup: { schedule: "0 2 * * *" } } }),
        aws("bucket", "aws:s3/bucket:Bucket", bucket),
        aws(
            "versioning",
            "aws:s3/bucketVersioning:BucketVersioning",
            { ...bucket, versioningConfiguration: { status: "Enabled" } },
            { bucket: "bucket" },
        ),
        aws(
            "block",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            { ...bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
            { bucket: "bucket" },
        ),
        aws(
            "encryption",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            { ...bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
            { bucket: "bucket" },
        ),
        aws("database", "aws:rds/instance:Instance", { instanceClass: "db.t4g.micro", storageEncrypted: true, backupRetentionPeriod: 7 }),
        aws("disk", "aws:ebs/volume:Volume", { availabilityZone: "eu-central-1a", size: 1, encrypted: true }),
        aws("files", "aws:efs/fileSystem:FileSystem", { encrypted: true }),
        aws(
            "files-backup",
            "aws:efs/backupPolicy:BackupPolicy",
            { fileSystemId: "files", backupPolicy: { status: "ENABLED" } },
            { fileSystemId: "files" },
        ),
    ];
}

const urnOf = (type: string, name: string): string => `urn:pulumi:dev::shop::${type}::${name}`;

/** The stack as the policies see it. */
export function things(stack: readonly Resource[]): Thing[] {
    const urn = (name: string) => stack.filter((each) => each.name === name).map((each) => urnOf(each.type, each.name));
    return stack.map(({ name, type, props, isProtected, from }) => ({
        urn: urnOf(type, name),
        type: typeKey(type),
        name,
        props,
        isProtected,
        from: Object.fromEntries(Object.entries(from).map(([property, source]) => [property, urn(source)])),
    }));
}
