/** What permissions do to the protection of what components make, and what components say about them. */

import * as pulumi from "@pulumi/pulumi";
import { LocalStorage, StatefulApp, VolumeClaims } from "../../../components";
import { protection, protections } from "../../../components/volumes/permissions";
import { record } from "../../support/mocks";

const kept = { protect: true, retainOnDelete: true };
const lifted = { protect: false, retainOnDelete: false };

async function warningsOf(run: () => unknown): Promise<{ text: string; about?: string }[]> {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
        await run();
        return warn.mock.calls.map(([text, about]) => ({ text, about: (about as unknown as { __name: string } | undefined)?.__name }));
    } finally {
        warn.mockRestore();
    }
}

test("protection is lifted on the last day, and back on the next", async () => {
    const allow = ["delete data-ledger-2 until 2026-12-31"];
    const on = (today: string) => protections(allow, undefined, today)("data-ledger-2");
    expect(await warningsOf(() => expect(on("2026-12-31")).toEqual(lifted))).toEqual([]);
    const [warning, ...others] = await warningsOf(() => expect(on("2027-01-01")).toEqual(kept));
    expect(others).toEqual([]);
    expect(warning.text).toContain("its last day was 2026-12-31, and today is 2027-01-01 (UTC). data-ledger-2 is protected");
    expect(warning.text).toContain("Take the line out, or write a later day");
    expect(await warningsOf(() => expect(protections(allow, undefined, "2027-01-01")("data-ledger-1")).toEqual(kept))).toEqual([]);
});

test("a reason changes nothing, and without permissions everything is kept", () => {
    expect(protection(["delete data-ledger-2 because it moved"], "data-ledger-2")).toEqual(lifted);
    expect(protection(undefined, "data-ledger-2")).toEqual(kept);
    expect(protection([], "data-ledger-2")).toEqual(kept);
});

describe.each([true, false])("in a program (preview: %s)", (preview) => {
    const claims = (allow: string[]) => () =>
        new VolumeClaims("c", {
            app: "ledger",
            namespace: "bank",
            storageClass: "fast",
            volumes: [{ name: "data", size: "1Gi" }],
            replicas: 2,
            allow,
        });
    const protectionOf = async (allow: string[]) =>
        (await record(claims(allow), { preview })).all("kubernetes:core/v1:PersistentVolumeClaim").map(({ protect }) => protect);

    test("an expired permission permits nothing, and a warning at the component says so", async () => {
        const line = "delete data-ledger-1 until 2020-01-01 because moved";
        const warnings = await warningsOf(async () => expect(await protectionOf([line])).toEqual([true, true]));
        expect(warnings).toEqual([{ text: expect.stringContaining(`the permission "${line}" expired`), about: "c" }]);
        expect(
            await warningsOf(async () => expect(await protectionOf(["delete data-ledger-1 until 9999-12-31"])).toEqual([true, false])),
        ).toEqual([]);
    });

    const app = (allow: string[]) =>
        warningsOf(() => record(() => new StatefulApp("shop", { useCase: "user-preferences", target: "sandbox", allow }), { preview }));

    test("a misspelt one is warned of with what was meant, and lifts nothing", async () => {
        const lines = ["delete data-shpo-0", "delete shop-password", "delete secret/data-shop-0", "delete namespace/shopp"];
        expect((await app(lines)).map(({ text, about }) => [/"delete [^"]*"\?/.exec(text)?.[0], about])).toEqual(
            ["data-shop-0", "secret/shop-password", "data-shop-0", "namespace/shop"].map((name) => [`"delete ${name}"?`, "shop"]),
        );
    });

    test("one that may be about what the application no longer has, or about others' objects, is no business of its", async () => {
        expect(
            await app([
                "delete data-shop-2",
                "delete journal-ledger-0",
                "delete snapshot/shop",
                "delete secret/shop-backup-repository",
                "delete data-shop-0",
            ]),
        ).toEqual([]);
    });
});

test("disks' permissions are judged too", async () => {
    const make = (allow: string[]) => record(() => new LocalStorage("l", { driver: "static-local", allow }));
    await expect(make(["delete volumes/l"])).rejects.toThrow(/allow\[0\]: .*Did you mean "volume\/l"/);
    await expect(make(["delete volume/l"])).resolves.toBeDefined();
});
