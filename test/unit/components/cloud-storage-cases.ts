/** Cloud storages of each kind, as programs write them, in every region. */

import type { CloudStorageArgs } from "../../../components/storage/cloud-storage-args";
import type { RecordedResource } from "../../support/mocks";

export const accountId = "111122223333";

/** What `getCallerIdentity` answers under mocks. */
export const answers = { "aws:index/getCallerIdentity:getCallerIdentity": { accountId } };

const partitions: Record<string, string> = { "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov" };

export const regions = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1"];

/** An ARN of the region's partition. */
export function arn(region: string, service: string, resource: string): string {
    return `arn:${partitions[region] ?? "aws"}:${service}:${service === "iam" ? "" : region}:${accountId}:${resource}`;
}

/** China has no Pod Identity: roles are given there by the cluster's tokens. */
function identityOf(region: string): Partial<CloudStorageArgs> {
    return region.startsWith("cn-")
        ? { oidcProviderArn: arn(region, "iam", `oidc-provider/oidc.eks.${region}.amazonaws.com.cn/id/0123456789ABCDEF`) }
        : {};
}

const network = { vpcId: "vpc-1", subnetIds: ["subnet-a", "subnet-b", "subnet-c"], nodeSecurityGroupIds: ["sg-nodes", "sg-more-nodes"] };

/** The arguments of each kind, in a region. */
export const kinds: Record<string, (region: string) => CloudStorageArgs> = {
    "ebs-gp3": (region) => ({
        driver: "ebs-gp3",
        clusterName: "shop",
        region,
        iops: 6000,
        throughputMiB: 500,
        smallestSize: "20Gi",
        tags: { team: "payments", "cost-center": "42" },
        allowedTopologies: { "topology.kubernetes.io/zone": [`${region}a`, `${region}b`] },
        attributes: { busy: { iops: "8000", throughput: "1000" } },
        ...identityOf(region),
    }),
    "ebs-io2": (region) => ({ driver: "ebs-io2", clusterName: "shop", region, iops: 8000, ...identityOf(region) }),
    efs: (region) => ({ driver: "efs", clusterName: "shop", region, basePath: "/volumes", ...network, ...identityOf(region) }),
    "existing-ebs": (region) => ({
        driver: "ebs-gp3",
        clusterName: "shop",
        region,
        installsAddOns: false,
        kmsKeyArn: arn(region, "kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        roleArn: arn(region, "iam", "role/driver"),
    }),
    "existing-efs": (region) => ({
        driver: "efs",
        clusterName: "shop",
        region,
        installsAddOns: false,
        fileSystemId: "fs-0123456789abcdef0",
    }),
};

/** Policies are text to AWS; a reader of a golden list sees them as what they say. */
export function readable(resources: RecordedResource[]): RecordedResource[] {
    return resources.map((resource) => {
        const inputs = { ...resource.inputs };
        for (const key of ["assumeRolePolicy", "policy", "configurationValues"]) {
            if (typeof inputs[key] === "string") {
                inputs[key] = JSON.parse(inputs[key]);
            }
        }
        return { ...resource, inputs };
    });
}
