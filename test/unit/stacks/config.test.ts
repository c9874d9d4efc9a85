import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { readConfig, refusal } from "../../../stacks/config";
import { keys } from "../../../stacks/keys";

const needed = { "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox" };
const problemsOf = (more: Record<string, string>) => readConfig({ ...needed, ...more }).problems;

describe("stack config", () => {
    it("is read into settings, each by its kind", () => {
        expect(
            readConfig({
                ...needed,
                "holdfast:size": "2Gi",
                "holdfast:replicas": "1",
                "holdfast:createsNamespace": "false",
                "holdfast:allow": '["delete data-x-0"]',
                "holdfast:set": '{"backup.policy":"daily","replicas":1}',
            }),
        ).toEqual({
            settings: {
                useCase: "user-preferences",
                target: "sandbox",
                size: "2Gi",
                replicas: 1,
                createsNamespace: false,
                allow: ["delete data-x-0"],
                set: { "backup.policy": "daily", replicas: "1" },
            },
            problems: [],
            unread: [],
        });
    });

    it("of other projects and providers is left alone", () => {
        expect(problemsOf({ "kubernetes:namespace": "x", "aws:region": "eu-central-1" })).toEqual([]);
    });

    it("that is missing is named", () => {
        expect(readConfig({}).problems).toEqual([
            "holdfast:useCase: missing. Write: pulumi config set holdfast:useCase user-preferences",
            "holdfast:target: missing. Write: pulumi config set holdfast:target sandbox",
        ]);
    });

    it.each([
        ["holdfast:siez", "Did you mean holdfast:size?"],
        ["holdfast:usecase", "Did you mean holdfast:useCase?"],
        ["holdfast:storageDrvier", "Did you mean holdfast:storageDriver?"],
        ["holdfast:xxxxxxxxxxxx", "There are: useCase, target"],
    ])("with the unknown key %s says what may be meant", (key, hint) => {
        expect(problemsOf({ [key]: "1" })).toEqual([expect.stringContaining(hint)]);
    });

    it.each([
        ["10", "has no unit", "holdfast:size 10Gi"],
        ["1gb", "is not a size", "holdfast:size 1Gi"],
        ["500mb", "is not a size", "holdfast:size 500Mi"],
        ["2 Gi", "is not a size", "holdfast:size 2Gi"],
        ["-1Gi", "is not a size", "holdfast:size 2Gi"],
        ["big", "is not a size", "holdfast:size 2Gi"],
    ])("with the size %p says what to write", (size, what, fix) => {
        expect(problemsOf({ "holdfast:size": size })).toEqual([
            `holdfast:size: "${size}" ${what}. Allowed: a number with Mi, Gi or Ti. Write: pulumi config set ${fix}`,
        ]);
    });

    it("never shows a secret that is wrong", () => {
        expect(problemsOf({ "holdfast:password": " " })).toEqual([expect.stringMatching(/^holdfast:password: is empty/)]);
    });

    it("is read whatever is in it: a setting or a problem for each key, never an exception", () => {
        fc.assert(
            fc.property(fc.constantFrom(...Object.keys(keys)), fc.string(), (key, value) => {
                const { settings, problems } = readConfig({ [`holdfast:${key}`]: value });
                const isRead = Object.hasOwn(settings, key);
                expect(isRead).not.toBe(problems.some((problem) => problem.startsWith(`holdfast:${key}:`)));
            }),
        );
    });

    it("is refused in one message", () => {
        expect(refusal("s", ["a", "b"])).toBe('stack "s" can\'t be deployed: 2 problems, nothing was changed.\n  1. a\n  2. b');
    });

    it("is documented, every key of it", () => {
        const readme = readFileSync(join(__dirname, "../../../stacks/README.md"), "utf8");
        expect([...readme.matchAll(/^\| `(\w+)` +\|/gm)].map(([, key]) => key)).toEqual(Object.keys(keys));
    });
});
