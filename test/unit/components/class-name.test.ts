import fc from "fast-check";
import { hashedClassName, type ImmutableClassFields } from "../../../components/storage/class-name";

const fields: fc.Arbitrary<ImmutableClassFields> = fc.record({
    provisioner: fc.string({ minLength: 1 }),
    parameters: fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
    reclaimPolicy: fc.constantFrom("Retain", "Delete"),
    volumeBindingMode: fc.constantFrom("WaitForFirstConsumer", "Immediate"),
});

describe("the name of a class", () => {
    it("is the base and six hexadecimal digits", () => {
        fc.assert(fc.property(fields, (given) => /^fast-[0-9a-f]{6}$/.test(hashedClassName("fast", given))));
    });

    it("does not depend on the order of the parameters", () => {
        fc.assert(
            fc.property(fields, (given) => {
                const reversed = Object.fromEntries(Object.entries(given.parameters).reverse());
                expect(hashedClassName("fast", { ...given, parameters: reversed })).toBe(hashedClassName("fast", given));
            }),
        );
    });

    it("changes with every immutable field", () => {
        fc.assert(
            fc.property(fields, fields, (one, other) => {
                fc.pre(JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other)));
                // Six digits: a collision of two random classes is one in sixteen million.
                expect(hashedClassName("fast", one)).not.toBe(hashedClassName("fast", other));
            }),
        );
    });

    it("tells a parameter's name from its value", () => {
        const base = { provisioner: "p", reclaimPolicy: "Retain", volumeBindingMode: "Immediate" };
        expect(hashedClassName("x", { ...base, parameters: { a: "b" } })).not.toBe(
            hashedClassName("x", { ...base, parameters: { b: "a" } }),
        );
    });

    it("stays what it was: a changed hash would replace every class", () => {
        expect(
            hashedClassName("fast", {
                provisioner: "ebs.csi.aws.com",
                parameters: { type: "gp3", encrypted: "true" },
                reclaimPolicy: "Retain",
                volumeBindingMode: "WaitForFirstConsumer",
            }),
        ).toMatchInlineSnapshot(`"fast-cd2690"`);
    });
});

function sorted({ parameters, ...rest }: ImmutableClassFields) {
    return [rest.provisioner, rest.reclaimPolicy, rest.volumeBindingMode, Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))];
}
