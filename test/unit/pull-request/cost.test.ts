import { costOf } from "../../../cli/pull-request/cost";
import { planOf } from "../../../components/stateful-app";
import type { Settings } from "../../../stacks/keys";

function plan(size: string, target = "eks") {
    const settings: Settings = { useCase: "user-preferences", target, environment: "development", size, ceiling: "80Gi" };
    const { plan: found, problems } = planOf("db", settings);
    if (!found) throw new Error(JSON.stringify(problems));
    return found;
}

test("growth costs more, going back costs less, and the difference is said", () => {
    const more = costOf(plan("40Gi"), plan("10Gi"));
    const less = costOf(plan("10Gi"), plan("40Gi"));
    expect([more.before, more.after]).toEqual([less.after, less.before]);
    expect(more.change).toMatch(/^\+\$\d+\.\d\d a month$/);
    expect(less.change).toBe(more.change?.replace("+", "-"));
});

test("what stays the same has no difference, and what is new has no before", () => {
    const same = costOf(plan("10Gi"), plan("10Gi"));
    expect(same).toEqual({ before: same.after, after: same.after });
    expect(costOf(plan("10Gi"))).toEqual({ after: same.after });
});

test("where prices aren't known, nothing is made up", () => {
    expect(costOf(plan("2Gi", "sandbox"), plan("1Gi", "sandbox"))).toEqual({ before: "unknown", after: "unknown" });
});
