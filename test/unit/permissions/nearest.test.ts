import { ObjectNames } from "../../../components/permissions/nearest";

const names = ["data-ledger-0", "data-ledger-1", "secret/ledger-password", "namespace/ledger", "widget.example.com/one"];
const nearest = (object: string) => new ObjectNames(names).nearest(object);

test.each([
    ["data-legder-1", "data-ledger-1"],
    ["data-ledge-0", "data-ledger-0"],
    ["ledger-password", "secret/ledger-password"],
    ["secret/data-ledger-0", "data-ledger-0"],
    ["secret/ledger-pasword", "secret/ledger-password"],
    ["widgets.example.com/one", "widget.example.com/one"],
])("%s was meant to be %s", (object, meant) => expect(nearest(object)).toBe(meant));

test.each(["data-ledger-2", "data-ledger", "data-ledger-10", "snapshot/ledger", "statefulset/ledger", "something-else", "x".repeat(200)])(
    "%s is like nothing there is",
    (object) => expect(nearest(object)).toBeUndefined(),
);

test("another member's number is never suggested", () => {
    const many = new ObjectNames(Array.from({ length: 50 }, (_, i) => `data-ledger-${i}`));
    expect(many.nearest("data-ledger-50")).toBeUndefined();
    expect(many.nearest("data-legder-49")).toBe("data-ledger-49");
});

test("what takes long is done for a few names only", () => {
    const few = new ObjectNames(names);
    const found = Array.from({ length: 1000 }, () => few.nearest("data-legder-1")).filter((name) => name !== undefined);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(100);
});
