import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { inside } from "../node/compartment";
import { poolDriver } from "./control-plane";
import { type ClusterNode, Layout, maxNodes } from "./layout";

const documents = (objects: object[]) => objects.map((object) => stringify(object)).join("---\n");

/** What the core of the cluster consists of, beside its processes. */
export function coreObjects(): string {
    return documents([
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "CSIDriver",
            metadata: { name: poolDriver },
            spec: {
                attachRequired: false,
                podInfoOnMount: false,
                fsGroupPolicy: "File",
                volumeLifecycleModes: ["Persistent"],
                storageCapacity: false,
            },
        },
    ]);
}

/** The custom resource definitions of VolumeSnapshots, from the Go module that the snapshot controller is built from. */
export function snapshotObjects(sandboxFolder: string): string {
    const module = "github.com/kubernetes-csi/external-snapshotter/client/v8";
    const cwd = path.join(sandboxFolder, "toolchain", "modules", "kubernetes");
    const found = spawnSync("go", ["list", "-m", "-f", "{{.Dir}}", module], {
        cwd,
        encoding: "utf8",
        env: { ...process.env, GOFLAGS: "-mod=readonly" },
    });
    const folder = path.join(found.stdout.trim(), "config", "crd");
    if (found.status !== 0 || !fs.existsSync(folder)) throw new Error(`the Go module ${module} could not be found: ${found.stderr.trim()}`);
    return fs
        .readdirSync(folder)
        .filter((file) => file.startsWith("snapshot.storage.k8s.io_"))
        .map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
        .join("\n---\n");
}

/** Folders of the nodes' disks, as local-path-provisioner's configuration wants them. */
export function localPathConfig(): object {
    const nodes: ClusterNode[] = new Layout(inside).nodes(maxNodes);
    return { nodePathMap: nodes.map((node) => ({ node: node.name, paths: [node.disk] })) };
}

/** Namespace, configuration and the helper pod of local-path-provisioner; the provisioner itself runs in the control plane. */
export function localPathObjects(): string {
    const namespace = "local-path-storage";
    const script = (line: string) => `#!/bin/sh\nset -eu\n${line}\n`;
    return documents([
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "local-path-provisioner", namespace } },
        {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "local-path-config", namespace },
            data: {
                "config.json": JSON.stringify(localPathConfig()),
                setup: script('mkdir -m 0777 -p "$VOL_DIR"'),
                teardown: script('rm -rf "$VOL_DIR"'),
                "helperPod.yaml": stringify({
                    apiVersion: "v1",
                    kind: "Pod",
                    metadata: { name: "helper-pod" },
                    spec: {
                        automountServiceAccountToken: false,
                        tolerations: [{ operator: "Exists" }],
                        containers: [{ name: "helper-pod", image: "registry.sandbox.holdfast/busybox:1", imagePullPolicy: "IfNotPresent" }],
                    },
                }),
            },
        },
    ]);
}
