/** Who may take a driver's role: one service account of one cluster. */

import { type PolicyDocument, policy } from "./policy";
import { arnOf, type Place } from "./region";

/** Where the add-ons run. */
export const driverNamespace = "kube-system";

/**
 * By EKS Pod Identity, which sends what it speaks for as session tags:
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html, read 2026-11. Without the conditions any cluster of the account could
 * hand the role to any pod.
 */
export function podIdentityTrust(place: Place, clusterName: string, serviceAccount: string): PolicyDocument {
    return policy({
        Sid: "PodsOfTheDriver",
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
            StringEquals: {
                "aws:RequestTag/eks-cluster-arn": arnOf(place, "eks", `cluster/${clusterName}`),
                "aws:RequestTag/kubernetes-namespace": driverNamespace,
                "aws:RequestTag/kubernetes-service-account": serviceAccount,
            },
        },
    });
}

/**
 * By a token of the cluster's own issuer (roles for service accounts), where Pod Identity isn't offered. The audience is the same in
 * China, whatever its endpoints are called: https://github.com/eksctl-io/eksctl/pull/1912, read 2026-11.
 */
export function webIdentityTrust(oidcProviderArn: string, serviceAccounts: string[], namespace = driverNamespace): PolicyDocument {
    const issuer = oidcProviderArn.slice(oidcProviderArn.indexOf(":oidc-provider/") + ":oidc-provider/".length);
    return policy({
        Sid: namespace === driverNamespace ? "PodsOfTheDriver" : "PodsOfTheNamespace",
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
            StringEquals: {
                [`${issuer}:aud`]: "sts.amazonaws.com",
                [`${issuer}:sub`]: serviceAccounts.map((account) => `system:serviceaccount:${namespace}:${account}`),
            },
        },
    });
}
