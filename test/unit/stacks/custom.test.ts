/** The custom stack of this repository, its documentation, and the ten-line program beside it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkStack } from "../../../cli/checked-stack";
import { rawStackConfig } from "../../../cli/stack";
import { summary } from "../../../cli/summary";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

jest.mock("holdfast", () => jest.requireActual("../../../components"), { virtual: true });

const root = join(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
withSandboxHome();

const run = (more: object = {}, preview = false): Promise<Recording> => {
    const config = rawStackConfig("custom");
    const workload = { ...JSON.parse(config["holdfast:workload"]), ...more };
    return record(deploy, { config: { ...config, "holdfast:workload": JSON.stringify(workload) }, preview, stack: "custom" });
};

describe("the custom stack", () => {
    it("is in order, and runs on what the sandbox has", () => {
        expect(checkStack("custom").plan.app).toBe("notes");
    });

    it("is made of these resources, in an update and in a preview", async () => {
        expectGolden("custom.sandbox", (await run()).resources);
        expectGolden("custom.sandbox", (await run({}, true)).resources);
    });

    it("says how to connect without a word of databases and passwords", async () => {
        const { outputs } = await run();
        expect(Object.keys(outputs)).toEqual(["connection", "promise", "claims"]);
        expect(outputs.connection).toMatchObject({
            host: "notes.notes.svc.cluster.local",
            port: 80,
            ports: [{ name: "http", port: 80, protocol: "TCP" }],
            command: expect.stringMatching(/-n notes port-forward service\/notes 8080:80$/),
        });
        const text = summary("custom", outputs, true);
        expect(text).toContain("notes.notes.svc.cluster.local:80, http (TCP)");
        expect(text).toContain("notes/data-notes-0: 1Gi");
        expect(text).not.toMatch(/database|psql|password|undefined/i);
    });

    it("lists the claims of further volumes with their sizes", async () => {
        const volumes = [
            { name: "data", mountPath: "/srv/notes" },
            { name: "media", mountPath: "/srv/media", size: "2Gi" },
        ];
        const { outputs } = await run({ volumes });
        expect(outputs.claims.map(({ name, size }: { name: string; size: string }) => [name, size])).toEqual([
            ["data-notes-0", "1Gi"],
            ["media-notes-0", "2Gi"],
        ]);
    });

    it("lets clients in by the labels it is told, and says so", async () => {
        const { outputs } = await run({ clientLabels: { role: "reader" } });
        expect(outputs.connection.clients).toBe('pods in namespace notes with the label role: "reader"');
    });

    it("forwards no port that only UDP listens on", async () => {
        const ports = [{ name: "dns", port: 5353, protocol: "UDP" }];
        const { outputs } = await run({ ports, readinessProbe: { command: ["true"] } });
        expect(outputs.connection.command).not.toContain("port-forward");
        expect(outputs.connection.ports).toEqual([{ name: "dns", port: 5353, protocol: "UDP" }]);
    });

    it("is what docs/own-image.md shows", () => {
        expect(read("docs/own-image.md")).toContain(`\`\`\`yaml\n${read("stacks/Pulumi.custom.yaml")}\`\`\``);
    });
});

describe("the program of ten lines", () => {
    const file = "docs/examples/own-image/index.ts";

    it("has ten, and is what docs/own-image.md shows", () => {
        expect(read(file).trimEnd().split("\n")).toHaveLength(10);
        expect(read("docs/own-image.md")).toContain(`\`\`\`ts\n${read(file)}\`\`\``);
    });

    it.each([false, true])("makes the application it describes (preview: %s)", async (preview) => {
        const recording = await record(
            () => {
                let program: object = {};
                jest.isolateModules(() => {
                    program = require(join(root, file));
                });
                return program;
            },
            { preview },
        );
        expect(recording.outputs).toEqual({ host: "wiki.wiki.svc.cluster.local", claimNames: ["data-wiki-0"] });
        expect(recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template.spec.containers[0].image).toBe(
            "registry.sandbox.holdfast/busybox:1",
        );
    });
});

describe("a secret anywhere in the workload", () => {
    it("keeps the variables out of the state", async () => {
        const config = {
            ...rawStackConfig("custom"),
            "holdfast:workload": JSON.stringify({
                ports: [{ name: "http", port: 8080 }],
                volumes: [{ name: "data", mountPath: "/srv" }],
                env: { TOKEN: "correct horse" },
                sidecars: [{ name: "side", image: "registry.sandbox.holdfast/busybox:1", env: { TOKEN: "correct horse" } }],
            }),
        };
        const secretsOf = async (secretKeys: string[]) =>
            (await record(deploy, { config, secretKeys, stack: "custom" })).only("kubernetes:apps/v1:StatefulSet").secrets;
        expect(await secretsOf(["holdfast:workload"])).toEqual([
            "spec.template.spec.containers[0].env[0].value",
            "spec.template.spec.initContainers[0].env[0].value",
        ]);
        expect(await secretsOf([])).toEqual([]);
    });
});
