/** What the EFS driver may do, and who may mount a file system. */

import { type Conditions, type PolicyDocument, policy } from "./policy";
import { arnOf, type Place } from "./region";
import { clusterTag } from "./tags";

/** The driver tags its access points so, always; the add-on can't be told further tags (github.com/aws/containers-roadmap/issues/2755). */
const driverTag = "efs.csi.aws.com/cluster";

/** File systems of this cluster: one that was given, or whatever carries the cluster's tag. */
export interface FileSystems {
    clusterName: string;
    /** Id of a file system that was given. */
    given?: string;
}

/**
 * The controller makes access points on the cluster's file systems and deletes what a driver made. Actions as in
 * docs/iam-policy-example.json of github.com/kubernetes-sigs/aws-efs-csi-driver (read 2026-11), without S3 Files.
 *
 * An access point can be deleted by any cluster's driver of the region: it carries no cluster's name. Deleting one deletes no data.
 */
export function efsControllerPolicy(place: Place, { clusterName, given }: FileSystems): PolicyDocument {
    const fileSystems = arnOf(place, "elasticfilesystem", "file-system/*");
    const accessPoints = arnOf(place, "elasticfilesystem", "access-point/*");
    const named: Conditions[string] = { [`aws:RequestTag/${driverTag}`]: "true" };
    return policy(
        {
            Sid: "SeeFileSystems",
            Effect: "Allow",
            Action: [
                "elasticfilesystem:DescribeAccessPoints",
                "elasticfilesystem:DescribeFileSystems",
                "elasticfilesystem:DescribeMountTargets",
            ],
            Resource: [fileSystems, accessPoints],
        },
        {
            Sid: "MakeTaggedAccessPoints",
            Effect: "Allow",
            Action: "elasticfilesystem:CreateAccessPoint",
            Resource: given === undefined ? fileSystems : arnOf(place, "elasticfilesystem", `file-system/${given}`),
            Condition: {
                StringEquals: given === undefined ? { ...named, [`aws:ResourceTag/${clusterTag}`]: clusterName } : named,
            },
        },
        {
            Sid: "TagWhatIsBeingMade",
            Effect: "Allow",
            Action: "elasticfilesystem:TagResource",
            Resource: accessPoints,
            Condition: { StringEquals: { "elasticfilesystem:CreateAction": "CreateAccessPoint" } },
        },
        {
            Sid: "DeleteAccessPointsOfDrivers",
            Effect: "Allow",
            Action: "elasticfilesystem:DeleteAccessPoint",
            Resource: accessPoints,
            Condition: { StringEquals: { [`aws:ResourceTag/${driverTag}`]: "true" } },
        },
    );
}

const mount = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"];

/** Mounting by an access point and over TLS, never the root of the file system and never as its root user. */
function mounting(place: Place): Conditions {
    return {
        Bool: { "aws:SecureTransport": "true", "elasticfilesystem:AccessedViaMountTarget": "true" },
        ArnLike: { "elasticfilesystem:AccessPointArn": arnOf(place, "elasticfilesystem", "access-point/*") },
    };
}

/** What a node mounts with. */
export function efsNodePolicy(place: Place, fileSystemId: string): PolicyDocument {
    return policy({
        Sid: "MountTheFileSystem",
        Effect: "Allow",
        Action: mount,
        Resource: arnOf(place, "elasticfilesystem", `file-system/${fileSystemId}`),
        Condition: mounting(place),
    });
}

/** The file system's own policy: nothing without TLS, and nobody but the cluster's nodes. Without one, whoever reaches it may mount it. */
export function fileSystemPolicy(place: Place, fileSystemArn: string, nodeRoleArns: string[]): PolicyDocument {
    return policy(
        {
            Sid: "NothingWithoutTls",
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: [...mount, "elasticfilesystem:ClientRootAccess"],
            Resource: fileSystemArn,
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
        {
            Sid: "MountedByTheNodes",
            Effect: "Allow",
            Principal: { AWS: nodeRoleArns },
            Action: mount,
            Resource: fileSystemArn,
            Condition: mounting(place),
        },
    );
}
