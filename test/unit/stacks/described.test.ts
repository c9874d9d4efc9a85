import { planOf } from "../../../components/stateful-app";
import { readConfig } from "../../../stacks/config";
import type { Settings } from "../../../stacks/keys";

const base = { "holdfast:useCase": "user-preferences", "holdfast:target": "kubernetes", "holdfast:environment": "development" };
const plan = (config: Record<string, string>) => {
    const { settings, problems } = readConfig({ ...base, ...config });
    const resolved = planOf("prefs", settings as Settings);
    return { plan: resolved.plan, problems: [...problems, ...resolved.problems.map(({ path, reason }) => `${path}: ${reason}`)] };
};

test("a driver that is not in the table is described in config and judged by the same rules", () => {
    const driver = { kind: "network", provisioner: "csi.example.com", expansion: true };
    const config = { "holdfast:drivers": JSON.stringify({ fast: driver }), "holdfast:storageDriver": "fast" };
    const resolved = plan(config);
    expect(resolved.problems).toEqual([]);
    expect(resolved.plan?.storage).toMatchObject({ driver: "fast", provisioner: "csi.example.com", kind: "network" });
});

test("a policy of one's own is described and taken by name", () => {
    const policies = JSON.stringify({
        nightly: { methods: ["stream"], interval: "24h", schedule: "0 3 * * *", retention: { daily: 14 }, encrypted: true },
    });
    const resolved = plan({
        "holdfast:storageClass": "standard",
        "holdfast:policies": policies,
        "holdfast:set": JSON.stringify({ "backup.policy": "nightly", "restore.rpo": "24h" }),
    });
    expect(resolved.problems.join("\n")).not.toMatch(/policies/);
});

test("what is wrong with a description is said by its path, all of it at once", () => {
    const { problems } = plan({
        "holdfast:drivers": JSON.stringify({ fast: { kind: "netwrk", snapshots: "yes" } }),
        "holdfast:storageDriver": "fast",
        "holdfast:policies": "nightly",
    });
    expect(problems.join("\n")).toMatch(/drivers\.fast\.kind/);
    expect(problems.join("\n")).toMatch(/drivers\.fast\.provisioner/);
    expect(problems.join("\n")).toMatch(/drivers\.fast\.snapshots/);
    expect(problems.join("\n")).toMatch(/holdfast:policies: "nightly" is not a list of names with a description each/);
});
