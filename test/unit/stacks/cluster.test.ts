import { clusterOf, kubectl, type Surroundings, sandboxKubeconfig } from "../../../stacks/cluster";

const files: Record<string, string> = { "/home/me/.kube/config": "kind-kind", "/a": "a1,a2", "/b": "b" };
const around: Surroundings = {
    env: {},
    home: "/home/me",
    read: (path) => files[path],
    contextsIn: (text) => text.split(","),
};

describe("the cluster of a stack", () => {
    it("is the sandbox's own, where the sandbox wrote its kubeconfig", () => {
        const kubeconfig = "/home/me/.local/state/holdfast/sandbox/kubeconfig";
        expect(sandboxKubeconfig({}, "/home/me")).toBe(kubeconfig);
        expect(sandboxKubeconfig({ XDG_STATE_HOME: "/s" }, "/home/me")).toBe("/s/holdfast/sandbox/kubeconfig");
        expect(clusterOf({ target: "sandbox" }, { ...around, read: () => "" })).toEqual({
            cluster: { kubeconfig, context: "holdfast-sandbox", clusterIdentifier: "holdfast-sandbox" },
            problems: [],
        });
    });

    it("is not the sandbox while it is down, and takes no context of someone else's", () => {
        const { cluster, problems } = clusterOf({ target: "sandbox", context: "kind-kind" }, around);
        expect(cluster).toBeUndefined();
        expect(problems).toEqual([
            "holdfast:context: the sandbox has its own. Write: pulumi config rm holdfast:context",
            expect.stringContaining("Run: npx holdfast sandbox up"),
        ]);
    });

    it("is never the current context", () => {
        expect(clusterOf({ target: "kubernetes" }, around)).toEqual({ problems: [expect.stringContaining("holdfast:context: missing")] });
    });

    it("is not asked for where the target is not known", () => {
        expect(clusterOf({ target: "sandbx" }, around)).toEqual({ problems: [] });
    });

    it("is found as kubectl finds it", () => {
        const identified = (context: string) => ({ context, clusterIdentifier: context });
        expect(clusterOf({ target: "kubernetes", context: "kind-kind" }, around).cluster).toEqual(identified("kind-kind"));
        expect(clusterOf({ target: "eks", context: "a2" }, { ...around, env: { KUBECONFIG: "/b:/a" } }).cluster).toEqual(identified("a2"));
        expect(clusterOf({ target: "kubernetes", context: "b", kubeconfig: "/b" }, around).cluster).toEqual({
            ...identified("b"),
            kubeconfig: "/b",
        });
        expect(clusterOf({ target: "kubernetes", context: "kind-kind", kubeconfig: "~/.kube/config" }, around).cluster?.kubeconfig).toBe(
            "/home/me/.kube/config",
        );
    });

    it("that can't be found is named, with what there is", () => {
        expect(clusterOf({ target: "kubernetes", context: "prod", kubeconfig: "/a" }, around).problems).toEqual([
            'holdfast:context: there is no context "prod" in /a; it has a1, a2.',
        ]);
        expect(clusterOf({ target: "kubernetes", context: "prod", kubeconfig: "/none" }, around).problems).toEqual([
            "holdfast:kubeconfig: /none can't be read. Write: pulumi config set holdfast:kubeconfig <path>",
        ]);
    });

    it("can be reached by the command that is shown", () => {
        expect(kubectl({ kubeconfig: "/k", context: "c", clusterIdentifier: "c" })).toBe("kubectl --kubeconfig /k --context c");
        expect(kubectl({ context: "c", clusterIdentifier: "c" })).toBe("kubectl --context c");
    });
});
