/**
 * A cluster that is there already, by the name of its context. None but the sandbox can be had here, so it plays that part: the stack knows
 * nothing of it but a kubeconfig, a context and a StorageClass.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { World } from "./support/world";

const world = World.create("context");
afterAll(() => world.destroy());

const stack = "user-preferences.holdfast-sandbox";

beforeAll(() => {
    world.holdfast("up");
    world.apply({
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "standard" },
        provisioner: "pool.csi.sandbox.holdfast",
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
    });
    const config = {
        useCase: "user-preferences",
        target: "kubernetes",
        environment: "development",
        context: "holdfast-sandbox",
        kubeconfig: world.layout.kubeconfig,
        storageClass: "standard",
        app: "elsewhere",
        // No registry can be reached: the official image has a stand-in of the same contract.
        image: "registry.sandbox.holdfast/postgres:17",
    };
    const lines = Object.entries(config).map(([key, value]) => `    holdfast:${key}: ${value}\n`);
    fs.writeFileSync(path.join(world.checkout, "stacks", `Pulumi.${stack}.yaml`), `config:\n${lines.join("")}`);
});

test("without a terminal and without --yes nothing is changed", () => {
    const refused = world.tryHoldfast("up", "user-preferences", "--context", "holdfast-sandbox");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("--yes");
    expect(world.kubectl("get", "namespace", "elsewhere", "--ignore-not-found")).toBe("");
});

test("a context's cluster gets the same application, on the class it has", () => {
    const { stdout } = world.holdfast("up", "user-preferences", "--context", "holdfast-sandbox", "--yes");
    expect(stdout).toContain(`"${stack}" is up.`);
    const claim = JSON.parse(world.kubectl("-n", "elsewhere", "get", "pvc", "data-elsewhere-0", "-o", "json"));
    expect(claim.spec.storageClassName).toBe("standard");
    expect(claim.status.phase).toBe("Bound");
    const answer = world.kubectl("-n", "elsewhere", "exec", "elsewhere-0", "--", "pg_isready", "-h", "localhost", "-U", "elsewhere");
    expect(answer).toContain("accepting connections");
});

test("an option that contradicts the stack's file is refused", () => {
    const refused = world.tryHoldfast("up", "user-preferences", "--context", "holdfast-sandbox", "--storage-class", "other", "--yes");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("says standard");
});

test("its workloads go, and its claim stays", () => {
    world.holdfast("down", stack, "--yes");
    expect(world.kubectl("-n", "elsewhere", "get", "statefulset", "--ignore-not-found")).toBe("");
    expect(world.kubectl("-n", "elsewhere", "get", "pvc", "data-elsewhere-0", "-o", "jsonpath={.status.phase}")).toBe("Bound");
});
