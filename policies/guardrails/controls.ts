/**
 * Controls that the policies map to, where their text says what the policy asks. The mapping of AWS's to CIS and NIST is that of AWS
 * Security Hub (https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html), read 2026-11.
 */

import type { Control } from "./guardrail";

const nist = (id: string, title: string): Control => ({ framework: "NIST SP 800-53", version: "Rev. 5", id, title });
const cisAws = (id: string, title: string): Control => ({ framework: "CIS AWS Foundations", version: "3.0.0", id, title });

export const systemBackup = nist("CP-9", "System Backup");
export const systemRecovery = nist("CP-10", "System Recovery and Reconstitution");
export const protectionAtRest = nist("SC-28", "Protection of Information at Rest");
export const accessEnforcement = nist("AC-3", "Access Enforcement");
export const leastPrivilege = nist("AC-6", "Least Privilege");
export const boundaryProtection = nist("SC-7", "Boundary Protection");
export const retention = nist("SI-12", "Information Management and Retention");

/** Security Hub's S3.1. */
export const blockPublicAccess = cisAws("2.1.4", "S3 is configured with Block Public Access");
/** Security Hub's RDS.3. */
export const rdsEncryption = cisAws("2.3.1", "RDS encryption at rest");
/** Security Hub's EFS.1. */
export const efsEncryption = cisAws("2.4.1", "EFS encryption at rest");

export const podSecurityStandards: Control = {
    framework: "CIS Kubernetes",
    version: "1.8 and later",
    id: "5.2",
    title: "Pod Security Standards",
};
