/** The stack of user actions: what it is made of, what it says, and what it refuses. */

import { checkStack } from "../../../cli/checked-stack";
import { neededImages } from "../../../cli/sandbox-images";
import { rawStackConfig } from "../../../cli/stack";
import { summary } from "../../../cli/summary";
import { planOf } from "../../../components/stateful-app";
import { furtherPasswords } from "../../../components/workloads/jetstream-config";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

withSandboxHome();

/** The Secret as it is after the first run, whatever a run makes up. */
const data = Object.fromEntries(["password", ...furtherPasswords].map((key) => [key, "c2VjcmV0"]));
const live = (_: string, inputs: { metadata?: { name: string } }) =>
    inputs.metadata?.name === "user-actions-password" ? { ...inputs, data } : inputs;
const run = (more: Record<string, string> = {}, preview = false): Promise<Recording> =>
    record(deploy, { config: { ...rawStackConfig("user-actions"), ...more }, preview, stack: "user-actions", live });

it("is made of these resources, in an update and in a preview", async () => {
    expectGolden("user-actions.sandbox", (await run()).resources);
    expectGolden("user-actions.sandbox", (await run({}, true)).resources);
});

it("runs on images that the sandbox has", () => {
    const { settings, plan } = checkStack("user-actions");
    expect(neededImages(settings, plan)).toEqual(expect.arrayContaining(["nats:2.12", "node:20"]));
});

it("says how to connect, without a word of databases", async () => {
    const { outputs } = await run();
    expect(outputs.connection).toMatchObject({
        host: "user-actions.user-actions.svc.cluster.local",
        port: 4222,
        user: "user-actions",
        command: expect.stringMatching(/-n user-actions port-forward service\/user-actions 4222:4222$/),
    });
    const text = summary("user-actions", outputs, true);
    expect(text).toContain("user-actions/data-user-actions-2: 1Gi");
    expect(text).not.toMatch(/database|psql|undefined/i);
});

it("takes streams from config, and names what is wrong with them by its key", async () => {
    const streams = (list: object[]) => ({ "holdfast:streams": JSON.stringify(list) });
    const recording = await run(streams([{ name: "clicks", subjects: ["clicks.>"], maxAge: "30d" }]));
    const { data } = recording.only("kubernetes:core/v1:ConfigMap", "user-actions-streams").inputs;
    expect(JSON.parse(data["streams.json"]).streams[0]).toMatchObject({ name: "clicks", max_age: 30 * 86400e9 });
    await expect(run({ ...streams([{ name: "a b", replicas: 4 }]), "holdfast:database": "x" })).rejects.toThrow(
        /3 problems[\s\S]*holdfast:database: there are streams and no database[\s\S]*holdfast:streams\[0\]\.name: "a b"[\s\S]*holdfast:streams\[0\]\.replicas: 4/,
    );
});

it("refuses what means nothing to it, and members that vote without running", () => {
    const problems = (more: object) =>
        planOf("user-actions", { useCase: "user-actions", target: "sandbox", ...more }).problems.map(
            ({ path, reason }) => `${path}: ${reason}`,
        );
    expect(problems({})).toEqual([]);
    expect(problems({ passwordSecret: "x", restoreFrom: { "data-user-actions-0": "snapshot/x" }, keepClaims: 5 })).toEqual(
        expect.arrayContaining([
            expect.stringMatching(/^passwordSecret: the servers have passwords/),
            expect.stringMatching(/^restoreFrom: a member's volume knows/),
            expect.stringMatching(/^keepClaims: 5 is not 3: a member that doesn't run still votes/),
        ]),
    );
    expect(problems({ replicas: 4 })).toEqual([expect.stringMatching(/^replicas: 4 is not a number of members that vote/)]);
    expect(problems({ replicas: 5 })).toEqual([]);
});

it("means streams to nobody else", () => {
    const given = { useCase: "user-preferences", target: "sandbox", streams: [{ name: "a" }] };
    expect(planOf("prefs", given).problems.map(({ path }) => path)).toEqual(["streams"]);
});
