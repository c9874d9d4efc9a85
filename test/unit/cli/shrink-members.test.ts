import fc from "fast-check";
import type { KnownClaim } from "../../../cli/claims-in-state";
import { departingClaims, type ListedVolume, leftVolumes, scaleInRefusal, votesRefusal } from "../../../cli/scale-in";
import type { PlannedVolume } from "../../../components/usecases/plan";

const known = (name: string, isProtected = true): KnownClaim => ({ name, namespace: "shop", size: "1Gi", isProtected });
const three = ["data-cart-0", "data-cart-1", "data-cart-2"].map((name) => known(name));
const volume = (name: string): PlannedVolume => ({ name, size: "1Gi", ceiling: "10Gi", accessMode: "ReadWriteOnce" });
const plan = (replicas: number, volumes = [volume("data")]) => ({ app: "cart", replicas, volumes });
const refusal = (...args: Parameters<typeof departingClaims>) => scaleInRefusal(departingClaims(...args), "stacks/Pulumi.cart.yaml");

describe("fewer members", () => {
    test("are refused with every claim that would go, and both ways out", () => {
        expect(refusal(three, plan(1), {})).toBe(
            [
                "Claims that hold data would be deleted; nothing was changed.",
                "  - shop/data-cart-1: member 1 is no longer asked for",
                "  - shop/data-cart-2: member 2 is no longer asked for",
                "To keep the data, write in stacks/Pulumi.cart.yaml:",
                "    holdfast:keepClaims: 3",
                "To delete it, take two steps, each with `holdfast up`:",
                "    1. holdfast:keepClaims: 3",
                '       holdfast:allow: ["delete data-cart-1","delete data-cart-2"]',
                "    2. without the line holdfast:keepClaims",
            ].join("\n"),
        );
    });

    test("are no question where the claims are kept, or nothing goes", () => {
        expect(refusal(three, plan(1), { keepClaims: 3 })).toBeUndefined();
        expect(refusal(three, plan(3), {})).toBeUndefined();
        expect(refusal(three, plan(4), {})).toBeUndefined();
        expect(refusal([], plan(1), {})).toBeUndefined();
    });

    test("a permission in the same step as the scale-in comes too late, and that is said", () => {
        expect(refusal(three, plan(2), { allow: ["delete data-cart-2"] })).toContain(
            "  - shop/data-cart-2: member 2 is no longer asked for; its permission lifts the protection in an update of its own, which comes first",
        );
    });

    test("a claim whose protection an update has lifted may go; one beside it may not", () => {
        expect(refusal([known("data-cart-0"), known("data-cart-1", false)], plan(1), {})).toBeUndefined();
        const text = refusal([known("data-cart-0"), known("data-cart-1"), known("data-cart-2", false)], plan(1), {});
        expect(text).toContain("A claim that holds data would be deleted");
        expect(text).toContain("shop/data-cart-1");
        expect(text).not.toContain("- shop/data-cart-2");
    });

    test("a volume that is left out is named as one; the claims of another application aren't", () => {
        const claims = [known("data-cart-0"), known("log-cart-0"), known("data-cart-copy-0"), known("media-cart")];
        expect(departingClaims(claims, plan(1), {}).map(({ name }) => name)).toEqual(["log-cart-0"]);
        expect(refusal(claims, plan(1), {})).toContain("holdfast:keepClaims: 1, and the volumes of log-cart-0 again");
    });

    test("a volume that members share has one claim, which stays however many they are", () => {
        const media = { ...volume("media"), shared: true } as const;
        const claims = [...three, known("media-cart-0")];
        expect(refusal(claims, plan(3, [volume("data"), media]), {})).toBeUndefined();
        expect(departingClaims(claims, plan(1, [volume("data"), media]), {}).map(({ name }) => name)).toEqual([
            "data-cart-1",
            "data-cart-2",
        ]);
        expect(refusal(claims, plan(3), {})).toContain("shop/media-cart-0: its volume is no longer asked for");
    });
});

test("whatever the members before and after, every claim is either asked for or named as departing, and none is both", () => {
    const few = fc.integer({ min: 1, max: 6 });
    fc.assert(
        fc.property(few, few, fc.option(few, { nil: undefined }), (before, after, more) => {
            const keepClaims = more === undefined ? undefined : after + more - 1;
            const claims = Array.from({ length: before }, (_, n) => [known(`data-cart-${n}`), known(`log-cart-${n}`)]).flat();
            const going = departingClaims(claims, plan(after, [volume("data"), volume("log")]), { keepClaims });
            expect(going).toHaveLength(2 * Math.max(0, before - Math.max(after, keepClaims ?? 0)));
            expect(going.every(({ ordinal }) => ordinal >= after && ordinal < before)).toBe(true);
            expect(scaleInRefusal(going, "f") === undefined).toBe(going.length === 0);
        }),
    );
});

describe("the data of deleted claims", () => {
    const departed = departingClaims([known("data-cart-1", false)], plan(1), {});
    const pv = (name: string, claim: string): ListedVolume => ({
        metadata: { name },
        spec: { claimRef: { namespace: "shop", name: claim } },
    });

    test("is told to lie in its volume, with the command that removes it", () => {
        const lines = leftVolumes(departed, [pv("pvc-a", "data-cart-1"), pv("pvc-b", "data-cart-0")], "kubectl --context c").join("\n");
        expect(lines).toContain("shop/data-cart-1: its data still lies in PersistentVolume pvc-a");
        expect(lines).toContain(`kubectl --context c patch pv pvc-a -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'`);
        expect(lines).not.toContain("pvc-b");
    });

    test("is not invented where there is none, or nobody knows", () => {
        expect(leftVolumes(departed, [], "kubectl").join("\n")).toContain("it left no volume");
        expect(leftVolumes(departed, undefined, "kubectl").join("\n")).toContain("could not be asked");
        expect(leftVolumes([], [pv("pvc-a", "data-cart-1")], "kubectl")).toEqual([]);
    });
});

describe("members that vote", () => {
    const engine = (name: "jetstream" | "container") => ({ name }) as Parameters<typeof votesRefusal>[1]["engine"];
    const votes = (name: "jetstream" | "container", replicas: number, allow: string[] = []) =>
        votesRefusal(departingClaims(three, plan(replicas), { allow }), { engine: engine(name), replicas }, "stacks/Pulumi.cart.yaml");

    test("don't go, whatever is permitted", () => {
        const text = votes("jetstream", 1, ["delete data-cart-1", "delete data-cart-2"]);
        expect(text).toContain("3 members can't become 1; nothing was changed.");
        expect(text).toContain("Write in stacks/Pulumi.cart.yaml: holdfast:replicas: 3");
    });

    test("are no question where none goes, or where members know nothing of each other", () => {
        expect([votes("jetstream", 3), votes("jetstream", 5), votes("container", 1)]).toEqual([undefined, undefined, undefined]);
    });
});
