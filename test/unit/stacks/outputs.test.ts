import { planOf } from "../../../components/stateful-app";
import type { Plan } from "../../../components/usecases/plan";
import { promiseOf } from "../../../stacks/outputs";

const plan = planOf("prefs", { useCase: "user-preferences", target: "sandbox" }).plan as Plan;

test("a restore without copies to restore from is not promised", () => {
    expect(plan.backup.carriedOut).toBe(false);
    const promise = promiseOf(plan);
    expect(promise.restore).toMatch(/^not in force yet; planned: /);
    expect(promise.notYet.join()).toMatch(/"hourly" and none is made: no repository is given .*lost or wrong data does not come back/);
});

test("a restore that is carried out is promised without reserve", () => {
    const promise = promiseOf({ ...plan, backup: { ...plan.backup, carriedOut: true } });
    expect(promise.restore).toMatch(/^lost or wrong data comes back within /);
    expect(promise.notYet).toEqual([]);
});

test("every accepted rule is named with what it costs", () => {
    expect(promiseOf(plan).lowered).toEqual(plan.accepted.map(({ rule, lowers }) => `${rule}: ${lowers}`));
    expect(plan.accepted.length).toBeGreaterThan(0);
});
