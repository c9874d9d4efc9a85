/** The keys of stack config, all under `holdfast:`. The README beside this file explains them; an unknown key is an error. */

import type { AwsCluster } from "../components/storage/aws/app-cluster";
import type { StaticDisk } from "../components/storage/disks";
import type { DriverDescription } from "../components/usecases/drivers";
import type { AppWorkload } from "../components/workloads/app-workload";
import type { JetStreamStream } from "../components/workloads/jetstream-streams";
import type { PolicyDescription } from "../policies/backup";

/** What a key holds: one value, a list of them, a list of items with parts, values by name, descriptions by name, a workload, a number, or something secret. */
export type KeyKind = "text" | "list" | "items" | "map" | "descriptions" | "workload" | "number" | "boolean" | "secret";

export interface KeyEntry {
    kind: KeyKind;
    isRequired?: boolean;
    /** What to write, for the messages; of a secret what it is, and never what it is like. */
    example: string;
}

export const keys = {
    useCase: { kind: "text", isRequired: true, example: "user-preferences" },
    target: { kind: "text", isRequired: true, example: "sandbox" },
    environment: { kind: "text", example: "production" },
    app: { kind: "text", example: "user-preferences" },
    namespace: { kind: "text", example: "user-preferences" },
    createsNamespace: { kind: "boolean", example: "true" },
    size: { kind: "text", example: "2Gi" },
    ceiling: { kind: "text", example: "20Gi" },
    replicas: { kind: "number", example: "1" },
    keepClaims: { kind: "number", example: "3" },
    isStopped: { kind: "boolean", example: "true" },
    restoreFrom: { kind: "map", example: '{ "data-user-preferences-0": "snapshot/before-upgrade" }' },
    attributesClass: { kind: "text", example: "fast" },
    storageDriver: { kind: "text", example: "sandbox-pool" },
    storageClass: { kind: "text", example: "standard" },
    disks: { kind: "items", example: '[{ "node": "node-1", "path": "/mnt/disks/disk-1", "size": "100Gi" }]' },
    image: { kind: "text", example: "docker.io/library/postgres:17.7" },
    set: { kind: "map", example: '{ "backup.policy": "daily" }' },
    drivers: { kind: "descriptions", example: '{ "fast": { "kind": "network", "provisioner": "csi.example.com", "snapshots": true } }' },
    policies: {
        kind: "descriptions",
        example: '{ "nightly": { "methods": ["stream"], "interval": "24h", "schedule": "0 3 * * *", "retention": { "daily": 14 } } }',
    },
    workload: {
        kind: "workload",
        example: '{ "ports": [{ "name": "http", "port": 8080 }], "volumes": [{ "name": "data", "mountPath": "/var/lib/wiki" }] }',
    },
    streams: { kind: "items", example: '[{ "name": "clicks", "subjects": ["clicks.>"], "maxAge": "30d" }]' },
    database: { kind: "text", example: "user_preferences" },
    password: { kind: "secret", example: "the password" },
    passwordSecret: { kind: "text", example: "user-preferences-password" },
    clientNamespaces: { kind: "list", example: '["web"]' },
    monitoringNamespace: { kind: "text", example: "monitoring" },
    accept: { kind: "list", example: '["single-local-copy"]' },
    allow: { kind: "list", example: '["delete data-user-preferences-0"]' },
    backupEndpoint: { kind: "text", example: "https://s3.eu-central-1.amazonaws.com" },
    backupBucket: { kind: "text", example: "example-shop-backups" },
    backupPrefix: { kind: "text", example: "user-preferences" },
    backupRegion: { kind: "text", example: "eu-central-1" },
    backupAccessKeyId: { kind: "secret", example: "the id of the access key" },
    backupSecretAccessKey: { kind: "secret", example: "the secret of the access key" },
    backupPassword: { kind: "secret", example: "the password of the repository" },
    backupCaConfigMap: { kind: "text", example: "kube-root-ca.crt" },
    recoverFrom: { kind: "text", example: "example-shop-backups/banking-ledger" },
    recoverAt: { kind: "text", example: "2026-11-23T08:15:00Z" },
    servesDrillMetrics: { kind: "boolean", example: "true" },
    region: { kind: "text", example: "eu-central-1" },
    eksCluster: { kind: "text", example: "shop" },
    accountId: { kind: "text", example: "111122223333" },
    installsAddOns: { kind: "boolean", example: "false" },
    installsPodIdentityAgent: { kind: "boolean", example: "false" },
    oidcProviderArn: { kind: "text", example: "arn:aws-cn:iam::111122223333:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/0123" },
    kmsKeyArn: { kind: "text", example: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab" },
    ebsRoleArn: { kind: "text", example: "arn:aws:iam::111122223333:role/shop-eu-central-1-ebs-csi" },
    efsRoleArn: { kind: "text", example: "arn:aws:iam::111122223333:role/shop-eu-central-1-efs-csi" },
    efsNodeRoleArn: { kind: "text", example: "arn:aws:iam::111122223333:role/shop-eu-central-1-efs-csi-node" },
    fileSystemId: { kind: "text", example: "fs-0123456789abcdef0" },
    vpcId: { kind: "text", example: "vpc-0123456789abcdef0" },
    subnetIds: { kind: "list", example: '["subnet-0a", "subnet-0b"]' },
    nodeSecurityGroupIds: { kind: "list", example: '["sg-0123456789abcdef0"]' },
    securityGroupIds: { kind: "list", example: '["sg-0123456789abcdef0"]' },
    tags: { kind: "map", example: '{ "team": "payments" }' },
    context: { kind: "text", example: "kind-kind" },
    kubeconfig: { kind: "text", example: "/home/me/.kube/config" },
} as const satisfies Record<string, KeyEntry>;

export type KeyName = keyof typeof keys;

/** What the keys hold once read. */
export interface Settings {
    useCase: string;
    target: string;
    environment?: string;
    app?: string;
    namespace?: string;
    createsNamespace?: boolean;
    size?: string;
    ceiling?: string;
    replicas?: number;
    keepClaims?: number;
    isStopped?: boolean;
    restoreFrom?: Record<string, string>;
    attributesClass?: string;
    storageDriver?: string;
    storageClass?: string;
    disks?: StaticDisk[];
    image?: string;
    set?: Record<string, string>;
    drivers?: Record<string, DriverDescription>;
    policies?: Record<string, PolicyDescription>;
    workload?: AppWorkload;
    streams?: JetStreamStream[];
    database?: string;
    password?: string;
    passwordSecret?: string;
    clientNamespaces?: string[];
    monitoringNamespace?: string;
    accept?: string[];
    allow?: string[];
    backupEndpoint?: string;
    backupBucket?: string;
    backupPrefix?: string;
    backupRegion?: string;
    backupAccessKeyId?: string;
    backupSecretAccessKey?: string;
    backupPassword?: string;
    backupCaConfigMap?: string;
    recoverFrom?: string;
    recoverAt?: string;
    servesDrillMetrics?: boolean;
    region?: string;
    eksCluster?: string;
    accountId?: string;
    installsAddOns?: boolean;
    installsPodIdentityAgent?: boolean;
    oidcProviderArn?: string;
    kmsKeyArn?: string;
    ebsRoleArn?: string;
    efsRoleArn?: string;
    efsNodeRoleArn?: string;
    fileSystemId?: string;
    vpcId?: string;
    subnetIds?: string[];
    nodeSecurityGroupIds?: string[];
    securityGroupIds?: string[];
    tags?: Record<string, string>;
    /** What the keys about AWS say together; no key of its own. */
    aws?: AwsCluster;
    context?: string;
    kubeconfig?: string;
}
