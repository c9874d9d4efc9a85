/** What a region's name says about ARNs, service names and what AWS offers there. Pure, so that a preview needs no call for it. */

import type { InputProblem } from "../../problems";

/** A group of regions with accounts, ARNs and endpoints of its own. */
export interface Partition {
    /** The word in its ARNs: `arn:aws-cn:…`. */
    name: string;
    /** End of the names services have there: `ec2.cn-north-1.amazonaws.com.cn`. */
    dnsSuffix: string;
    /**
     * EKS Pod Identity is offered. https://docs.amazonaws.cn/en_us/eks/latest/userguide/pod-identities.html says "not available in China
     * Regions" (read 2026-11); roles for service accounts take its place there. For GovCloud it is assumed: no page said
     * either.
     */
    hasPodIdentity: boolean;
    /** EFS Archive is known to be offered; elsewhere it is used only when asked for. */
    hasArchive: boolean;
    regions: RegExp;
}

const direction = "(central|(north|south)(east|west)?|east|west)-\\d";

/** Isolated and sovereign partitions are left out: nobody here knows what they offer, and a guessed ARN is worse than a refusal. */
const partitions: Partition[] = [
    { name: "aws-cn", dnsSuffix: "amazonaws.com.cn", hasPodIdentity: false, hasArchive: false, regions: new RegExp(`^cn-${direction}$`) },
    {
        name: "aws-us-gov",
        dnsSuffix: "amazonaws.com",
        hasPodIdentity: true,
        hasArchive: false,
        regions: new RegExp(`^us-gov-${direction}$`),
    },
    {
        name: "aws",
        dnsSuffix: "amazonaws.com",
        hasPodIdentity: true,
        hasArchive: true,
        regions: new RegExp(`^(af|ap|ca|eu|il|me|mx|sa|us)-${direction}$`),
    },
];

/** The partition of a region, or undefined for what is no region or one of a partition that isn't known here. */
export function partitionOf(region: string): Partition | undefined {
    return partitions.find(({ regions }) => regions.test(region));
}

/** A region of an account. */
export interface Place {
    partition: Partition;
    region: string;
    accountId: string;
}

/** ARN of something in the place; services that know no region (IAM) have none in theirs. */
export function arnOf({ partition, region, accountId }: Place, service: string, resource: string): string {
    return `arn:${partition.name}:${service}:${service === "iam" ? "" : region}:${accountId}:${resource}`;
}

/**
 * The names under which a service calls KMS for someone (`kms:ViaService`). China's documentation shows both endings: one of them never
 * occurs, so naming both widens nothing.
 */
export function viaServices({ partition, region }: Place, services: readonly string[]): string[] {
    const suffixes = [...new Set([partition.dnsSuffix, "amazonaws.com"])];
    return services.flatMap((service) => suffixes.map((suffix) => `${service}.${region}.${suffix}`));
}

/** An ARN's form; only those written as text can be judged here. */
export function arnProblems(
    path: string,
    given: unknown,
    partition: Partition,
    service: string,
    region: string,
    kind: string,
): InputProblem[] {
    const form = `arn:${partition.name}:${service}:${region}:<account>:${kind}/…`;
    const pattern = new RegExp(`^arn:${partition.name}:${service}:${region}:\\d{12}:${kind}/.+$`);
    return typeof given !== "string" || pattern.test(given)
        ? []
        : [{ path, reason: `"${given}" is not the ARN of a ${kind} ${region === "" ? "here" : `in ${region}`}. Write ${form}.` }];
}
