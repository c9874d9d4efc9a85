import { figuresOf } from "../../../cli/review/figures";
import { planOf } from "../../../components/stateful-app";
import { deployedOf } from "../../../policies/review";
import type { Settings } from "../../../stacks/keys";
import { claim, preview, statefulSet, update } from "./support/previews";

const settings: Settings = {
    useCase: "user-preferences",
    target: "eks",
    environment: "development",
    size: "40Gi",
    ceiling: "80Gi",
};

function checked() {
    const { plan } = planOf("db", settings);
    if (!plan) throw new Error(JSON.stringify(planOf("db", settings).problems));
    return { settings, plan };
}

test("what is deployed is read from the old states", () => {
    const size = (storage: string) => claim({ resources: { requests: { storage } } });
    const document = preview([update(size("10Gi"), size("40Gi")), update(statefulSet({ replicas: 1 }), statefulSet({ replicas: 3 }))]);
    expect(deployedOf(document, "db")).toEqual({ sizes: { data: "10Gi" }, replicas: 1 });
    expect(deployedOf(document, "another")).toEqual({ sizes: {}, replicas: undefined });
});

test("growth shows what the plan cost before and costs after", () => {
    const figures = figuresOf(checked(), { sizes: { data: "10Gi" }, replicas: 1 });
    const price = figures.find(({ what }) => what === "price");
    const dollars = (text = "") => Number(/^\$([\d.]+)/.exec(text)?.[1]);
    expect(dollars(price?.after)).toBeGreaterThan(dollars(price?.before));
});

test("where nothing changes, or nothing is deployed, there are no figures", () => {
    expect(figuresOf(checked(), { sizes: { data: "40Gi" }, replicas: 1 })).toEqual([]);
    expect(figuresOf(checked(), { sizes: {} })).toEqual([]);
});
