/** Both sides of every rule: a preview in which it applies, and the nearest one in which it doesn't. */

import { review, rules, type Verdict } from "../../../policies/review";
import { unknownValue } from "../../../policies/review/values";
import {
    claim,
    create,
    namespace,
    preview,
    remove,
    replace,
    type StateJson,
    type StepJson,
    same,
    secret,
    state,
    statefulSet,
    storageClass,
    update,
} from "./support/previews";

/** Previews by what is special about them; the first object is the one that is asked about. */
interface Case {
    rule: string;
    when: string;
    verdict: Verdict;
    yes: StepJson[];
    no: StepJson[];
}

const meta = (name: string, inNamespace = "shop") => ({ metadata: { name, namespace: inNamespace } });
const size = (storage: unknown) => ({ resources: { requests: { storage } } });
const kubernetes = (type: string, name: string, fields: object = {}, options: object = {}): StateJson =>
    state(`kubernetes:${type}`, name, fields, options);
const release = (fields: object = {}) => kubernetes("helm.sh/v3:Release", "chart", { name: "chart", namespace: "shop", ...fields });
const database = (spec: object = {}) =>
    kubernetes("postgresql.cnpg.io/v1:Cluster", "pg", { ...meta("pg"), spec: { instances: 3, ...spec } });
const schedule = (spec: object = {}) => kubernetes("k8up.io/v1:Schedule", "nightly", { ...meta("nightly"), spec });
const crd = (options = {}) =>
    kubernetes("apiextensions.k8s.io/v1:CustomResourceDefinition", "crd", { metadata: { name: "things.example.org" } }, options);
const provider = (inputs: object = {}) => state("pulumi:providers:kubernetes", "k8s", inputs);
const rds = (inputs: object = {}) => state("aws:rds/instance:Instance", "sql", inputs);
const eks = () => state("aws:eks/cluster:Cluster", "cluster", {});
const retain = { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } };
const deleteWhenDeleted = { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } };
const deleteWhenScaled = { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Delete" } };
const template = (name: string, storage = "1Gi") => ({ volumeClaimTemplates: [{ metadata: { name }, spec: size(storage) }] });
const inside = { ...claim(), urn: `${claim().urn}-elsewhere` };

const cases: Case[] = [
    {
        rule: "data-deleted",
        when: "a claim leaves the program, and its class isn't known",
        verdict: "destroyed",
        yes: [remove(claim())],
        no: [remove(claim({}, { retainOnDelete: true }))],
    },
    {
        rule: "data-deleted",
        when: "a claim leaves the program, and its class says Retain",
        verdict: "at risk",
        yes: [remove(claim()), same(storageClass())],
        no: [update(claim(), claim(), { "metadata.labels": "add" }), same(storageClass())],
    },
    {
        rule: "data-deleted",
        when: "a bucket leaves the program; one that was only read doesn't",
        verdict: "destroyed",
        yes: [remove(state("aws:s3/bucket:Bucket", "media", {}))],
        no: [remove(state("aws:s3/bucket:Bucket", "media", {}, { external: true }))],
    },
    {
        rule: "data-replaced",
        when: "the class of a claim changes",
        verdict: "destroyed",
        yes: [replace(claim(), claim({ storageClassName: "slow" }), { "spec.storageClassName": "update-replace" })],
        no: [update(claim(), claim(size("2Gi")), { "spec.resources.requests.storage": "update" })],
    },
    {
        rule: "replaced-beside",
        when: "a retained claim gets another name",
        verdict: "at risk",
        yes: [
            replace(claim({}, { retainOnDelete: true }), claim({}, { retainOnDelete: true }, meta("other").metadata), {
                "metadata.name": "update-replace",
            }),
        ],
        no: [remove(claim({}, { retainOnDelete: true }))],
    },
    {
        rule: "data-forgotten",
        when: "a retained claim leaves the program",
        verdict: "kept",
        yes: [remove(claim({}, { retainOnDelete: true }))],
        no: [remove(claim())],
    },
    {
        rule: "renamed-without-alias",
        when: "a claim is declared under another name in the program",
        verdict: "at risk",
        yes: [remove(claim()), create({ ...claim(), urn: `${claim().urn}-2` })],
        // With an alias the engine knows it again.
        no: [same(claim(), { ...claim(), urn: `${claim().urn}-2` })],
    },
    {
        rule: "gone-from-cluster",
        when: "a refresh in the preview found no claim",
        verdict: "at risk",
        yes: [remove(claim()), create(claim())],
        no: [{ op: "refresh", urn: claim().urn, oldState: claim(), newState: claim() }],
    },
    {
        rule: "namespace-takes-it",
        when: "the namespace of a protected claim is deleted",
        verdict: "destroyed",
        yes: [same(claim({}, { protect: true })), remove(namespace())],
        no: [same(claim({}, { protect: true })), remove(namespace("elsewhere"))],
    },
    {
        rule: "namespace-takes-it",
        when: "the namespace of a StatefulSet is deleted, whose claims only Kubernetes knows",
        verdict: "destroyed",
        yes: [same(statefulSet()), remove(namespace())],
        no: [same(statefulSet()), remove(namespace("shop", { retainOnDelete: true }))],
    },
    {
        rule: "namespace-takes-it",
        when: "the namespace of a backup schedule is deleted",
        verdict: "at risk",
        yes: [same(schedule()), remove(namespace())],
        no: [same(schedule()), same(namespace())],
    },
    {
        rule: "workload-restarts",
        when: "the image changes",
        verdict: "restarted",
        yes: [update(statefulSet(), statefulSet(), { "spec.template.spec.containers[0].image": "update" })],
        no: [update(statefulSet(), statefulSet({}, { ...meta("db").metadata, labels: { a: "b" } }), { "metadata.labels": "add" })],
    },
    {
        rule: "workload-restarts",
        when: "it is replaced under its name",
        verdict: "restarted",
        yes: [replace(statefulSet(), statefulSet({ serviceName: "other" }), { "spec.serviceName": "update-replace" })],
        no: [update(statefulSet(), statefulSet({ replicas: 5 }), { "spec.replicas": "update" })],
    },
    {
        rule: "workload-new-volumes",
        when: "it gets another name",
        verdict: "at risk",
        yes: [replace(statefulSet(), statefulSet({}, meta("db2").metadata), { "metadata.name": "update-replace" })],
        no: [
            replace(statefulSet({ volumeClaimTemplates: [] }), statefulSet({ volumeClaimTemplates: [] }, meta("db2").metadata), {
                "metadata.name": "update-replace",
            }),
        ],
    },
    {
        rule: "workload-new-volumes",
        when: "Pulumi names it, and it is replaced for whatever reason",
        verdict: "at risk",
        yes: [
            replace(
                statefulSet({}, { name: "db-1a2b3c4d", namespace: "shop", annotations: { "pulumi.com/autonamed": "true" } }),
                statefulSet(
                    { serviceName: "other" },
                    { name: "db-5e6f7a8b", namespace: "shop", annotations: { "pulumi.com/autonamed": "true" } },
                ),
                { "spec.serviceName": "update-replace" },
            ),
        ],
        no: [replace(statefulSet(), statefulSet({ serviceName: "other" }), { "spec.serviceName": "update-replace" })],
    },
    {
        rule: "workload-new-volumes",
        when: "its provider is replaced: the same name in another cluster",
        verdict: "at risk",
        yes: [replace(statefulSet(), statefulSet(), { provider: "update-replace" })],
        no: [update(statefulSet(), statefulSet(), { "metadata.labels": "add" })],
    },
    {
        rule: "workload-new-volumes",
        when: "a claim template is renamed",
        verdict: "at risk",
        yes: [replace(statefulSet(), statefulSet(template("files")), { "spec.volumeClaimTemplates[0].metadata.name": "update-replace" })],
        no: [
            replace(statefulSet(), statefulSet(template("data", "2Gi")), {
                "spec.volumeClaimTemplates[0].spec.resources.requests.storage": "update-replace",
            }),
        ],
    },
    {
        rule: "workload-deletes-claims",
        when: "it is replaced, and its claims go with it",
        verdict: "destroyed",
        yes: [
            replace(statefulSet(deleteWhenDeleted), statefulSet({ ...deleteWhenDeleted, serviceName: "x" }), {
                "spec.serviceName": "update-replace",
            }),
        ],
        no: [replace(statefulSet(retain), statefulSet({ ...retain, serviceName: "x" }), { "spec.serviceName": "update-replace" })],
    },
    {
        rule: "workload-removed",
        when: "it leaves the program",
        verdict: "removed",
        yes: [remove(statefulSet())],
        no: [same(statefulSet())],
    },
    {
        rule: "scale-in",
        when: "members go, and their claims stay",
        verdict: "changed",
        yes: [update(statefulSet(), statefulSet({ replicas: 1 }), { "spec.replicas": "update" })],
        no: [update(statefulSet(), statefulSet({ replicas: 5 }), { "spec.replicas": "update" })],
    },
    {
        rule: "scale-in",
        when: "members go, and their claims with them",
        verdict: "destroyed",
        yes: [update(statefulSet(deleteWhenScaled), statefulSet({ ...deleteWhenScaled, replicas: 1 }), { "spec.replicas": "update" })],
        no: [update(statefulSet(deleteWhenScaled), statefulSet({ ...deleteWhenScaled, replicas: 4 }), { "spec.replicas": "update" })],
    },
    {
        rule: "template-is-ignored",
        when: "a claim template asks for more",
        verdict: "restarted",
        yes: [
            replace(statefulSet(), statefulSet(template("data", "2Gi")), {
                "spec.volumeClaimTemplates[0].spec.resources.requests.storage": "update-replace",
            }),
        ],
        no: [replace(statefulSet(), statefulSet({ serviceName: "x" }), { "spec.serviceName": "update-replace" })],
    },
    {
        rule: "database-restarts",
        when: "a CloudNativePG cluster gets another image",
        verdict: "restarted",
        yes: [update(database(), database({ imageName: "postgres:17.7" }), { "spec.imageName": "update" })],
        no: [update(database(), database({ instances: 5 }), { "spec.instances": "update" })],
    },
    {
        rule: "database-elsewhere",
        when: "the class of a CloudNativePG cluster changes",
        verdict: "changed",
        yes: [
            update(database({ storage: { storageClass: "a" } }), database({ storage: { storageClass: "b" } }), {
                "spec.storage.storageClass": "update",
            }),
        ],
        no: [
            update(database({ storage: { storageClass: "a", size: "1Gi" } }), database({ storage: { storageClass: "a", size: "2Gi" } }), {
                "spec.storage.size": "update",
            }),
        ],
    },
    {
        rule: "namespace-deleted",
        when: "a namespace is renamed",
        verdict: "destroyed",
        yes: [replace(namespace(), namespace("store"), { "metadata.name": "update-replace" })],
        no: [remove(namespace("shop", { retainOnDelete: true }))],
    },
    {
        rule: "definition-deleted",
        when: "a CustomResourceDefinition leaves the program",
        verdict: "destroyed",
        yes: [remove(crd())],
        no: [remove(crd({ retainOnDelete: true }))],
    },
    {
        rule: "cluster-deleted",
        when: "an EKS cluster is replaced",
        verdict: "destroyed",
        yes: [replace(eks(), eks(), { name: "update-replace" })],
        no: [update(eks(), eks(), { version: "update" })],
    },
    {
        rule: "release-uninstalled",
        when: "a Helm release leaves the program",
        verdict: "at risk",
        yes: [remove(release())],
        no: [update(release(), release({ version: "2.0.0" }), { version: "update" })],
    },
    {
        rule: "release-uninstalled",
        when: "a Helm release is replaced",
        verdict: "at risk",
        yes: [replace(release(), release({ namespace: "store" }), { namespace: "update-replace" })],
        no: [same(release())],
    },
    {
        rule: "release-changed",
        when: "a Helm release gets another version",
        verdict: "restarted",
        yes: [update(release(), release({ version: "2.0.0" }), { version: "update" })],
        no: [same(release())],
    },
    {
        rule: "release-changed",
        when: "values of a Helm release that decide about storage change",
        verdict: "at risk",
        yes: [update(release(), release(), { "values.primary.persistence.enabled": "update" })],
        no: [create(release())],
    },
    {
        rule: "release-changed",
        when: "it can't be seen which values of a Helm release change",
        verdict: "unknown",
        yes: [update(release(), release(), { values: "update" })],
        no: [same(release())],
    },
    {
        rule: "class-goes",
        when: "a StorageClass leaves the program",
        verdict: "removed",
        yes: [remove(storageClass())],
        no: [update(storageClass(), storageClass({ allowVolumeExpansion: true }), { allowVolumeExpansion: "add" })],
    },
    {
        rule: "class-goes",
        when: "a StorageClass gets other parameters",
        verdict: "changed",
        yes: [replace(storageClass(), storageClass({ parameters: { type: "io2" } }), { parameters: "add-replace" })],
        no: [create(storageClass())],
    },
    {
        rule: "provider-replaced",
        when: "a kubeconfig names another cluster",
        verdict: "at risk",
        yes: [replace(provider(), provider({ kubeconfig: "b" }), { kubeconfig: "update-replace" })],
        no: [update(provider(), provider({ kubeconfig: "b" }), { kubeconfig: "update" })],
    },
    {
        rule: "not-known-yet",
        when: "the class of a claim comes from something that isn't made yet",
        verdict: "unknown",
        yes: [update(claim(), claim({ storageClassName: unknownValue }), { "spec.storageClassName": "update" })],
        no: [update(claim(), claim(), { "metadata.labels": "add" })],
    },
    {
        rule: "not-known-yet",
        when: "the whole of a claim's spec isn't known",
        verdict: "unknown",
        yes: [update(claim(), { ...claim(), inputs: { ...meta("data-db-0"), spec: unknownValue } }, { spec: "update" })],
        // A new object has nothing to lose.
        no: [create({ ...claim(), inputs: { ...meta("data-db-0"), spec: unknownValue } })],
    },
    {
        rule: "not-known-yet",
        when: "a size isn't known",
        verdict: "unknown",
        yes: [update(claim(), claim(size(unknownValue)), { "spec.resources.requests.storage": "update" })],
        no: [update(claim(), claim(size("2Gi")), { "spec.resources.requests.storage": "update" })],
    },
    {
        rule: "not-known-yet",
        when: "a size is left out, as the engine's JSON does with what isn't known",
        verdict: "unknown",
        yes: [update(claim(), claim({ resources: { requests: {} } }), { "spec.resources.requests.storage": "delete" })],
        no: [update(claim(), claim(), { "metadata.annotations.note": "delete" })],
    },
    {
        rule: "custom-resource-goes",
        when: "a custom resource nobody knows leaves the program",
        verdict: "unknown",
        yes: [remove(kubernetes("db.example.org/v1:Mongo", "mongo", meta("mongo")))],
        no: [
            remove(kubernetes("cert-manager.io/v1:Certificate", "tls", meta("tls"))),
            remove(kubernetes("k8up.io/v1:PodConfig", "shop-backup", meta("shop-backup"))),
        ],
    },
    {
        rule: "storing-resource-goes",
        when: "a cloud's resource leaves the program that sounds as if it stored something",
        verdict: "unknown",
        yes: [remove(state("gcp:sql/databaseInstance:DatabaseInstance", "sql", {}))],
        no: [
            remove(state("gcp:storage/bucketIAMPolicy:BucketIAMPolicy", "access", {})),
            remove({ ...state("holdfast:index:NetworkStorage", "storage", {}), custom: false }),
        ],
    },
    {
        rule: "volume-grows",
        when: "a claim asks for more",
        verdict: "grown",
        yes: [update(claim(), claim(size("2Gi")), { "spec.resources.requests.storage": "update" })],
        no: [update(claim(), claim(size("1024Mi")), { "spec.resources.requests.storage": "update" })],
    },
    {
        rule: "volume-shrinks",
        when: "a claim asks for less",
        verdict: "at risk",
        yes: [update(claim(), claim(size("512Mi")), { "spec.resources.requests.storage": "update" })],
        no: [update(claim(), claim(size("2Gi")), { "spec.resources.requests.storage": "update" })],
    },
    {
        rule: "volume-shrinks",
        when: "an RDS instance asks for less, in GiB",
        verdict: "at risk",
        yes: [update(rds({ allocatedStorage: 100 }), rds({ allocatedStorage: 50 }), { allocatedStorage: "update" })],
        no: [update(rds({ allocatedStorage: 100 }), rds({ allocatedStorage: 200 }), { allocatedStorage: "update" })],
    },
    {
        rule: "protection-lifted",
        when: "a claim is no longer protected, and nothing else keeps it",
        verdict: "at risk",
        yes: [same(claim({}, { protect: true }), claim({}, { protect: false }))],
        no: [same(claim({}, { protect: true }))],
    },
    {
        rule: "protection-lifted",
        when: "a claim is no longer retained, and nothing else keeps it",
        verdict: "at risk",
        yes: [same(claim({}, { retainOnDelete: true }), claim())],
        no: [same(claim(), claim({}, { retainOnDelete: true }))],
    },
    {
        rule: "protection-lifted",
        when: "a claim is no longer protected, and still retained",
        verdict: "kept",
        yes: [same(claim({}, { protect: true, retainOnDelete: true }), claim({}, { retainOnDelete: true }))],
        no: [same(claim({}, { protect: true, retainOnDelete: true }))],
    },
    {
        rule: "safeguard-off",
        when: "a PersistentVolume goes from Retain to Delete",
        verdict: "at risk",
        yes: [
            update(
                kubernetes("core/v1:PersistentVolume", "pv", {
                    metadata: { name: "pv" },
                    spec: { persistentVolumeReclaimPolicy: "Retain" },
                }),
                kubernetes("core/v1:PersistentVolume", "pv", {
                    metadata: { name: "pv" },
                    spec: { persistentVolumeReclaimPolicy: "Delete" },
                }),
            ),
        ],
        no: [
            update(
                kubernetes("core/v1:PersistentVolume", "pv", {
                    metadata: { name: "pv" },
                    spec: { persistentVolumeReclaimPolicy: "Delete" },
                }),
                kubernetes("core/v1:PersistentVolume", "pv", {
                    metadata: { name: "pv" },
                    spec: { persistentVolumeReclaimPolicy: "Retain" },
                }),
            ),
        ],
    },
    {
        rule: "safeguard-off",
        when: "a StorageClass no longer says Retain",
        verdict: "at risk",
        yes: [replace(storageClass(), storageClass({ reclaimPolicy: undefined }), { reclaimPolicy: "delete-replace" })],
        no: [replace(storageClass(), storageClass({ provisioner: "x" }), { provisioner: "update-replace" })],
    },
    {
        rule: "safeguard-off",
        when: "an RDS instance loses its deletion protection",
        verdict: "at risk",
        yes: [update(rds({ deletionProtection: true }), rds(), { deletionProtection: "delete" })],
        no: [update(rds(), rds({ deletionProtection: true }), { deletionProtection: "add" })],
    },
    {
        rule: "safeguard-off",
        when: "a StatefulSet's claims are to go with it from now on",
        verdict: "at risk",
        yes: [update(statefulSet(), statefulSet(deleteWhenDeleted), { "spec.persistentVolumeClaimRetentionPolicy": "add" })],
        no: [update(statefulSet(), statefulSet(retain), { "spec.persistentVolumeClaimRetentionPolicy": "add" })],
    },
    {
        rule: "backups-end",
        when: "a backup schedule leaves the program",
        verdict: "at risk",
        yes: [remove(schedule())],
        no: [update(schedule(), schedule({ backup: { schedule: "0 * * * *" } }), { "spec.backup.schedule": "update" })],
    },
    {
        rule: "backups-end",
        when: "a backup schedule is suspended",
        verdict: "at risk",
        yes: [update(schedule(), schedule({ suspend: true }), { "spec.suspend": "add" })],
        no: [update(schedule({ suspend: true }), schedule(), { "spec.suspend": "delete" })],
    },
    {
        rule: "backup-removed",
        when: "a CloudNativePG cluster is no longer backed up",
        verdict: "at risk",
        yes: [update(database({ backup: { target: "primary" } }), database(), { "spec.backup": "delete" })],
        no: [
            update(database({ backup: { target: "primary" } }), database({ plugins: [{ name: "barman-cloud" }] }), {
                "spec.backup": "delete",
            }),
        ],
    },
    {
        rule: "retention-lowered",
        when: "fewer daily backups are kept",
        verdict: "at risk",
        yes: [update(schedule({ prune: { retention: { keepDaily: 14 } } }), schedule({ prune: { retention: { keepDaily: 7 } } }))],
        no: [update(schedule({ prune: { retention: { keepDaily: 7 } } }), schedule({ prune: { retention: { keepDaily: 14 } } }))],
    },
    {
        rule: "secret-deleted",
        when: "a Secret leaves the program",
        verdict: "at risk",
        yes: [remove(secret())],
        no: [remove(secret({ type: "kubernetes.io/tls" }))],
    },
    {
        rule: "secret-changed",
        when: "a Secret gets other contents",
        verdict: "changed",
        yes: [replace(secret(), secret(), { "data.password": "update-replace" })],
        no: [update(secret(), secret(), { "metadata.labels": "add" })],
    },
    {
        rule: "secret-changed",
        when: "a random password is made anew",
        verdict: "changed",
        yes: [
            replace(
                state("random:index/randomPassword:RandomPassword", "p", { length: 16 }),
                state("random:index/randomPassword:RandomPassword", "p", { length: 24 }),
                { length: "update-replace" },
            ),
        ],
        no: [same(state("random:index/randomPassword:RandomPassword", "p", { length: 16 }))],
    },
    {
        rule: "secret-moves",
        when: "a Secret gets another name",
        verdict: "changed",
        yes: [replace(secret(), secret(meta("other")), { "metadata.name": "update-replace" })],
        no: [replace(secret(), secret(), { "data.password": "update-replace" })],
    },
];

const findingOf = (steps: StepJson[], rule: string) => {
    const [{ urn }] = steps;
    const row = review(preview(steps)).rows.find((each) => each.urn === urn);
    return row?.findings.find((finding) => finding.rule === rule);
};

test("every rule has a case, and every case a rule", () => {
    expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual(rules.map(({ id }) => id).sort());
});

test.each(cases)("$rule applies when $when", ({ rule, yes, verdict }) => {
    const finding = findingOf(yes, rule);
    expect(finding?.verdict).toBe(verdict);
    expect(finding?.says).toBeTruthy();
});

test.each(cases)("$rule doesn't apply in the nearest case to: $when", ({ rule, no }) => {
    expect(findingOf(no, rule)).toBeUndefined();
});

test("every rule explains itself, and rules that refuse say what to write instead", () => {
    for (const { id, explanation } of rules) {
        expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(explanation).toMatch(/\.$/);
    }
    const silent = cases.filter(({ rule, yes, verdict }) => {
        const finding = findingOf(yes, rule);
        return ["at risk", "destroyed"].includes(verdict) && finding?.instead.length === 0;
    });
    expect(silent.map(({ when }) => when)).toEqual([]);
});

test("a claim in another namespace isn't taken along", () => {
    const elsewhere = { ...inside, inputs: { ...inside.inputs, ...meta("data-db-0", "elsewhere") } };
    const { rows } = review(preview([same(elsewhere), remove(namespace())]));
    expect(rows.map(({ verdict, kind }) => [kind, verdict])).toEqual([
        ["namespace", "destroyed"],
        ["claim", "kept"],
    ]);
});
