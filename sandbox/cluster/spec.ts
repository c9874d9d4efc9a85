import * as fs from "node:fs";
import type { Layout } from "./layout";

/** What a cluster can have beyond its core, each started when first asked for. */
export const addOns = {
    snapshots: "VolumeSnapshots: the snapshot CRDs, controller and sidecar",
    "local-path": "local storage by local-path-provisioner",
    backups: "the K8up operator (restic) and an S3 server outside the cluster's volumes",
    "cloudnative-pg": "the CloudNativePG operator, which runs PostgreSQL clusters",
} as const;
export type AddOn = keyof typeof addOns;

/** What a sandbox is, kept beside its disks, so that `up` after a crash brings the same one back. */
export interface SandboxSpec {
    version: 1;
    nodes: number;
    addOns: AddOn[];
    /** Port of the API on 127.0.0.1. */
    apiPort: number;
    created: string;
}

/** The spec of the sandbox in this state folder; undefined when there is none. */
export function readSpec(layout: Layout): SandboxSpec | undefined {
    if (!fs.existsSync(layout.spec)) return undefined;
    const spec = JSON.parse(fs.readFileSync(layout.spec, "utf8")) as SandboxSpec;
    if (spec.version !== 1) {
        throw new Error(
            `${layout.spec} was written by another version of holdfast (version ${spec.version}, this one reads 1). ` +
                "Use that version, or delete the sandbox and its data with `holdfast sandbox reset`.",
        );
    }
    return spec;
}

export function writeSpec(layout: Layout, spec: SandboxSpec): void {
    const partial = `${layout.spec}.partial`;
    fs.writeFileSync(partial, `${JSON.stringify(spec, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(partial, layout.spec);
}
