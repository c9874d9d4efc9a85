import { claimsIn, type KnownClaim, type StateResource } from "../../../cli/claims-in-state";
import { shrinkRefusal, shrunkClaims } from "../../../cli/shrink";
import type { PlannedVolume } from "../../../components/usecases/plan";

const claim = (name: string, size: string): KnownClaim => ({ name, namespace: "shop", size, isProtected: true });
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
    expect(shrunkClaims([], plan("1Gi"))).toEqual([]);
});

test("a smaller claim is refused where the API server refuses it, and only then is it asked", () => {
    const shrunk = shrunkClaims([claim("data-shop-cart-0", "2Gi")], plan("1Gi"));
    expect(shrinkRefusal(shrunk, "stacks/Pulumi.shop.yaml", () => 255)).toMatch(
        /^Volumes don't shrink; nothing was changed\.\n {2}- shop\/data-shop-cart-0 has 2Gi, and 1Gi was asked for\. Write in stacks\/Pulumi\.shop\.yaml: holdfast:size: 2Gi/,
    );
    expect(shrinkRefusal(shrunk, "f", () => 0)).toBeUndefined();
    const never = () => {
        throw new Error("a preview for nothing");
    };
    expect(shrinkRefusal([], "f", never)).toBeUndefined();
});

test("a state's claims are read with their size and protection, and nothing else is taken for one", () => {
    const resource = (type: string, name: string, protect?: boolean): StateResource => ({
        type,
        protect,
        inputs: { metadata: { name, namespace: "shop" }, spec: { resources: { requests: { storage: "2Gi" } } } },
    });
    const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
    expect(claimsIn([resource(claimType, "a", true), resource(claimType, "b"), resource("kubernetes:core/v1:Pod", "c", true)])).toEqual([
        { name: "a", namespace: "shop", size: "2Gi", isProtected: true },
        { name: "b", namespace: "shop", size: "2Gi", isProtected: false },
    ]);
    expect(claimsIn([{ type: claimType, inputs: { metadata: { name: { secret: true } } } }])).toEqual([]);
});
