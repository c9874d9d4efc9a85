/** The policy pack through the real engine, with `--policy-pack`: previews only, of objects that are dry-run against a real API server. */

import * as fs from "node:fs";
import * as path from "node:path";
import { violationsOf } from "../../policies/guardrails/judge";
import { guardrails } from "../../policies/guardrails/rules";
import { cases } from "../unit/guardrails/support/cases";
import { goodStack, type Resource, things } from "../unit/guardrails/support/stack";
import { Stack } from "./provider/stack";
import { World } from "./support/world";

const support = path.join(__dirname, "support");
let world: World;
let stack: Stack;

beforeAll(() => {
    world = World.create("guardrails");
    world.holdfast("sandbox", "up");
    // Nobody has an AWS account here: what the program says goes through a provider that only repeats it.
    const plugins = path.join(world.folder, "plugins");
    fs.mkdirSync(plugins);
    const plugin = `#!/bin/sh\nexec node ${path.join(support, "echo-provider.js")} "$@"\n`;
    fs.writeFileSync(path.join(plugins, "pulumi-resource-aws"), plugin, { mode: 0o755 });
    for (const key of ["KUBECONFIG", "PULUMI_HOME"]) process.env[key] = world.engineEnv[key];
    process.env.PATH = `${plugins}:${world.engineEnv.PATH}`;
    stack = new Stack("shop");
    fs.copyFileSync(path.join(support, "guarded-program.js"), path.join(stack.dir, "program.js"));
});
afterAll(async () => {
    await stack?.dispose();
    world?.destroy();
});

interface Said {
    policy: string;
    about: string;
    level: string;
    message: string;
}

const pack = () => path.join(world.checkout, "policies", "guardrails");

/** Policy events of a preview, and its exit code. */
function said(log: string): Said[] {
    return fs
        .readFileSync(log, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).policyEvent)
        .filter(Boolean)
        .map((event) => ({
            policy: event.policyName,
            about: event.resourceUrn.split("::").pop(),
            level: event.enforcementLevel,
            message: event.message,
        }));
}

async function previewed(resources: readonly Resource[], config: object = {}): Promise<{ code: number; output: string; said: Said[] }> {
    fs.writeFileSync(path.join(stack.dir, "objects.json"), JSON.stringify(resources));
    const [file, log] = ["config.json", "events.log"].map((name) => path.join(stack.dir, name));
    fs.writeFileSync(file, JSON.stringify(config));
    fs.rmSync(log, { force: true });
    const run = await stack.run(["preview", "--policy-pack", pack(), "--policy-pack-config", file, "--event-log", log], {
        PULUMI_DEBUG_COMMANDS: "true",
    });
    return { ...run, said: fs.existsSync(log) ? said(log) : [] };
}

/** The resources with the suffix in every name, so that several stacks are one program. */
const suffixed = (resources: Resource[], suffix: string): Resource[] =>
    resources.map((resource) => ({
        ...resource,
        name: `${resource.name}-${suffix}`,
        from: Object.fromEntries(Object.entries(resource.from).map(([property, source]) => [property, `${source}-${suffix}`])),
    }));

/** For each policy a stack that it refuses. */
const wrong = guardrails.map(({ id }) => {
    const found = cases.find(({ policy, about }) => policy === id && about);
    if (!found) throw new Error(`${id} has no case`);
    const resources = goodStack(id);
    found.edit(resources);
    return { id, about: `${found.about}-${id}`, resources: suffixed(resources, id) };
});

/** What the policies say of a stack when they are asked without an engine. */
const expected = (resources: readonly Resource[]): string[] =>
    guardrails
        .flatMap((guardrail) => violationsOf(guardrail, things(resources)).map(({ about }) => `${guardrail.id} ${about.name}`))
        .sort();

test("a stack that is right passes every policy", async () => {
    const run = await previewed(suffixed(goodStack("right"), "right"));
    expect(run.said).toEqual([]);
    expect(run.output).toContain("holdfast-guardrails");
    expect(run.code).toBe(0);
});

test("each policy refuses what it is there for, by name, and says nothing else", async () => {
    const resources = wrong.flatMap((each) => each.resources);
    const run = await previewed(resources);
    expect(run.said.map(({ policy, about }) => `${policy} ${about}`).sort()).toEqual(expected(resources));
    for (const { id, about } of wrong) expect(run.said.find(({ policy }) => policy === id)).toMatchObject({ about });
    for (const { id, enforcement } of guardrails)
        expect(new Set(run.said.filter(({ policy }) => policy === id).map(({ level }) => level))).toEqual(new Set([enforcement]));
    expect(run.code).not.toBe(0);
});

test("config sets levels, exceptions and what becomes of values that aren't known", async () => {
    const { resources } = wrong.find(({ id }) => id === "claims-protected") ?? { resources: [] };
    const silenced = await previewed(resources, { "claims-protected": { exceptions: ["shop-claims-protected/data-ledger-*"] } });
    expect(silenced.said).toEqual([]);
    expect(silenced.code).toBe(0);
    const reported = await previewed(resources, { "claims-protected": "advisory", "bucket-private": { unknown: "report" } });
    expect(reported.said).toEqual([expect.objectContaining({ policy: "claims-protected", level: "advisory" })]);
    expect(reported.code).toBe(0);
    const misspelt = await previewed(resources, { "claims-protected": { exceptions: "all" } });
    expect(misspelt.code).not.toBe(0);
    expect(misspelt.output).toContain("exceptions");
});

test.each(["user-preferences", "custom"])("our own stack %s passes, with what the sandbox accepts", (name) => {
    world.pulumi("stack", "init", name);
    const config = path.join(pack(), "sandbox.json");
    const run = world.tryPulumi("preview", "--stack", name, "--policy-pack", pack(), "--policy-pack-config", config);
    expect(run.stdout).toContain("holdfast-guardrails");
    expect(run.stdout).not.toMatch(/\[(mandatory|advisory)\]/);
    expect(run.status).toBe(0);
});
