/** The recorder as users have it. */

import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { record, unknown } from "../../../components/testing";

const metadata = { name: "a", namespace: "b" };
const configMap = "kubernetes:core/v1:ConfigMap";

class Group extends pulumi.ComponentResource {
    public constructor(name: string, make: (parent: Group) => void, opts?: pulumi.ComponentResourceOptions) {
        super("test:index:Group", name, {}, opts);
        make(this);
        this.registerOutputs({ size: 1 });
    }
}

describe("a recording", () => {
    it("has what each resource was given and has afterwards", async () => {
        const { only } = await record(
            () => {
                const before = [{ name: "old" }, { parent: pulumi.rootStackResource }, "urn:pulumi:x::y::z::w"];
                new Group("group", (parent) => {
                    new ConfigMap("a", { metadata }, { parent, aliases: before, replaceOnChanges: ["data"], deleteBeforeReplace: true });
                });
            },
            { live: (_name, inputs, type) => (type === configMap ? { ...inputs, data: { made: "there" } } : undefined) },
        );
        expect(only(configMap)).toMatchObject({
            urn: "urn:pulumi:test::project::test:index:Group$kubernetes:core/v1:ConfigMap::a",
            parent: "group",
            inputs: { apiVersion: "v1", kind: "ConfigMap", metadata },
            outputs: { metadata, data: { made: "there" } },
            deleteBeforeReplace: true,
            replaceOnChanges: ["data"],
            aliases: [
                "urn:pulumi:test::project::test:index:Group$kubernetes:core/v1:ConfigMap::old",
                "urn:pulumi:test::project::kubernetes:core/v1:ConfigMap::a",
                "urn:pulumi:x::y::z::w",
            ],
        });
        expect(only("test:index:Group").outputs).toEqual({ size: 1 });
    });

    it("has the program's config, secrets marked as such", async () => {
        const program = () => {
            const config = new pulumi.Config();
            new Secret("s", { metadata, stringData: { token: config.requireSecret("token"), plain: config.require("plain") } });
            return { region: new pulumi.Config("aws").require("region") };
        };
        const config = { token: "hidden", plain: "seen", "aws:region": "eu-west-1" };
        const { only, outputs } = await record(program, { config, secretKeys: ["token"], project: "shop" });
        expect(only("kubernetes:core/v1:Secret").inputs.stringData).toEqual({ token: "hidden", plain: "seen" });
        expect(only("kubernetes:core/v1:Secret").secrets).toEqual(["stringData"]);
        expect(outputs).toEqual({ region: "eu-west-1" });
    });

    it("hears warnings instead of printing them, and fails for what makes an update fail", async () => {
        const print = jest.spyOn(console, "warn").mockImplementation();
        const { warnings } = await record(() => {
            pulumi.log.warn("too small");
            console.warn("a word of the program's own");
        });
        expect(warnings).toEqual(["too small"]);
        expect(print.mock.calls).toEqual([["a word of the program's own"]]);
        print.mockRestore();
        await expect(record(() => void pulumi.log.error("broken"))).rejects.toThrow(
            "the program logged an error, which makes `pulumi up` fail: broken",
        );
    });

    it("finds the one resource that is meant, or says what there is instead", async () => {
        const { only } = await record(() => {
            new ConfigMap("first", { metadata });
            new ConfigMap("second", { metadata: { ...metadata, name: "settings" } });
        });
        expect([only(configMap, "settings").name, only(configMap, "first").inputs.metadata.name]).toEqual(["second", "a"]);
        expect(() => only(configMap)).toThrow(`2 resources are ${configMap} , of pulumi:pulumi:Stack, ${configMap}, ${configMap}`);
        expect(() => only(configMap, "third")).toThrow(`0 resources are ${configMap} third`);
    });

    it("names the kinds that nobody could check", async () => {
        const issuer = { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: { name: "all" }, spec: { anything: 1 } };
        const { unchecked } = await record(() => {
            new CustomResource("issuer", issuer);
            new ConfigMap("a", { metadata });
        });
        expect(unchecked).toEqual(["kubernetes:cert-manager.io/v1:ClusterIssuer"]);
    });
});

describe("a preview", () => {
    const program = () => {
        const first = new ConfigMap("first", { metadata });
        new ConfigMap("second", { metadata: { ...metadata, labels: { id: first.id } }, data: { fixed: "x" } });
        return { id: first.id, name: first.metadata.name, list: [first.id] };
    };

    it("knows no ids, says so in inputs and outputs, and ends all the same", async () => {
        const { only, outputs } = await record(program, { preview: true });
        expect(only(configMap, "second").inputs).toMatchObject({ metadata: { labels: { id: unknown } }, data: { fixed: "x" } });
        expect(outputs).toEqual({ id: unknown, name: "a", list: [unknown] });
    });

    it("is followed by an update that knows them", async () => {
        const { only, outputs } = await record(program);
        expect(only(configMap, "second").inputs.metadata.labels).toEqual({ id: "first-id" });
        expect(outputs).toEqual({ id: "first-id", name: "a", list: ["first-id"] });
    });

    it("takes metadata that it doesn't know as a whole for given", async () => {
        const later = () => {
            const first = new ConfigMap("first", { metadata });
            new ConfigMap("second", { metadata: first.id.apply((name) => ({ name, namespace: "b" })) });
        };
        const { only } = await record(later, { preview: true });
        expect(only(configMap, "second").inputs.metadata).toBe(unknown);
    });
});

describe("what is refused", () => {
    it("is a URN used twice, which a parent of another type makes another", async () => {
        const under = (type: string) => {
            const parent = new pulumi.ComponentResource(type, type);
            new Group("same", (group) => void new ConfigMap("a", { metadata }, { parent: group }), { parent });
        };
        const both = (first: string, second: string) => () => [under(first), under(second)];
        expect((await record(both("test:index:One", "test:index:Two"))).all(configMap)).toHaveLength(2);
        await expect(record(both("test:index:One", "test:index:One"))).rejects.toThrow(
            /two resources have the URN .*One\$test:index:Group::same/,
        );
    });

    it("is an object without a name, and one without a namespace where its kind has one", async () => {
        const lost = () => void new ConfigMap("lost", { data: {} });
        await expect(record(lost)).rejects.toThrow(
            `lost: a ${configMap} without metadata.name\nlost: a ${configMap} without metadata.namespace`,
        );
        expect((await record(lost, { checksNames: false })).all(configMap)).toHaveLength(1);
    });

    it("is an input that can't be made, with its reason and without the end of the test's process", async () => {
        const fails = (): Record<string, string> => {
            throw new Error("no such file");
        };
        const program = () => {
            new ConfigMap("late", { metadata: { ...metadata, labels: pulumi.output("x").apply(fails) } });
            new ConfigMap("never", { metadata, data: Promise.reject(new Error("gone")) });
            return "done";
        };
        const problems = await record(program).catch((error: Error) => error.message.split("\n").sort());
        expect(problems).toEqual([
            `late (${configMap}): its input "metadata" can't be made: no such file`,
            `never (${configMap}): its input "data" can't be made: gone`,
        ]);
        // The next macrotask is when Node.js would end the process.
        await new Promise((resolve) => setImmediate(resolve));
    });

    it("is what the program throws or returns as rejected, as it is", async () => {
        const error = new Error("no");
        await expect(record(() => Promise.reject(error))).rejects.toBe(error);
        await expect(record(() => ({ late: pulumi.output(1).apply(() => Promise.reject(error)) }))).rejects.toBe(error);
    });

    it("is a failing `live` of the test's own", async () => {
        const live = () => {
            throw new Error("typo");
        };
        await expect(record(() => void new ConfigMap("a", { metadata }), { live })).rejects.toThrow(/the test's own `live` failed for a /);
    });
});

describe("isolation", () => {
    const program = async () => {
        const { stack, preview, word } = {
            stack: pulumi.getStack(),
            preview: pulumi.runtime.isDryRun(),
            word: new pulumi.Config("x").get("word"),
        };
        new ConfigMap("a", { metadata });
        await new Promise((resolve) => setImmediate(resolve));
        pulumi.log.warn(`warned in ${stack}`);
        return { stack, preview, word, after: pulumi.getStack() };
    };

    it("leaves nothing of one run to the next, or to the test around it", async () => {
        const before = { stack: pulumi.getStack(), warn: console.warn };
        const first = await record(program, { stack: "one", preview: true, config: { "x:word": "mine" } });
        const second = await record(program);
        expect(first.outputs).toEqual({ stack: "one", preview: true, word: "mine", after: "one" });
        expect(second.outputs).toEqual({ stack: "test", preview: false, after: "test" });
        expect({ stack: pulumi.getStack(), warn: console.warn }).toEqual(before);
        expect(new pulumi.Config("x").get("word")).toBeUndefined();
    });

    it("keeps runs apart that go on side by side", async () => {
        const runs = await Promise.all(["one", "two", "three"].map((stack) => record(program, { stack, preview: stack === "two" })));
        expect(runs.map(({ outputs }) => [outputs.after, outputs.preview])).toEqual([
            ["one", false],
            ["two", true],
            ["three", false],
        ]);
        expect(runs.map(({ warnings, resources }) => [warnings, resources.length])).toEqual([
            [["warned in one"], 2],
            [["warned in two"], 2],
            [["warned in three"], 2],
        ]);
    });
});

it.each([
    [true, unknown],
    [false, "settings-id"],
])("a program whose resources are made by being loaded is loaded anew each time (preview: %s)", async (preview, id) => {
    jest.resetModules();
    const { outputs, resources } = await record(() => require("./loaded-program"), { preview });
    expect(outputs.id).toBe(id);
    expect(resources.map(({ name }) => name)).toEqual(["project-test", "settings"]);
});
