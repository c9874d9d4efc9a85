import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1";
import { StorageClass } from "@pulumi/kubernetes/storage/v1";
import { offline, policyFindings, unseen } from "../../../cli/pull-request/offline";
import { ownTests } from "../../../cli/pull-request/own-tests";
import { stackFile } from "../../../cli/stack";
import { record } from "../../../components/testing";

// The first run of a program loads the SDK, which takes its time on a busy machine.
jest.setTimeout(30_000);
jest.mock("../../../cli/stack", () => {
    const real = jest.requireActual("../../../cli/stack");
    return { ...real, rawStackConfig: jest.fn(real.rawStackConfig) };
});
const { rawStackConfig } = jest.requireMock("../../../cli/stack") as { rawStackConfig: jest.Mock };
const sandbox = JSON.parse(fs.readFileSync(path.join(__dirname, "../../../policies/guardrails/sandbox.json"), "utf8"));

test.each(["user-preferences", "custom", "session-store", "shopping-cart"])(
    "our stack %s: plan, mocks and policies hold, and it is said what nobody looked at",
    async (stack) => {
        expect(fs.existsSync(stackFile(stack))).toBe(true);
        const before = process.env.XDG_STATE_HOME;
        const report = await offline(stack, sandbox);
        expect(report).toMatchObject({
            stack,
            outcome: "unseen",
            problems: [],
            policies: { findings: [] },
            cost: { after: expect.any(String) },
        });
        expect(report.notLookedAt).toEqual(unseen);
        expect(process.env.XDG_STATE_HOME).toBe(before);
    },
);

test("a stack for another cluster needs neither its kubeconfig nor its secrets", async () => {
    rawStackConfig.mockReturnValueOnce({
        "holdfast:useCase": "user-preferences",
        "holdfast:target": "kubernetes",
        "holdfast:environment": "development",
        "holdfast:storageDriver": "local-path",
        "holdfast:context": "production",
        "holdfast:kubeconfig": "/not/there",
        "holdfast:password": '{"secure":"v1:abc:def"}',
    });
    const report = await offline("shop", { "single-copy-on-node": "disabled", "backed-up": "advisory" });
    expect(report).toMatchObject({ outcome: "unseen", problems: [] });
});

test("wrong config: it can't be told, with every problem", async () => {
    rawStackConfig.mockReturnValueOnce({
        "holdfast:useCase": "user-preferences",
        "holdfast:target": "sandbox",
        "holdfast:size": "10",
        "holdfast:siez": "1",
    });
    const report = await offline("shop");
    expect(report.outcome).toBe("unknown");
    expect(report.problems.join()).toMatch(/"10" has no unit[\s\S]*holdfast:siez|holdfast:siez[\s\S]*"10" has no unit/);
    expect(report.policies).toBeUndefined();
});

test("a stack that there isn't: it can't be told, and which there are", async () => {
    const report = await offline("nosuch");
    expect(report).toMatchObject({ outcome: "unknown", problems: [expect.stringMatching(/Stacks here: .*custom, .*user-preferences\.$/)] });
});

describe("policies on what a program registers under mocks", () => {
    const program = () => {
        new StorageClass("fast", {
            metadata: { name: "fast" },
            provisioner: "pool.csi.sandbox.holdfast",
            reclaimPolicy: "Delete",
            volumeBindingMode: "WaitForFirstConsumer",
        });
        const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "1Gi" } } };
        new PersistentVolumeClaim("data", { metadata: { name: "data", namespace: "shop" }, spec }, { protect: true });
    };
    const found = async (config?: object) => policyFindings((await record(program)).resources, config as Record<string, unknown>);

    test("what is wrong is found, what is right isn't", async () => {
        expect((await found()).map(({ policy, about, level }) => [policy, about, level])).toEqual([
            ["reclaim-retain", "fast", "mandatory"],
        ]);
    });

    test("config sets the level, exceptions, or silences", async () => {
        expect((await found({ "reclaim-retain": "advisory" }))[0].level).toBe("advisory");
        expect((await found({ "reclaim-retain": { enforcementLevel: "advisory" } }))[0].level).toBe("advisory");
        expect(await found({ "reclaim-retain": "disabled" })).toEqual([]);
        expect(await found({ "reclaim-retain": { exceptions: ["fast"] } })).toEqual([]);
    });
});

describe("the project's own tests", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-own-tests-"));
    afterAll(() => fs.rmSync(folder, { recursive: true }));
    const withTest = (test?: string) => {
        fs.writeFileSync(
            path.join(folder, "package.json"),
            JSON.stringify({ name: "shop", version: "1.0.0", scripts: test ? { test } : {} }),
        );
        return ownTests(folder);
    };

    test("pass, fail with what they said last, or aren't there", () => {
        expect(withTest("true")).toEqual({ command: "npm test", isPassed: true, output: "" });
        expect(withTest("echo three broken; exit 3")).toMatchObject({ isPassed: false, output: expect.stringContaining("three broken") });
        expect(withTest()).toBeUndefined();
    });
});
