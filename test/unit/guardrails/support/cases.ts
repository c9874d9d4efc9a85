/** For each policy, edits of the good stack that it has to speak up about, and edits that it has to leave alone. */

import type { Resource } from "./stack";

export type Edit = (stack: Resource[]) => void;

export interface Case {
    policy: string;
    title: string;
    edit: Edit;
    /** Name in the program of the resource that is named; absent where nothing is wrong. */
    about?: string;
    /** Words of the message. */
    says?: RegExp;
}

// biome-ignore lint/suspicious/noExplicitAny: edits reach into objects of every kind.
export const at = (stack: Resource[], name: string): any => stack.find((each) => each.name === name)?.props;
export const whole = (stack: Resource[], name: string): Resource => stack.find((each) => each.name === name) as Resource;
const without = (stack: Resource[], ...names: string[]): void => {
    for (const name of names) stack.splice(stack.indexOf(whole(stack, name)), 1);
};
const policy = (Principal: unknown, more: object = {}): string =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Principal, Action: "s3:GetObject", Resource: "*", ...more }] });

const context = (stack: Resource[]) => at(stack, "web").spec.template.spec.securityContext;
const containerOf = (stack: Resource[]) => at(stack, "web").spec.template.spec.containers[0];

/** The first failing case of each policy is also run through the engine. */
export const cases: readonly Case[] = [
    {
        policy: "reclaim-retain",
        title: "a class says Delete",
        edit: (stack) => {
            at(stack, "class").reclaimPolicy = "Delete";
        },
        about: "class",
        says: /reclaimPolicy is Delete, so deleting a claim deletes its data/,
    },
    {
        policy: "reclaim-retain",
        title: "a class says nothing",
        edit: (stack) => {
            delete at(stack, "class").reclaimPolicy;
        },
        about: "class",
        says: /isn't written, which means Delete/,
    },
    {
        policy: "reclaim-retain",
        title: "a volume says Delete",
        edit: (stack) => {
            at(stack, "volume").spec.persistentVolumeReclaimPolicy = "Delete";
        },
        about: "volume",
    },
    {
        policy: "reclaim-retain",
        title: "a volume by hand says nothing: it is kept",
        edit: (stack) => {
            delete at(stack, "volume").spec.persistentVolumeReclaimPolicy;
        },
    },
    {
        policy: "storage-encrypted",
        title: "a class of a driver that can encrypt doesn't ask for it",
        edit: (stack) => {
            delete at(stack, "class").parameters.encrypted;
        },
        about: "class",
        says: /made unencrypted/,
    },
    {
        policy: "storage-encrypted",
        title: "a class of Ceph in another namespace says false",
        edit: (stack) => Object.assign(at(stack, "class"), { provisioner: "storage.rbd.csi.ceph.com", parameters: { encrypted: "false" } }),
        about: "class",
    },
    {
        policy: "storage-encrypted",
        title: "a class of a driver that can't encrypt, or that nobody knows",
        edit: (stack) => Object.assign(at(stack, "class"), { provisioner: "disks.example.com", parameters: {} }),
    },
    ...(
        [
            ["disk", "encrypted"],
            ["files", "encrypted"],
            ["database", "storageEncrypted"],
        ] as const
    ).map(
        ([name, field]): Case => ({
            policy: "storage-encrypted",
            title: `${name} isn't encrypted`,
            edit: (stack) => {
                at(stack, name)[field] = false;
            },
            about: name,
        }),
    ),
    {
        policy: "storage-encrypted",
        title: "a replica is encrypted as its source is",
        edit: (stack) => {
            delete at(stack, "database").storageEncrypted;
            at(stack, "database").replicateSourceDb = "primary";
        },
    },
    {
        policy: "binding-waits",
        title: "a class of a zonal driver binds at once",
        edit: (stack) => {
            at(stack, "class").volumeBindingMode = "Immediate";
        },
        about: "class",
        says: /made on a zone/,
    },
    {
        policy: "binding-waits",
        title: "a class of a local driver says nothing",
        edit: (stack) => {
            delete at(stack, "local-class").volumeBindingMode;
        },
        about: "local-class",
        says: /isn't written, which means Immediate.*made on a node/,
    },
    {
        policy: "binding-waits",
        title: "a driver that can't wait, and a disk in two zones",
        edit: (stack) => {
            Object.assign(at(stack, "local-class"), { provisioner: "k8s.io/minikube-hostpath", volumeBindingMode: "Immediate" });
            Object.assign(at(stack, "class"), {
                provisioner: "pd.csi.storage.gke.io",
                parameters: { "replication-type": "regional-pd" },
                volumeBindingMode: "Immediate",
            });
        },
    },
    {
        policy: "explicit-name",
        title: "a Deployment's name matters to nobody, a claim's does",
        edit: (stack) => {
            delete at(stack, "web").metadata.name;
            stack.push({
                name: "unnamed",
                type: "kubernetes:core/v1:PersistentVolumeClaim",
                props: { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: {}, spec: at(stack, "claim").spec },
                isProtected: true,
                from: {},
            });
        },
        about: "unnamed",
        says: /PersistentVolumeClaim unnamed has no metadata.name/,
    },
    {
        policy: "explicit-name",
        title: "the provider made a name up",
        edit: (stack) => {
            at(stack, "claim").metadata.annotations = { "pulumi.com/autonamed": "true" };
        },
        about: "claim",
    },
    {
        policy: "claims-protected",
        title: "a claim isn't protected",
        edit: (stack) => {
            whole(stack, "claim").isProtected = false;
        },
        about: "claim",
    },
    {
        policy: "claims-namespace-protected",
        title: "a namespace with claims isn't protected",
        edit: (stack) => {
            whole(stack, "namespace").isProtected = false;
        },
        about: "namespace",
    },
    {
        policy: "claims-namespace-protected",
        title: "a namespace without claims needs no protection",
        edit: (stack) => {
            without(stack, "claim");
            whole(stack, "namespace").isProtected = false;
        },
    },
    {
        policy: "claims-of-their-own",
        title: "a second member's claim is nobody's",
        edit: (stack) => {
            at(stack, "ledger").spec.replicas = 2;
        },
        about: "ledger",
        says: /makes data-ledger-.*-1 itself/,
    },
    {
        policy: "claims-of-their-own",
        title: "members counted from five",
        edit: (stack) => {
            at(stack, "ledger").spec.ordinals = { start: 5 };
            at(stack, "claim").metadata.name = at(stack, "claim").metadata.name.replace(/0$/, "5");
        },
    },
    {
        policy: "claim-retention",
        title: "claims go with the StatefulSet",
        edit: (stack) => {
            at(stack, "ledger").spec.persistentVolumeClaimRetentionPolicy.whenDeleted = "Delete";
        },
        about: "ledger",
        says: /whenDeleted is Delete: deleting or replacing it deletes its claims/,
    },
    {
        policy: "claim-retention",
        title: "claims go when members go",
        edit: (stack) => {
            at(stack, "ledger").spec.persistentVolumeClaimRetentionPolicy.whenScaled = "Delete";
        },
        about: "ledger",
    },
    {
        policy: "claim-retention",
        title: "nothing said means Retain",
        edit: (stack) => {
            delete at(stack, "ledger").spec.persistentVolumeClaimRetentionPolicy;
        },
    },
    {
        policy: "single-copy-on-node",
        title: "one member on a class of the stack's",
        edit: (stack) => {
            at(stack, "claim").spec.storageClassName = at(stack, "local-class").metadata.name;
        },
        about: "ledger",
        says: /keeps data-ledger-.*-0 once, on one node's disk/,
    },
    {
        policy: "single-copy-on-node",
        title: "one member on a class that clusters bring along",
        edit: (stack) => {
            at(stack, "claim").spec.storageClassName = "local-path";
        },
        about: "ledger",
    },
    {
        policy: "single-copy-on-node",
        title: "many replicas that share one local claim",
        edit: (stack) => {
            at(stack, "claim").spec.storageClassName = "local-path";
            at(stack, "ledger").spec.volumeClaimTemplates = [];
            at(stack, "web").spec.replicas = 3;
            at(stack, "web").spec.template.spec.volumes.push({
                name: "data",
                persistentVolumeClaim: { claimName: at(stack, "claim").metadata.name },
            });
        },
        about: "web",
    },
    {
        policy: "single-copy-on-node",
        title: "a claim of a volume that is a node's disk",
        edit: (stack) => {
            delete at(stack, "volume").spec.csi;
            at(stack, "volume").spec.local = { path: "/mnt/disks/1" };
            Object.assign(at(stack, "claim").spec, { storageClassName: "", volumeName: at(stack, "volume").metadata.name });
        },
        about: "ledger",
    },
    {
        policy: "single-copy-on-node",
        title: "three members on local disks replicate",
        edit: (stack) => {
            at(stack, "ledger").spec.replicas = 3;
            at(stack, "claim").spec.storageClassName = "local-path";
        },
    },
    {
        policy: "backed-up",
        title: "nothing backs the claims up",
        edit: (stack) => without(stack, "schedule"),
        about: "ledger",
        says: /nothing in this stack backs it up/,
    },
    {
        policy: "backed-up",
        title: "the schedule is another namespace's",
        edit: (stack) => {
            at(stack, "schedule").metadata.namespace = "elsewhere";
        },
        about: "ledger",
    },
    {
        policy: "backed-up",
        title: "the schedule only checks",
        edit: (stack) => {
            at(stack, "schedule").spec = { check: { schedule: "0 3 * * *" } };
        },
        about: "ledger",
    },
    {
        policy: "backed-up",
        title: "Velero backs up all namespaces but this one",
        edit: (stack) => {
            const excludedNamespaces = [at(stack, "namespace").metadata.name];
            whole(stack, "schedule").type = "kubernetes:velero.io/v1:Schedule";
            at(stack, "schedule").spec = { template: { includedNamespaces: ["*"], excludedNamespaces } };
        },
        about: "ledger",
    },
    {
        policy: "backed-up",
        title: "Velero backs up this namespace",
        edit: (stack) => {
            whole(stack, "schedule").type = "kubernetes:velero.io/v1:Schedule";
            at(stack, "schedule").spec = { template: { includedNamespaces: [at(stack, "namespace").metadata.name] } };
        },
    },
    {
        policy: "backed-up",
        title: "VolSync copies the claim",
        edit: (stack) => {
            whole(stack, "schedule").type = "kubernetes:volsync.backube/v1alpha1:ReplicationSource";
            at(stack, "schedule").spec = { sourcePVC: at(stack, "claim").metadata.name };
        },
    },
    {
        policy: "backed-up",
        title: "a database keeps no backups",
        edit: (stack) => {
            delete at(stack, "database").backupRetentionPeriod;
        },
        about: "database",
    },
    {
        policy: "backed-up",
        title: "a file system's backups are off",
        edit: (stack) => {
            at(stack, "files-backup").backupPolicy.status = "DISABLED";
        },
        about: "files",
    },
    {
        policy: "backed-up",
        title: "AWS Backup has a selection of the file system",
        edit: (stack) => {
            Object.assign(whole(stack, "files-backup"), {
                type: "aws:backup/selection:Selection",
                props: { planId: "plan", resources: [] },
                from: { resources: "files" },
            });
        },
    },
    {
        policy: "backed-up",
        title: "a PostgreSQL cluster without a schedule of its own",
        edit: (stack) => {
            stack.push({
                name: "pg",
                type: "kubernetes:postgresql.cnpg.io/v1:Cluster",
                props: { metadata: { name: "pg", namespace: "elsewhere" }, spec: {} },
                isProtected: true,
                from: {},
            });
        },
        about: "pg",
        says: /Add a ScheduledBackup of it/,
    },
    {
        policy: "backed-up",
        title: "a PostgreSQL cluster with one",
        edit: (stack) => {
            const metadata = { name: "pg", namespace: "elsewhere" };
            const more = { isProtected: true, from: {} };
            stack.push(
                { name: "pg", type: "kubernetes:postgresql.cnpg.io/v1:Cluster", props: { metadata, spec: {} }, ...more },
                {
                    name: "pg-daily",
                    type: "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup",
                    props: { metadata, spec: { cluster: { name: "pg" } } },
                    ...more,
                },
            );
        },
    },
    {
        policy: "namespace-restricted",
        title: "a namespace enforces nothing",
        edit: (stack) => {
            delete at(stack, "namespace").metadata.labels;
        },
        about: "namespace",
        says: /enforces no Pod Security/,
    },
    {
        policy: "namespace-restricted",
        title: "a namespace enforces less",
        edit: (stack) => {
            at(stack, "namespace").metadata.labels["pod-security.kubernetes.io/enforce"] = "baseline";
        },
        about: "namespace",
    },
    {
        policy: "pods-restricted",
        title: "a pod says nothing of itself",
        edit: (stack) => {
            delete at(stack, "web").spec.template.spec.securityContext;
            delete containerOf(stack).securityContext;
        },
        about: "web",
        says: /allowPrivilegeEscalation isn't false in main.*capabilities.*seccompProfile.*runAsNonRoot/,
    },
    ...(
        [
            ["hostNetwork", (stack) => Object.assign(at(stack, "web").spec.template.spec, { hostNetwork: true })],
            ["hostPID", (stack) => Object.assign(at(stack, "web").spec.template.spec, { hostPID: true })],
            ["hostIPC", (stack) => Object.assign(at(stack, "web").spec.template.spec, { hostIPC: true })],
            ["hostProcess", (stack) => Object.assign(context(stack), { windowsOptions: { hostProcess: true } })],
            ["privileged", (stack) => Object.assign(containerOf(stack).securityContext, { privileged: true })],
            ["volumes", (stack) => at(stack, "web").spec.template.spec.volumes.push({ name: "root", hostPath: { path: "/" } })],
            ["hostPorts", (stack) => Object.assign(containerOf(stack), { ports: [{ containerPort: 80, hostPort: 80 }] })],
            ["hostProbes", (stack) => Object.assign(containerOf(stack), { livenessProbe: { httpGet: { host: "10.0.0.1" } } })],
            ["appArmor", (stack) => Object.assign(context(stack), { appArmorProfile: { type: "Unconfined" } })],
            ["selinux", (stack) => Object.assign(context(stack), { seLinuxOptions: { type: "spc_t" } })],
            ["procMount", (stack) => Object.assign(containerOf(stack).securityContext, { procMount: "Unmasked" })],
            ["sysctls", (stack) => Object.assign(context(stack), { sysctls: [{ name: "kernel.msgmax", value: "1" }] })],
            ["privilegeEscalation", (stack) => Object.assign(containerOf(stack).securityContext, { allowPrivilegeEscalation: true })],
            ["capabilities", (stack) => Object.assign(containerOf(stack).securityContext.capabilities, { add: ["SYS_ADMIN"] })],
            ["seccomp", (stack) => Object.assign(context(stack), { seccompProfile: { type: "Unconfined" } })],
            ["runAsNonRoot", (stack) => Object.assign(context(stack), { runAsNonRoot: false })],
            ["runAsUser", (stack) => Object.assign(context(stack), { runAsUser: 0 })],
        ] as [string, Edit][]
    ).map(([check, edit]): Case => ({ policy: "pods-restricted", title: check, edit, about: "web", says: new RegExp(`\\[${check}\\]`) })),
    {
        policy: "pods-restricted",
        title: "a pod of Windows, one with users of its own, a container that says it itself",
        edit: (stack) => {
            const spec = at(stack, "web").spec.template.spec;
            delete spec.securityContext;
            spec.os = { name: "windows" };
            spec.containers[0].securityContext = { runAsNonRoot: true };
            const other = at(stack, "ledger").spec.template.spec;
            other.hostUsers = false;
            Object.assign(other.securityContext, { runAsNonRoot: false, runAsUser: 0 });
            other.containers[0].securityContext.capabilities.add = ["NET_BIND_SERVICE"];
        },
    },
    {
        policy: "bucket-private",
        title: "an ACL lets everyone read",
        edit: (stack) => {
            at(stack, "bucket").acl = "public-read";
        },
        about: "bucket",
        says: /acl public-read/,
    },
    {
        policy: "bucket-private",
        title: "an ACL of its own lets everyone read",
        edit: (stack) => {
            const props = { bucket: at(stack, "bucket").bucket, acl: "public-read-write" };
            stack.push({ name: "acl", type: "aws:s3/bucketAcl:BucketAcl", props, isProtected: false, from: {} });
        },
        about: "acl",
    },
    {
        policy: "bucket-private",
        title: "a grant lets everyone in",
        edit: (stack) => {
            at(stack, "bucket").grants = [{ uri: "http://acs.amazonaws.com/groups/global/AllUsers", permissions: ["READ"] }];
        },
        about: "bucket",
    },
    {
        policy: "bucket-private",
        title: "a policy lets everyone in",
        edit: (stack) => {
            const props = { policy: policy({ AWS: ["*"] }) };
            stack.push({ name: "policy", type: "aws:s3/bucketPolicy:BucketPolicy", props, isProtected: false, from: { bucket: "bucket" } });
        },
        about: "policy",
    },
    {
        policy: "bucket-private",
        title: "a policy lets everyone of one organisation in",
        edit: (stack) => {
            const props = { policy: policy("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) };
            stack.push({ name: "policy", type: "aws:s3/bucketPolicy:BucketPolicy", props, isProtected: false, from: { bucket: "bucket" } });
        },
    },
    {
        policy: "bucket-private",
        title: "the block leaves something open",
        edit: (stack) => {
            at(stack, "block").restrictPublicBuckets = false;
        },
        about: "block",
        says: /leaves out restrictPublicBuckets/,
    },
    {
        policy: "bucket-private",
        title: "there is no block",
        edit: (stack) => without(stack, "block"),
        about: "bucket",
    },
    {
        policy: "bucket-versioned",
        title: "nothing says that versions are kept",
        edit: (stack) => without(stack, "versioning"),
        about: "bucket",
    },
    {
        policy: "bucket-versioned",
        title: "versioning is suspended",
        edit: (stack) => {
            at(stack, "versioning").versioningConfiguration.status = "Suspended";
        },
        about: "bucket",
    },
    {
        policy: "bucket-versioned",
        title: "the bucket says it itself",
        edit: (stack) => {
            without(stack, "versioning");
            at(stack, "bucket").versioning = { enabled: true };
        },
    },
    {
        policy: "bucket-own-key",
        title: "the key is S3's",
        edit: (stack) => {
            at(stack, "encryption").rules[0].applyServerSideEncryptionByDefault.sseAlgorithm = "AES256";
        },
        about: "bucket",
    },
    {
        policy: "bucket-own-key",
        title: "the bucket says it itself",
        edit: (stack) => {
            without(stack, "encryption");
            const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms" };
            at(stack, "bucket").serverSideEncryptionConfiguration = { rule: { applyServerSideEncryptionByDefault } };
        },
    },
];
