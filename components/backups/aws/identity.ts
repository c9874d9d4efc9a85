import { AccessKey } from "@pulumi/aws/iam/accessKey";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { User } from "@pulumi/aws/iam/user";
import { UserPolicy } from "@pulumi/aws/iam/userPolicy";
import * as pulumi from "@pulumi/pulumi";
import { policyText } from "../../storage/aws/context";
import { webIdentityTrust } from "../../storage/aws/trust-policy";
import { repositoryPolicy } from "./bucket-policies";
import type { BucketContext } from "./context";
import type { MadeBucket } from "./made";

/** Service accounts of K8up's jobs: backups and prunes say theirs, checks and restores have the namespace's own (K8up 2.12, `operator/`). */
const serviceAccountsOfK8up = ["pod-executor", "default"];

/**
 * Who writes backups: a user with an access key, or a role that pods take by their service account's token.
 *
 * Not by EKS Pod Identity: restic 0.16 asks for credentials by minio-go 7.0.66, which refuses the agent's address ("not a loopback address")
 * and never reads the token the agent wants; 7.0.70 and restic 0.18 do (pkg/credentials/iam_aws.go, read 2026-11).
 *
 * No data is in any of it, so nothing is protected: an identity that goes with its stack is made anew by the next `up`, and the data is there.
 * It may do nothing before the bucket's settings are in force.
 */
export function createIdentity(
    context: BucketContext,
    keyArn: pulumi.Output<string>,
    settings: pulumi.Resource[],
): Pick<MadeBucket, "accessKeyId" | "secretAccessKey" | "roleArn"> {
    const { component, name, args, place, tags, identity, identityArn } = context;
    const repository = { bucket: args.bucket, prefix: args.prefix ?? args.app };
    const policy = policyText(pulumi.all([place, keyArn]), ([where, key]) => repositoryPolicy(where, repository, key));
    const allowed = { parent: component, dependsOn: settings };
    if (args.oidcProviderArn !== undefined) {
        const { serviceAccounts = serviceAccountsOfK8up, namespace = args.app } = args;
        const role = new Role(
            `${name}-role`,
            {
                name: identity,
                path: "/",
                description: `Backups of ${args.app} in ${args.bucket}`,
                assumeRolePolicy: policyText(pulumi.output(args.oidcProviderArn), (arn) =>
                    webIdentityTrust(arn, serviceAccounts, namespace),
                ),
                tags,
            },
            { parent: component },
        );
        const rolePolicy = new RolePolicy(`${name}-role-policy`, { name: "repository", role: role.name, policy }, allowed);
        return { accessKeyId: pulumi.output(""), secretAccessKey: pulumi.output(""), roleArn: after(identityArn, rolePolicy) };
    }
    const user = new User(`${name}-user`, { name: identity, path: "/", tags }, { parent: component });
    const userPolicy = new UserPolicy(`${name}-user-policy`, { name: "repository", user: user.name, policy }, allowed);
    const key = new AccessKey(`${name}-access-key`, { user: user.name }, { parent: component });
    return {
        accessKeyId: after(key.id, userPolicy),
        secretAccessKey: pulumi.secret(after(key.secret, userPolicy)),
        roleArn: pulumi.output(""),
    };
}

/** The same value, for whoever uses it only once the policy is there. */
const after = (value: pulumi.Output<string>, policy: pulumi.CustomResource): pulumi.Output<string> =>
    pulumi.all([value, policy.urn]).apply(([known]) => known);
