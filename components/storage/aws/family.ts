/** The two kinds of storage that AWS resources are made for, by the provisioner in the drivers table. */

import type { Driver } from "../../usecases/drivers";
import type { EncryptingService } from "./key-policy";

export interface Family {
    name: "ebs" | "efs";
    /** Name of the EKS add-on that is the driver. */
    addOn: string;
    /** Service account of the driver's controller, and of its node part where that calls AWS too. */
    controller: string;
    node?: string;
    /** The service that encrypts with the key. */
    service: EncryptingService;
}

/** Names as in https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html and the drivers' charts, read 2026-11. */
const families: Record<string, Family> = {
    "ebs.csi.aws.com": { name: "ebs", addOn: "aws-ebs-csi-driver", controller: "ebs-csi-controller-sa", service: "ec2" },
    "efs.csi.aws.com": {
        name: "efs",
        addOn: "aws-efs-csi-driver",
        controller: "efs-csi-controller-sa",
        node: "efs-csi-node-sa",
        service: "elasticfilesystem",
    },
};

/** The family of a driver; undefined for one of which only the class is made, such as Trident's for FSx. */
export function familyOf(driver: Driver | undefined): Family | undefined {
    return driver && Object.hasOwn(families, driver.provisioner) ? families[driver.provisioner] : undefined;
}
