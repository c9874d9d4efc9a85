/**
 * What the EBS driver may do: make volumes and snapshots that carry the cluster's tag, and work with those alone.
 *
 * The actions are those of the driver's own policy (docs/AmazonEBSCSIDriverEKSClusterScopedPolicy.json of
 * github.com/kubernetes-sigs/aws-ebs-csi-driver, read 2026-11). It is limited further: to one region and account, to tags given at creation
 * (changing tags later would be a way around all of this), and without fast snapshot restores, which are billed by the hour.
 */

import { keyStatements } from "./key-policy";
import { type Conditions, type PolicyDocument, policy } from "./policy";
import { arnOf, type Place } from "./region";
import { clusterTag } from "./tags";

export function ebsDriverPolicy(place: Place, clusterName: string, keyArn: string): PolicyDocument {
    const volumes = arnOf(place, "ec2", "volume/*");
    const instances = arnOf(place, "ec2", "instance/*");
    // A snapshot's ARN has no account.
    const snapshots = arnOf({ ...place, accountId: "*" }, "ec2", "snapshot/*");
    const given: Conditions = { StringEquals: { [`aws:RequestTag/${clusterTag}`]: clusterName } };
    const carried: Conditions = { StringEquals: { [`ec2:ResourceTag/${clusterTag}`]: clusterName } };
    return policy(
        {
            Sid: "SeeVolumesAndInstances",
            Effect: "Allow",
            Action: [
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeTags",
                "ec2:DescribeVolumeStatus",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
            ],
            // These actions know no resources.
            Resource: "*",
            Condition: { StringEquals: { "aws:RequestedRegion": place.region } },
        },
        {
            Sid: "MakeTaggedVolumes",
            Effect: "Allow",
            Action: ["ec2:CopyVolumes", "ec2:CreateVolume"],
            Resource: volumes,
            Condition: given,
        },
        { Sid: "MakeTaggedSnapshots", Effect: "Allow", Action: "ec2:CreateSnapshot", Resource: snapshots, Condition: given },
        {
            Sid: "TagWhatIsBeingMade",
            Effect: "Allow",
            Action: "ec2:CreateTags",
            Resource: [volumes, snapshots],
            Condition: { StringEquals: { "ec2:CreateAction": ["CopyVolumes", "CreateSnapshot", "CreateVolume"] } },
        },
        {
            Sid: "WorkWithOwnVolumes",
            Effect: "Allow",
            Action: ["ec2:AttachVolume", "ec2:CreateSnapshot", "ec2:DeleteVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
            Resource: volumes,
            Condition: carried,
        },
        {
            Sid: "CopyOwnVolumes",
            Effect: "Allow",
            Action: "ec2:CopyVolumes",
            Resource: arnOf(place, "ec2", "volume/vol-*"),
            Condition: carried,
        },
        {
            Sid: "WorkWithOwnSnapshots",
            Effect: "Allow",
            Action: ["ec2:CreateVolume", "ec2:DeleteSnapshot", "ec2:LockSnapshot"],
            Resource: snapshots,
            Condition: carried,
        },
        {
            Sid: "AttachToManagedNodes",
            Effect: "Allow",
            Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
            Resource: instances,
            Condition: { StringEquals: { "ec2:ResourceTag/eks:cluster-name": clusterName } },
        },
        {
            // Nodes that Karpenter or an own launch template starts.
            Sid: "AttachToOtherNodes",
            Effect: "Allow",
            Action: ["ec2:AttachVolume", "ec2:DetachVolume"],
            Resource: instances,
            Condition: { StringEquals: { [`ec2:ResourceTag/kubernetes.io/cluster/${clusterName}`]: "owned" } },
        },
        ...keyStatements(place, "ec2", keyArn),
    );
}
