import { spawnSync } from "node:child_process";
import { World } from "../e2e/support/world";
import { type Comparison, compare, median } from "./statistics";

interface Exported {
    deployment: { resources: { type: string; inputs: { apiVersion?: string; kind?: string; metadata?: Record<string, unknown> } }[] };
}

const namespace = "user-preferences";
const stack = "user-preferences";

/** Objects of a deployed stack as manifests, in the order in which Pulumi made them. */
function manifests(world: World): object[] {
    const exported = JSON.parse(world.pulumi("stack", "export", "--stack", stack, "--show-secrets").stdout) as Exported;
    return exported.deployment.resources
        .filter((resource) => resource.type.startsWith("kubernetes:"))
        .map(({ inputs }) =>
            JSON.parse(
                JSON.stringify(inputs, (_key, value) =>
                    value && typeof value === "object" && "plaintext" in value ? JSON.parse(value.plaintext) : value,
                ),
            ),
        );
}

/** Deletes the stack's objects and forgets its state, data included: the next `up` starts from nothing on a running cluster. */
function forget(world: World): void {
    world.tryPulumi("state", "unprotect", "--all", "--yes", "--stack", stack);
    world.tryPulumi("stack", "rm", "--force", "--yes", "--preserve-config", stack);
    world.tryKubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true");
    world.tryKubectl("delete", "storageclass,pv", "--all", "--wait=true");
}

/** `up` to a ready database against `kubectl apply` and `rollout status` of the same objects, and a preview that finds nothing to do. */
export async function up(runs: number, previews: number): Promise<Comparison[]> {
    const world = World.create("bench");
    try {
        world.holdfast("up");
        const objects = manifests(world);
        const seconds = previewMilliseconds(world, previews);
        const ratio = await compare(
            "up to ready against kubectl apply and rollout status",
            runs,
            1.5,
            () => {
                forget(world);
                world.pulumi("stack", "init", stack);
                return world.pulumi("up", "--yes", "--skip-preview", "--stack", stack).seconds * 1000;
            },
            () => {
                forget(world);
                const started = Date.now();
                const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
                const applied = spawnSync("kubectl", ["apply", "-f", "-"], { env: world.engineEnv, input: list, encoding: "utf8" });
                if (applied.status !== 0) throw new Error(applied.stderr);
                world.kubectl("-n", namespace, "rollout", "status", "statefulset/user-preferences", "--timeout=120s");
                return Date.now() - started;
            },
        );
        return [ratio, { what: "preview without changes", ours: seconds, promised: "≤ 3000 ms", kept: median(seconds) <= 3000 }];
    } finally {
        world.destroy();
    }
}

function previewMilliseconds(world: World, runs: number): number[] {
    world.pulumi("preview", "--stack", stack);
    return Array.from({ length: runs }, () => world.pulumi("preview", "--stack", stack).seconds * 1000);
}
