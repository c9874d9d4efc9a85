import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { chooseCluster } from "../../../cli/status/cluster-choice";
import type { Surroundings } from "../../../stacks/cluster";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-status-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const stack = (name: string, config: Record<string, string>) =>
    fs.writeFileSync(
        path.join(folder, `Pulumi.${name}.yaml`),
        `config:\n${Object.entries(config)
            .map(([key, value]) => `    holdfast:${key}: ${value}\n`)
            .join("")}`,
    );
stack("user-preferences", { useCase: "user-preferences", target: "sandbox" });
stack("bank", { useCase: "banking-ledger", app: "ledger", target: "kubernetes", context: "prod" });
stack("chat-history", { useCase: "chat-history", target: "kubernetes", context: "prod" });
stack("chat-test", { useCase: "chat-history", target: "kubernetes", context: "prod" });
stack("feed-a", { useCase: "social-feed", target: "kubernetes", context: "prod" });
stack("feed-b", { useCase: "social-feed", target: "kubernetes", context: "prod" });
stack("lost", { useCase: "custom", app: "lost", target: "kubernetes" });
fs.writeFileSync(path.join(folder, "Pulumi.broken.yaml"), "config: [\n");

const around: Surroundings = { env: {}, home: "/home/jo", read: () => "a kubeconfig", contextsIn: () => ["prod", "lab"] };
const choose = (app?: string, options = {}) => chooseCluster(app, options, around, folder);

test("without anything: the stack that `up` takes, on the sandbox's own kubeconfig", () => {
    expect(choose()).toMatchObject({
        stack: "user-preferences",
        cluster: { context: "holdfast-sandbox", kubeconfig: "/home/jo/.local/state/holdfast/sandbox/kubeconfig" },
    });
});

test("an application's own stack is found by its name or its use case's", () => {
    expect(choose("ledger")).toMatchObject({ stack: "bank", cluster: { context: "prod" } });
    expect(choose("chat-history").stack).toBe("chat-history");
    expect(choose("nobodys").stack).toBe("user-preferences");
    expect(() => choose("social-feed")).toThrow(
        'Several stacks have an application "social-feed": feed-a, feed-b. Say which with --stack.',
    );
});

test("a stack that is named, or a context", () => {
    expect(choose("social-feed", { stack: "feed-b" }).stack).toBe("feed-b");
    expect(choose("x", { context: "lab" })).toEqual({ cluster: { context: "lab", clusterIdentifier: "lab" } });
    expect(choose(undefined, { context: "lab", kubeconfig: "~/lab" }).cluster.kubeconfig).toBe("/home/jo/lab");
});

test("everything that is wrong, at once, and never the current context instead", () => {
    expect(() => choose("Big App", { stack: "bank", context: "lab" })).toThrow(
        /"Big App" is not a name[\s\S]*--stack and --context: each names a cluster/,
    );
    expect(() => choose(undefined, { kubeconfig: "/lab" })).toThrow("--kubeconfig: it goes with --context <name>");
    expect(() => choose(undefined, { context: "moon" })).toThrow(
        '--context: there is no context "moon" in /home/jo/.kube/config; it has prod, lab.',
    );
    expect(() => choose("lost")).toThrow(/stack "lost" names no cluster\.[\s\S]*holdfast:context: missing/);
    expect(() => choose(undefined, { stack: "nowhere" })).toThrow('There is no stack "nowhere"');
});

test("a sandbox that was never made is said to be missing", () => {
    const empty = { ...around, read: () => undefined };
    expect(() => chooseCluster(undefined, {}, empty, folder)).toThrow("the sandbox is not up");
});
