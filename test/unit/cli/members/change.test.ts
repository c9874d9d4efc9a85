/** Restarts and replacements from beginning to end, interrupted, and stopped at the first sign of trouble. */

jest.mock("node:timers/promises", () => ({ setTimeout: async () => {} }));

import { planReplacement, replaceSteps } from "../../../../cli/members/replace";
import { restartSteps } from "../../../../cli/members/restart";
import { restartOrder } from "../../../../cli/members/view";
import type { Members } from "../../../../cli/members/watch";
import type { Step } from "../../../../sandbox/progress";
import { ClusterStandIn } from "./cluster-stand-in";

async function run(steps: Step[], said: string[] = []): Promise<string[]> {
    for (const step of steps) {
        if ("steps" in step) await run(step.steps, said);
        else {
            said.push(step.title);
            await step.run(() => {});
        }
    }
    return said;
}

async function restart(members: Members, names?: string[]): Promise<string[]> {
    const view = await members.look();
    return run(restartSteps(members, names ?? restartOrder(view), view, "npx holdfast restart carts"));
}

async function replace(members: Members, name: string): Promise<string[]> {
    return run(replaceSteps(members, await planReplacement(members, name, "kubectl"), "kubectl"));
}

describe("a restart", () => {
    it("takes replicas first, and has the primary hand over before it stops; every claim stays", async () => {
        const cluster = new ClusterStandIn();
        const said = await restart(cluster.members());
        expect(cluster.log).toEqual(["delete carts-2", "delete carts-1", "carts-0 hands over", "delete carts-0"]);
        expect(said).toEqual([
            "carts-2: stops",
            "carts-2: is in sync again",
            "carts-1: stops",
            "carts-1: is in sync again",
            "carts-0: hands over and stops",
            "carts-0: is in sync again",
        ]);
        expect([...cluster.claims.values()].map(({ metadata }) => metadata.uid)).toEqual(["old-0", "old-1", "old-2"]);
    });

    it("of a single member just stops and starts it", async () => {
        const cluster = new ClusterStandIn(1);
        await restart(cluster.members());
        expect(cluster.log).toEqual(["delete carts-0"]);
    });

    it("stops at the first member that is in trouble, says so, and touches no other", async () => {
        const cluster = new ClusterStandIn();
        cluster.after = (done) => done === "delete carts-2" && cluster.troubled.set("carts-2", "its image can't be pulled");
        await expect(restart(cluster.members())).rejects.toThrow(
            "It stopped at carts-2: carts-2: its image can't be pulled.\n" +
                "  As before: every volume, and carts-0 and carts-1 were not touched; carts-1 and carts-0 would have come next.\n" +
                "  What it waits for: npx holdfast status carts. When that is mended: npx holdfast restart carts",
        );
        expect(cluster.log).toEqual(["delete carts-2"]);
    });

    it("stops where another member goes meanwhile", async () => {
        const cluster = new ClusterStandIn();
        cluster.after = () => cluster.pods.delete("carts-0");
        await expect(restart(cluster.members())).rejects.toThrow("carts-0 was stopped and started by somebody else");
    });

    it("doesn't begin with the next member while one is behind, and gives up after its time", async () => {
        const cluster = new ClusterStandIn();
        cluster.after = (done) => done === "delete carts-2" && cluster.lacking.set("carts-2", "it is behind");
        await expect(restart(cluster.members({}, 0.05))).rejects.toThrow(
            "carts-2 is not in sync: it is behind; that is so after 0 seconds",
        );
        expect(cluster.log).toEqual(["delete carts-2"]);
    });

    it("doesn't stop a primary whose hand-over fails", async () => {
        const cluster = new ClusterStandIn();
        const handOver = () => Promise.reject(new (require("../../../../cli/errors").UserError)("no other member took over"));
        await expect(restart(cluster.members({ handOver }), ["carts-0"])).rejects.toThrow(
            "It stopped at carts-0: no other member took over.",
        );
        expect(cluster.log).toEqual([]);
    });
});

describe("a replacement", () => {
    it("notes what it does, gives up the claim, stops the pod, makes the claim anew in the program's name, and waits", async () => {
        const cluster = new ClusterStandIn();
        const said = await replace(cluster.members(), "carts-1");
        expect(cluster.log).toEqual(["note", "delete claim data-carts-1", "delete carts-1", "make claim data-carts-1", "forget"]);
        expect(said).toEqual(["carts-1: gives up its volume for a fresh one", "carts-1: is filled by the others"]);
        expect(cluster.claims.get("data-carts-1")?.metadata).toMatchObject({
            labels: { app: "carts" },
            managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d" }],
        });
        expect([cluster.claims.get("data-carts-0")?.metadata.uid, cluster.claims.get("data-carts-2")?.metadata.uid]).toEqual([
            "old-0",
            "old-2",
        ]);
    });

    it("gives the claim that Kubernetes was quicker to make what it lacks", async () => {
        const cluster = new ClusterStandIn();
        cluster.isQuick = true;
        await replace(cluster.members(), "carts-1");
        expect(cluster.log).toEqual(["note", "delete claim data-carts-1", "delete carts-1", "make claim data-carts-1", "forget"]);
        expect(cluster.claims.get("data-carts-1")?.metadata).toMatchObject({
            uid: expect.stringContaining("of-template"),
            labels: { app: "carts" },
            managedFields: [{ manager: "pulumi-kubernetes-1a2b3c4d" }],
        });
    });

    it("of the primary begins with a hand-over", async () => {
        const cluster = new ClusterStandIn();
        await replace(cluster.members(), "carts-0");
        expect(cluster.log.slice(0, 3)).toEqual(["carts-0 hands over", "note", "delete claim data-carts-0"]);
    });

    it("doesn't touch a primary whose hand-over changes nothing", async () => {
        const cluster = new ClusterStandIn();
        await expect(replace(cluster.members({ handOver: async () => {} }), "carts-0")).rejects.toThrow(
            "it leads again; nothing was changed",
        );
        expect(cluster.log).toEqual([]);
    });

    it.each<[string, (cluster: ClusterStandIn) => void, string]>([
        ["another member isn't in sync", ({ lacking }) => lacking.set("carts-2", "it is behind"), "carts-2 is not in sync: it is behind"],
        [
            "the old volume would go",
            (cluster) => {
                cluster.policy = "Delete";
            },
            "its reclaim policy is Delete",
        ],
    ])("is refused where %s; nothing is changed", async (_what, spoil, why) => {
        const cluster = new ClusterStandIn();
        spoil(cluster);
        await expect(replace(cluster.members(), "carts-1")).rejects.toThrow(why);
        expect(cluster.log).toEqual([]);
    });

    it("is refused where another member isn't in sync any more when it comes to it", async () => {
        const cluster = new ClusterStandIn();
        const members = cluster.members();
        const planned = await planReplacement(members, "carts-1", "kubectl");
        cluster.lacking.set("carts-2", "it is behind");
        await expect(run(replaceSteps(members, planned, "kubectl"))).rejects.toThrow("carts-2 is not in sync");
        expect(cluster.log).toEqual([]);
        // Nor after it was noted, while the claim is still there.
        cluster.lacking.clear();
        cluster.after = (done) => done === "note" && cluster.lacking.set("carts-2", "it is behind");
        await expect(run(replaceSteps(members, planned, "kubectl"))).rejects.toThrow("As before: carts-0 and carts-2 were not touched");
        expect(cluster.log).toEqual(["note"]);
    });

    it.each(["note", "delete claim data-carts-1", "delete carts-1", "make claim data-carts-1"])(
        "that ended right after “%s” goes on where it was, and gives up nothing twice",
        async (moment) => {
            const cluster = new ClusterStandIn();
            cluster.after = (done) => {
                if (done === moment) throw new Error("killed");
            };
            await expect(replace(cluster.members(), "carts-1")).rejects.toThrow("killed");
            cluster.after = () => {};
            await expect(planReplacement(cluster.members(), "carts-2", "kubectl")).rejects.toThrow(
                "the replacement of carts-1 has begun, and comes first: npx holdfast replace carts carts-1",
            );
            await replace(cluster.members(), "carts-1");
            const counts = ["delete claim data-carts-1", "make claim data-carts-1", "forget"].map(
                (what) => cluster.log.filter((done) => done === what).length,
            );
            expect(counts).toEqual([1, 1, 1]);
            expect(cluster.notes.size).toBe(0);
        },
    );

    it("leaves a claim to the operator that makes its own", async () => {
        const cluster = new ClusterStandIn();
        const members = cluster.members({ claimsOf: "operator" });
        const steps = replaceSteps(members, { member: "carts-1", view: cluster.view(), claims: [], hasBegun: true }, "kubectl");
        await run(steps);
        expect(cluster.log).toEqual(["forget"]);
    });
});
