import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import * as pulumi from "@pulumi/pulumi";
import { type InputProblem, refuseProblems } from "../problems";
import { drivers } from "../usecases/drivers";
import type { StorageKind } from "../usecases/plan";
import { hashedClassName } from "./class-name";

/** What a class needs, whatever kind of storage is behind it. The kinds' own arguments extend it. */
export interface ClassRequest {
    driver: string;
    className?: string;
    provisioner?: string;
    parameters?: Record<string, string>;
    mountOptions?: string[];
    bindsImmediately?: boolean;
    allowsExpansion?: boolean;
    isClusterDefault?: boolean;
}

interface ClassSpec {
    name: string;
    provisioner: string;
    parameters: Record<string, string>;
    volumeBindingMode: string;
    allowVolumeExpansion: boolean;
    mountOptions?: readonly string[];
    isClusterDefault: boolean;
}

/**
 * Turns the request into a class's fields, with everything that is wrong about it. A driver outside the table needs its provisioner, and
 * is believed what it says about expansion.
 */
function specOf(name: string, kind: StorageKind, request: ClassRequest, problems: InputProblem[]): ClassSpec {
    const known = Object.hasOwn(drivers, request.driver) ? drivers[request.driver] : undefined;
    const ofKind = Object.values(drivers).filter((driver) => driver.kind === kind);
    if (!known && !request.provisioner) {
        problems.push({
            path: "driver",
            reason: `"${request.driver}" is not in the table of drivers. Write one of ${ofKind.map((driver) => driver.name).join(", ")}, or give its provisioner too.`,
        });
    } else if (known && known.kind !== kind) {
        problems.push({
            path: "driver",
            reason: `"${known.name}" is ${known.kind} storage, not ${kind}. Write one of ${ofKind.map((driver) => driver.name).join(", ")}.`,
        });
    }
    if (known?.capabilities.expansion === "none" && request.allowsExpansion) {
        problems.push({ path: "allowsExpansion", reason: `"${known.name}" can't grow a volume: leave it out.` });
    }
    const fields = {
        provisioner: request.provisioner ?? known?.provisioner ?? "",
        parameters: request.parameters ?? known?.parameters ?? {},
        reclaimPolicy: "Retain",
        volumeBindingMode:
            (request.bindsImmediately ?? known?.capabilities.delayedBinding === false) ? "Immediate" : "WaitForFirstConsumer",
    };
    return {
        ...fields,
        name: hashedClassName(request.className ?? name, fields),
        allowVolumeExpansion: request.allowsExpansion ?? known?.capabilities.expansion !== "none",
        mountOptions: request.mountOptions ?? known?.mountOptions,
        isClusterDefault: request.isClusterDefault ?? false,
    };
}

/** Makes the class of a storage component, as its child `${name}-class`. */
export function createStorageClass(
    component: pulumi.ComponentResource,
    name: string,
    kind: StorageKind,
    request: ClassRequest,
): StorageClass {
    const problems: InputProblem[] = [];
    const spec = specOf(name, kind, request, problems);
    refuseProblems(`${kind[0].toUpperCase()}${kind.slice(1)}Storage`, name, problems);
    return new StorageClass(
        `${name}-class`,
        {
            metadata: {
                name: spec.name,
                labels: { "app.kubernetes.io/managed-by": "holdfast" },
                // Said out loud either way, so that adopting a class never changes the cluster's default unnoticed.
                annotations: { "storageclass.kubernetes.io/is-default-class": String(spec.isClusterDefault) },
            },
            provisioner: spec.provisioner,
            parameters: spec.parameters,
            reclaimPolicy: "Retain",
            volumeBindingMode: spec.volumeBindingMode,
            allowVolumeExpansion: spec.allowVolumeExpansion,
            ...(spec.mountOptions && spec.mountOptions.length > 0 ? { mountOptions: [...spec.mountOptions] } : {}),
        },
        // Not protected: a changed field must be able to make the next class. Retained: volumes of the old one grow only while it exists.
        { parent: component, retainOnDelete: true },
    );
}

/** The class's name as an output that needs no `apply` in the reader. */
export function classNameOf(storageClass: StorageClass): pulumi.Output<string> {
    return pulumi.output(storageClass.metadata.name);
}
