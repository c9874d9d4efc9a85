/** Everything that can be wrong with a bucket's arguments before AWS is asked, each with what to write instead. */

import { policyNames } from "../../policies/backup";
import { appNameProblem, type InputProblem } from "../problems";
import { arnProblems, partitionOf } from "../storage/aws/region";
import { tagProblems } from "../storage/aws/tags";
import { permissionProblems } from "../volumes/permissions";
import type { BackupBucketArgs } from "./backup-bucket-args";
import { bucketNameProblem } from "./backup-bucket-name";
import { bucketTimesOf, namedPolicy } from "./backup-bucket-times";
import { namespaceProblem, prefixProblem } from "./backup-repository-problems";

/** S3's own limit for the days of a retention: a hundred years. */
const longest = 36_500;

function daysProblem(path: "lockDays" | "deletedKeptDays", days: number | undefined): InputProblem[] {
    return days === undefined || (Number.isInteger(days) && days >= 1 && days <= longest)
        ? []
        : [{ path, reason: `${days} is no number of days: a whole number from 1 to ${longest}. Write e.g. ${path}: 35.` }];
}

function timeProblems(args: BackupBucketArgs): InputProblem[] {
    const { policy, lockMode, lockDays, deletedKeptDays } = args;
    const problems = [...daysProblem("lockDays", lockDays), ...daysProblem("deletedKeptDays", deletedKeptDays)];
    if (policy === "none" || (policy !== undefined && !namedPolicy(policy))) {
        const what = policy === "none" ? "backs up nothing" : "is no backup policy";
        const names = policyNames.filter((name) => name !== "none").join(", ");
        problems.push({ path: "policy", reason: `"${policy}" ${what}. There are ${names}; or leave it out.` });
    }
    if (lockMode !== undefined && lockMode !== "governance" && lockMode !== "compliance") {
        problems.push({
            path: "lockMode",
            reason: `"${lockMode}" is no mode. Write "governance", which a special permission lifts, or "compliance", which nobody lifts.`,
        });
    }
    if ((lockMode === undefined) !== (lockDays === undefined)) {
        const [path, other] = lockMode === undefined ? ["lockMode", "lockDays"] : ["lockDays", "lockMode"];
        problems.push({ path, reason: `missing: ${other} is given. Write both, or leave both to the policy.` });
    }
    const lock = problems.length === 0 ? bucketTimesOf(args).lock : undefined;
    if (lock && deletedKeptDays !== undefined && deletedKeptDays < lock.days) {
        problems.push({
            path: "deletedKeptDays",
            reason: `${deletedKeptDays} is shorter than the lock, before whose ${lock.days} days S3 lets nothing go. Write ${lock.days} or more.`,
        });
    }
    return problems;
}

function identityProblems(args: BackupBucketArgs): InputProblem[] {
    const { oidcProviderArn, namespace, serviceAccounts } = args;
    if (oidcProviderArn === undefined) {
        return (["namespace", "serviceAccounts"] as const)
            .filter((path) => args[path] !== undefined)
            .map((path) => ({ path, reason: "it means nothing without oidcProviderArn. Leave it out, or write that too." }));
    }
    const reason = namespace === undefined ? undefined : namespaceProblem(namespace);
    const problems: InputProblem[] = reason === undefined ? [] : [{ path: "namespace", reason }];
    if (serviceAccounts?.length === 0) {
        problems.push({ path: "serviceAccounts", reason: "it is empty: nobody could take the role. Name them, or leave it out." });
    }
    (serviceAccounts ?? []).forEach((account, index) => {
        if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(account)) {
            problems.push({
                path: `serviceAccounts[${index}]`,
                reason: `"${account}" is no service account: small letters, digits, "-" and ".", and no pattern. Write e.g. "pod-executor".`,
            });
        }
    });
    return problems;
}

/** Everything wrong with the arguments, of which a preview knows all. */
export function backupBucketProblems(args: BackupBucketArgs): InputProblem[] {
    const { app, bucket, region, accountId, prefix } = args;
    const problems: InputProblem[] = [];
    const add = (path: string, reason: string | undefined) => reason !== undefined && problems.push({ path, reason });
    add("app", appNameProblem(app));
    add("bucket", bucketNameProblem(bucket));
    if (bucket.includes(".") && bucketNameProblem(bucket) === undefined) {
        add(
            "bucket",
            `"${bucket}" has a ".", with which S3's certificate doesn't fit its own host name. Write ${bucket.replaceAll(".", "-")}.`,
        );
    }
    add("prefix", prefix === undefined ? undefined : prefixProblem(prefix));
    if (typeof accountId === "string" && !/^\d{12}$/.test(accountId)) {
        add("accountId", `"${accountId}" is no AWS account. Write its twelve digits, in quotes.`);
    }
    problems.push(...timeProblems(args), ...identityProblems(args), ...tagProblems(args.tags), ...permissionProblems(args.allow));
    const partition = partitionOf(region);
    if (!partition) {
        add("region", `"${region}" is no region known here. Write e.g. eu-central-1, cn-north-1 or us-gov-west-1.`);
        return problems;
    }
    return [
        ...problems,
        ...arnProblems("kmsKeyArn", args.kmsKeyArn, partition, "kms", region, "key"),
        ...arnProblems("oidcProviderArn", args.oidcProviderArn, partition, "iam", "", "oidc-provider"),
    ];
}
