import { poolLoopDevices } from "./cluster/pool";
import { s3Access } from "./cluster/s3";
import { runningPid } from "./node/compartment";
import type { Sandbox } from "./sandbox";
import { Toolchain } from "./toolchain/toolchain";
import { clusterToolSets } from "./toolchain/tools";

/** What the sandbox is meant to be, and what it is right now. */
export interface SandboxStatus {
    exists: boolean;
    /** Everything that was asked for runs and is ready. */
    healthy: boolean;
    controlPlane: "running" | "stopped";
    api: string | undefined;
    /** The API server says it is ready. */
    apiReady: boolean;
    nodes: { name: string; process: "running" | "stopped"; kubernetes: "ready" | "not ready" | "unknown" }[];
    addOns: string[];
    loopDevices: string[];
    /** The S3 server of the add-on `backups`, with where its keys are (not the keys). */
    s3: typeof s3Access | undefined;
    state: string;
}

export function sandboxStatus(sandbox: Sandbox): SandboxStatus {
    const { spec, layout } = sandbox;
    const running = runningPid(layout.controlPlane.folder) !== undefined;
    const kubectl = running ? sandbox.kubectl(new Toolchain(sandbox.paths.cache, clusterToolSets).program("kubectl")) : undefined;
    const apiReady = kubectl?.tryRun(["get", "--raw", "/readyz"]) === "ok";
    const nodes = layout.nodes(spec?.nodes ?? 0).map((node) => {
        const condition = apiReady
            ? kubectl?.tryRun(["get", "node", node.name, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'])
            : undefined;
        return {
            name: node.name,
            process: runningPid(node.folder) === undefined ? ("stopped" as const) : ("running" as const),
            kubernetes: condition === undefined ? ("unknown" as const) : condition === "True" ? ("ready" as const) : ("not ready" as const),
        };
    });
    return {
        exists: spec !== undefined,
        healthy: apiReady && nodes.every((node) => node.process === "running" && node.kubernetes === "ready"),
        controlPlane: running ? "running" : "stopped",
        api: spec && `https://127.0.0.1:${spec.apiPort}`,
        apiReady,
        nodes,
        addOns: spec?.addOns ?? [],
        loopDevices: poolLoopDevices(layout),
        s3: spec?.addOns.includes("backups") ? s3Access : undefined,
        state: layout.state,
    };
}

/** The status as a person reads it. */
export function statusText(status: SandboxStatus): string {
    if (!status.exists) return "There is no sandbox. `npx holdfast sandbox up` makes one.";
    return [
        `control plane  ${status.controlPlane}${status.apiReady ? `, API ready at ${status.api}` : status.controlPlane === "running" ? ", API not ready" : ""}`,
        ...status.nodes.map((node) => `${node.name.padEnd(14)} ${node.process}, ${node.kubernetes} in Kubernetes`),
        `add-ons        ${status.addOns.join(", ") || "none"}`,
        ...(status.s3
            ? [`S3             ${status.s3.endpoint} in the cluster, keys in Secret ${status.s3.secret.namespace}/${status.s3.secret.name}`]
            : []),
        `data           ${status.state}`,
    ].join("\n");
}
