/** Who may do what with a key, in the key's own policy and in the policies of roles that use it. */

import { type Conditions, type PolicyDocument, policy, type Statement } from "./policy";
import { arnOf, type Place, viaServices } from "./region";

/** What encrypting and decrypting a volume takes: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html */
const use = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/** Everything but using the key: nobody who administers it can read data with it. */
export const administer = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
];

/** The service that encrypts with the key. */
export type EncryptingService = "ec2" | "elasticfilesystem";

/** Only when the service asks on someone's behalf; never by a direct call. */
function through(place: Place, services: string[]): Conditions {
    return { StringEquals: { "kms:CallerAccount": place.accountId, "kms:ViaService": viaServices(place, services) } };
}

/** Grants only to AWS's own services, such as the one that lets an instance decrypt while a volume is attached. */
function grantsThrough(place: Place, services: string[]): Conditions {
    return { ...through(place, services), Bool: { "kms:GrantIsForAWSResource": "true" } };
}

/**
 * Policy of the key that encrypts volumes or a file system: administered by whom IAM allows it, used through the storage service and AWS
 * Backup by whom IAM allows it, and by the drivers that attach volumes. No one may decrypt with it by hand.
 *
 * EFS' driver is not among the users: the service holds a grant that whoever creates the file system makes.
 */
export function keyPolicy(place: Place, service: EncryptingService, driverRoleArns: string[]): PolicyDocument {
    const account = { AWS: arnOf(place, "iam", "root") };
    const statements: Statement[] = [
        { Sid: "AdministeredByWhomIamAllows", Effect: "Allow", Principal: account, Action: administer, Resource: "*" },
        {
            Sid: "UsedThroughStorageByWhomIamAllows",
            Effect: "Allow",
            Principal: account,
            Action: use,
            Resource: "*",
            Condition: through(place, [service, "backup"]),
        },
        {
            Sid: "GrantedThroughStorageByWhomIamAllows",
            Effect: "Allow",
            Principal: account,
            Action: "kms:CreateGrant",
            Resource: "*",
            Condition: grantsThrough(place, [service, "backup"]),
        },
    ];
    if (driverRoleArns.length > 0) {
        statements.push(
            {
                Sid: "UsedByTheDriver",
                Effect: "Allow",
                Principal: { AWS: driverRoleArns },
                Action: use,
                Resource: "*",
                Condition: through(place, [service]),
            },
            {
                Sid: "GrantedByTheDriver",
                Effect: "Allow",
                Principal: { AWS: driverRoleArns },
                Action: "kms:CreateGrant",
                Resource: "*",
                Condition: grantsThrough(place, [service]),
            },
        );
    }
    return policy(...statements);
}

/** What a role's own policy says of the key; a key that wasn't made here may leave everything to it. */
export function keyStatements(place: Place, service: EncryptingService, keyArn: string): Statement[] {
    return [
        { Sid: "UseTheKey", Effect: "Allow", Action: use, Resource: keyArn, Condition: through(place, [service]) },
        { Sid: "GrantTheKey", Effect: "Allow", Action: "kms:CreateGrant", Resource: keyArn, Condition: grantsThrough(place, [service]) },
    ];
}
