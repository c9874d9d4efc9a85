/** Buckets of S3: nobody else reads them, and an overwritten object can be had back. */

import {
    accessEnforcement,
    blockPublicAccess,
    boundaryProtection,
    protectionAtRest,
    retention,
    systemBackup,
    systemRecovery,
} from "../controls";
import type { Finding, StackGuardrail, Thing } from "../guardrail";
import { stated } from "../guardrail";
import { shown } from "../names";
import { at, isOpenList, isTrue, listAt, unknown } from "../values";

const bucketTypes = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** Tokens of what is said about a bucket in a resource of its own; each also has its older name. */
const beside = (name: string): string[] => {
    const upper = `${name[0].toUpperCase()}${name.slice(1)}`;
    return [`aws:s3/${name}:${upper}`, `aws:s3/${name}V2:${upper}V2`];
};

/** Resources of these types that are about this bucket: made from it, or with its name. */
function about(bucket: Thing, things: readonly Thing[], types: readonly string[]): Thing[] {
    const names = ["bucket", "id"].map((field) => at(bucket.props, field)).filter((name) => typeof name === "string");
    return things.filter(
        (thing) =>
            types.includes(thing.type) &&
            ((thing.from.bucket ?? []).includes(bucket.urn) || names.includes(at(thing.props, "bucket") as string)),
    );
}

const publicAcls = ["public-read", "public-read-write", "authenticated-read", "website"];
const everyone = /groups\/(global\/AllUsers|global\/AuthenticatedUsers)$/;

/** Whether an access policy lets anybody in. */
function isPublicPolicy(text: unknown): boolean {
    if (typeof text !== "string") return false;
    let policy: unknown;
    try {
        policy = JSON.parse(text);
    } catch {
        return false; // AWS refuses it
    }
    const statements = at(policy, "Statement");
    return (Array.isArray(statements) ? statements : [statements]).some((statement) => {
        const principal = at(statement, "Principal");
        const aws = at(principal, "AWS") ?? principal;
        const isAnybody = aws === "*" || (Array.isArray(aws) && aws.includes("*"));
        return at(statement, "Effect") === "Allow" && isAnybody && at(statement, "Condition") === undefined;
    });
}

const blockFields = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

function privacyOf(bucket: Thing, things: readonly Thing[], isBlockRequired: boolean): Finding[] {
    const findings: Finding[] = [];
    const open = (of: Thing, field: string) => findings.push({ about: of, open: field });
    const say = (of: Thing, says: string) => findings.push({ about: of, says: `${shown(bucket)}: ${says}` });
    for (const acl of [bucket, ...about(bucket, things, beside("bucketAcl"))]) {
        const value = stated(acl, "acl");
        if (value === unknown) open(acl, "acl");
        else if (typeof value === "string" && publicAcls.includes(value))
            say(acl, `acl ${value} lets others read it. Write acl: private, or leave it out.`);
        const uris = [...listAt(acl.props, "grants"), ...listAt(acl.props, "accessControlPolicy.grants")].flatMap((grant) => [
            at(grant, "uri"),
            at(grant, "grantee.uri"),
        ]);
        if (uris.some((uri) => typeof uri === "string" && everyone.test(uri))) say(acl, "a grant lets everyone in. Take it out.");
    }
    const policies = about(bucket, things, ["aws:s3/bucketPolicy:BucketPolicy"]);
    for (const policy of [bucket, ...policies])
        if (isPublicPolicy(at(policy.props, "policy")))
            say(policy, 'its policy allows Principal "*" without a condition. Name who may, or add a condition.');
    const blocks = about(bucket, things, ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"]);
    for (const block of blocks) {
        const off = blockFields.filter((field) => at(block.props, field) !== unknown && !isTrue(at(block.props, field)));
        if (off.length > 0) say(block, `its public access block leaves out ${off.join(", ")}. Write true for all four.`);
        else if (blockFields.some((field) => at(block.props, field) === unknown)) open(block, blockFields.join(", "));
    }
    if (isBlockRequired && blocks.length === 0) say(bucket, "it has no BucketPublicAccessBlock. Add one, with all four switches true.");
    return findings;
}

function versionsOf(bucket: Thing, things: readonly Thing[]): Finding[] {
    const versionings = about(bucket, things, beside("bucketVersioning"));
    // The resource of its own decides: the bucket's field then only repeats what AWS answered.
    const values =
        versionings.length > 0
            ? versionings.map((thing) => at(thing.props, "versioningConfiguration.status"))
            : [stated(bucket, "versioning.enabled")];
    if (values.some((value) => value === "Enabled" || isTrue(value))) return [];
    if (values.includes(unknown)) return [{ about: bucket, open: "whether versions are kept" }];
    return [
        {
            about: bucket,
            says:
                `${shown(bucket)} keeps no versions: an overwritten or deleted object is gone. ` +
                'Add a BucketVersioning of it with versioningConfiguration: { status: "Enabled" }.',
        },
    ];
}

function keyOf(bucket: Thing, things: readonly Thing[]): Finding[] {
    const settings = about(bucket, things, beside("bucketServerSideEncryptionConfiguration"));
    const rules =
        settings.length > 0
            ? settings.flatMap((thing) => [...listAt(thing.props, "rules"), ...(isOpenList(thing.props, "rules") ? [unknown] : [])])
            : [stated(bucket, "serverSideEncryptionConfiguration.rule")];
    const algorithms = rules.map((rule) => at({ rule }, "rule.applyServerSideEncryptionByDefault.sseAlgorithm"));
    if (algorithms.some((algorithm) => algorithm === "aws:kms" || algorithm === "aws:kms:dsse")) return [];
    if (algorithms.includes(unknown)) return [{ about: bucket, open: "its encryption" }];
    return [
        {
            about: bucket,
            says:
                `${shown(bucket)} is encrypted with a key of S3's own: whoever may read the bucket reads it. ` +
                "Add a BucketServerSideEncryptionConfiguration of it with sseAlgorithm: aws:kms.",
        },
    ];
}

const bucketsOf = (things: readonly Thing[]) => things.filter(({ type }) => bucketTypes.includes(type));

export const bucketGuardrails: readonly StackGuardrail[] = [
    {
        id: "bucket-private",
        title: "Buckets aren't public",
        description: "No ACL, grant or policy lets everyone into a bucket, and its public access block has all four switches on.",
        severity: "critical",
        enforcement: "mandatory",
        controls: [blockPublicAccess, accessEnforcement, boundaryProtection],
        remediation:
            "Add a BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets: true. Where the " +
            "account blocks public access itself, set requiresBlock: false. What has to be public goes into exceptions.",
        settings: {
            requiresBlock: {
                type: "boolean",
                description: "Whether each bucket needs a public access block of its own.",
                default: true,
            },
        },
        judgeStack: (things, settings) => bucketsOf(things).flatMap((bucket) => privacyOf(bucket, things, settings.requiresBlock === true)),
    },
    {
        id: "bucket-versioned",
        title: "Buckets keep versions",
        description: "A bucket keeps what is overwritten or deleted: an application's mistake is otherwise final.",
        severity: "high",
        enforcement: "mandatory",
        controls: [systemBackup, systemRecovery, retention],
        remediation: "Add a BucketVersioning with status Enabled, and a lifecycle rule that expires noncurrent versions after some time.",
        judgeStack: (things) => bucketsOf(things).flatMap((bucket) => versionsOf(bucket, things)),
    },
    {
        id: "bucket-own-key",
        title: "Buckets are encrypted with a KMS key",
        description:
            "S3 encrypts every object with a key of its own; with one of KMS, reading takes the right to use that key too, and is logged.",
        severity: "low",
        enforcement: "advisory",
        controls: [protectionAtRest],
        remediation:
            "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms, a kmsMasterKeyId and bucketKeyEnabled: true.",
        judgeStack: (things) => bucketsOf(things).flatMap((bucket) => keyOf(bucket, things)),
    },
];
