/** The components as programs in other languages make them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as library from "../../components";
import { PackageProvider } from "../../components/package/provider";
import schema from "../../components/package/schema.json";
import { record } from "../support/mocks";

const token = "holdfast:index:VolumeClaims";
const inputs = {
    app: "ledger",
    namespace: "bank",
    storageClass: "fast",
    volumes: [{ name: "data", size: "10Gi" }],
    replicas: 2,
};

const provider = new PackageProvider(library, schema);
const construct = (given: pulumi.Inputs, type = token, preview = false) =>
    record(() => provider.construct("ledger", type, given, {}).then(({ urn, state }) => ({ urn, state })), { preview });

it.each([false, true])("makes what a TypeScript program would make, in a preview (%s) too", async (preview) => {
    const foreign = await construct(inputs, token, preview);
    const own = await record(() => new library.VolumeClaims("ledger", inputs), { preview });
    expect(foreign.resources).toEqual(own.resources);
    expect(foreign.all("kubernetes:core/v1:PersistentVolumeClaim").map(({ protect }) => protect)).toEqual([true, true]);
});

it("returns the component's name and its outputs", async () => {
    const { outputs } = await construct(inputs);
    expect(outputs).toEqual({
        urn: expect.stringMatching(/VolumeClaims::ledger$/),
        state: expect.objectContaining({ claimNames: ["data-ledger-0", "data-ledger-1"] }),
    });
    expect(Object.keys(outputs.state).sort()).toEqual(Object.keys(schema.resources[token].properties).sort());
});

it("takes outputs and secrets where the component does", async () => {
    const { only } = await construct({ ...inputs, namespace: pulumi.output("vault") });
    expect(only("kubernetes:core/v1:PersistentVolumeClaim", "data-ledger-1").inputs.metadata.namespace).toBe("vault");
});

it("refuses what can't be used, all at once", async () => {
    const { namespace: _missing, ...rest } = inputs;
    await expect(construct({ ...rest, volume: [], replicas: pulumi.output(2) })).rejects.toThrow(
        [
            'VolumeClaims "ledger" can\'t be made (3 problems):',
            `  - volume: there is no such property. Allowed: ${Object.keys(schema.resources[token].inputProperties).join(", ")}.`,
            "  - namespace: is missing, and has no default.",
            "  - replicas: is another resource's output or a secret. Write a plain value, e.g. one of the stack's config.",
        ].join("\n"),
    );
});

it("finds an output deep in what must be plain, and leaves it where it may be", async () => {
    const workload = {
        namespace: "wiki",
        image: "wiki:1",
        storageClass: pulumi.output("fast"),
        ports: [{ name: "http", port: pulumi.output(8080) }],
        volumes: [{ name: "data", mountPath: "/srv", size: pulumi.output("1Gi") }],
        config: { "motd.txt": pulumi.output("hello") },
        clientLabels: { team: pulumi.output("red") },
    };
    const failure = await construct(workload, "holdfast:index:StatefulWorkload").catch((error) => error);
    expect(failure.errors.map(({ propertyPath }: { propertyPath: string }) => propertyPath).sort()).toEqual([
        "clientLabels.team",
        "ports[0].port",
        "volumes[0].size",
    ]);
});

it("passes on what the component itself refuses, with the property's path", async () => {
    const failure = await construct({ ...inputs, volumes: [{ name: "data", size: "10" }] }).catch((error) => error);
    expect(failure).toMatchObject({ __pulumiInputPropertiesError: true });
    expect(failure.errors).toEqual([expect.objectContaining({ propertyPath: "volumes[0].size" })]);
});

it("names the components there are", async () => {
    await expect(construct(inputs, "holdfast:index:VolumeClaim")).rejects.toThrow(
        `holdfast:index:VolumeClaim: there is no such component. Allowed: ${Object.keys(schema.resources).join(", ")}.`,
    );
});

it("tells Pulumi the package's version and schema", () => {
    const { name, version } = require("../../package.json");
    expect(provider.version).toBe(version);
    expect(JSON.parse(provider.schema)).toMatchObject({ name, version });
});

it("is loaded as plain JavaScript by whoever asks for the package", () => {
    const loaded = require("../../components/index.js");
    expect(Object.keys(loaded).sort()).toEqual(Object.keys(library).sort());
    // The name is how a component is found, and bundling may change it.
    expect(Object.entries<{ name: string }>(loaded).filter(([name, value]) => value.name !== name)).toEqual([]);
});

it("is shown in the documentation by the program that the cluster tests run", () => {
    const read = (file: string) => readFileSync(join(__dirname, "../..", file), "utf8");
    expect(read("docs/component-package.md")).toContain(`\`\`\`yaml\n${read("docs/examples/yaml/Pulumi.yaml")}\`\`\``);
});
