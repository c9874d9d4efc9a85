/** One of our stacks without cluster, cloud and secrets: its plan, its program under mocks, and the policies on what that registers. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { RecordedResource } from "../../components/testing";
import { unknown as unknownInRecordings } from "../../components/testing/wire";
import type { Thing } from "../../policies/guardrails/guardrail";
import { violationsOf } from "../../policies/guardrails/judge";
import { guardrails } from "../../policies/guardrails/rules";
import { unknown } from "../../policies/guardrails/values";
import { typeKey } from "../../policies/review/kinds";
import { isFields } from "../../policies/review/values";
import { sandboxKubeconfig } from "../../stacks/cluster";
import { type CheckedStack, expectedRepository } from "../checked-stack";
import { rawStackConfig } from "../stack";
import { costOf } from "./cost";
import { type PolicyFinding, type StackReport, stackReport } from "./model";

/** What nobody can know here, and a reader has to. */
export const unseen: readonly string[] = [
    "what is deployed: whether anything would be deleted, replaced or restarted",
    "the cluster: whether it has the drivers, classes and room",
    "values that only an update knows, and those that are secret",
];

/** What config says of the policies, in the engine's own form: a level, or settings with one. */
export type PolicyConfig = Record<string, unknown>;

const known = (value: unknown): unknown => {
    if (value === unknownInRecordings) return unknown;
    if (Array.isArray(value)) return value.map(known);
    return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item)])) : value;
};

const thingOf = ({ urn, type, name, inputs, protect }: RecordedResource): Thing => ({
    urn,
    type: typeKey(type),
    name,
    props: known(inputs) as Thing["props"],
    isProtected: protect,
    // What a property was made from isn't recorded; it only tells apart what nobody said from what isn't known yet.
    from: {},
});

/** What the guardrails say of recorded resources. */
export function policyFindings(resources: readonly RecordedResource[], config: PolicyConfig = {}): PolicyFinding[] {
    const things = resources.map(thingOf);
    return guardrails.flatMap((guardrail) => {
        const own = config[guardrail.id];
        const settings = isFields(own) ? own : {};
        const level = typeof own === "string" ? own : (settings.enforcementLevel ?? guardrail.enforcement);
        if (level === "disabled") return [];
        return violationsOf(guardrail, things, settings).map(({ about, says }) => ({
            policy: guardrail.id,
            level: String(level),
            about: about.name,
            says,
        }));
    });
}

/** A value that is encrypted stands for some text: nobody here can read it. */
const opened = (value: unknown): unknown => {
    if (isFields(value)) {
        const keys = Object.keys(value);
        if (keys.length === 1 && typeof value.secure === "string") return "secret";
        return Object.fromEntries(keys.map((key) => [key, opened(value[key])]));
    }
    return Array.isArray(value) ? value.map(opened) : value;
};

function readable(text: string): string {
    if (!text.includes('"secure"')) return text;
    const value = opened(JSON.parse(text));
    return typeof value === "string" ? value : JSON.stringify(value);
}

/** Runs with variables set, and sets them back. */
async function withVariables<T>(variables: Readonly<Record<string, string>>, run: () => Promise<T>): Promise<T> {
    const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    try {
        Object.assign(process.env, variables);
        return await run();
    } finally {
        for (const [name, value] of before) {
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        }
    }
}

/**
 * Runs with kubeconfigs that name the context and nothing else, and with a repository for the sandbox's backups: a fork has none of them, and
 * the program only looks whether they are there.
 */
async function withoutCluster<T>(config: Record<string, string>, run: (config: Record<string, string>) => Promise<T>): Promise<T> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-offline-"));
    try {
        const ours = sandboxKubeconfig({ XDG_STATE_HOME: folder }, folder);
        const theirs = path.join(folder, "kubeconfig");
        const context = config["holdfast:context"];
        fs.mkdirSync(path.dirname(ours), { recursive: true });
        fs.writeFileSync(ours, "");
        fs.writeFileSync(theirs, JSON.stringify({ contexts: [{ name: context ?? "" }] }));
        const around = config["holdfast:target"] === "sandbox" ? { XDG_STATE_HOME: folder, ...expectedRepository } : {};
        return await withVariables(around, () => run(context === undefined ? config : { ...config, "holdfast:kubeconfig": theirs }));
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
}

/** Looks at a stack offline. What is wrong with its config or its program is said of it. */
export async function offline(stack: string, policyConfig: PolicyConfig = {}): Promise<StackReport> {
    const base = { stack, notLookedAt: [...unseen] };
    try {
        const raw = Object.fromEntries(Object.entries(rawStackConfig(stack)).map(([key, text]) => [key, readable(text)]));
        // Loaded here: the components and the SDK take a second.
        const { record } = require("../../components/testing") as typeof import("../../components/testing");
        const { deploy } = require("../../stacks/program") as typeof import("../../stacks/program");
        const { checkConfig } = require("../../stacks/check") as typeof import("../../stacks/check");
        const { surroundings } = require("../../stacks/surroundings") as typeof import("../../stacks/surroundings");
        return await withoutCluster(raw, async (config) => {
            const { resources } = await record(deploy, { config, stack, project: "holdfast" });
            const checked = checkConfig(config, () => surroundings).checked as CheckedStack | undefined;
            const policies = { findings: policyFindings(resources, policyConfig) };
            return stackReport({ ...base, policies, ...(checked ? { cost: costOf(checked.plan) } : {}), problems: [] });
        });
    } catch (error) {
        return stackReport({ ...base, problems: [(error as Error).message] });
    }
}
