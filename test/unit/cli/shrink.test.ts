import { type StateResource, shrunkClaims } from "../../../cli/shrink";
import type { PlannedVolume } from "../../../components/usecases/plan";

const claim = (name: string, storage: string): StateResource => ({
    type: "kubernetes:core/v1:PersistentVolumeClaim",
    inputs: { metadata: { name, namespace: "shop" }, spec: { resources: { requests: { storage } } } },
});
const plan = (size: string) => ({
    app: "shop-cart",
    volumes: [{ name: "data", size, ceiling: "10Gi", accessMode: "ReadWriteOnce" }] satisfies PlannedVolume[],
});

test("every claim of the application that would become smaller is named, with both sizes", () => {
    const state = [claim("data-shop-cart-0", "2Gi"), claim("data-shop-cart-1", "2Gi"), claim("data-shop-0", "4Gi")];
    expect(shrunkClaims(state, plan("1Gi"))).toEqual([
        { claim: "shop/data-shop-cart-0", has: "2Gi", asked: "1Gi" },
        { claim: "shop/data-shop-cart-1", has: "2Gi", asked: "1Gi" },
    ]);
});

test("growth, the same size in other words, and a stack without claims are no shrinking", () => {
    expect(shrunkClaims([claim("data-shop-cart-0", "2Gi")], plan("3Gi"))).toEqual([]);
    expect(shrunkClaims([claim("data-shop-cart-0", "2Gi")], plan("2048Mi"))).toEqual([]);
    expect(shrunkClaims([{ type: "kubernetes:core/v1:Namespace", inputs: { metadata: { name: "shop" } } }], plan("1Gi"))).toEqual([]);
});
