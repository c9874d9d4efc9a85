/** Runs a program as Pulumi does, without an engine, and records what it registers. */

import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";
import { guarded, guardInputs } from "./failures";
import { heard, type Messages } from "./messages";
import { isBuiltIn, nameProblems } from "./names";
import type { Properties, RecordedResource, Recording, RecordingOptions } from "./recording";
import { fieldProblems } from "./schemas/check";
import { schemasOfKubernetes } from "./schemas/schemas";
import { opened, recorded, unknown, urnOf, type Where } from "./wire";

type Callback<T> = (error: unknown, response?: T) => void;

/** What the SDK's mocks are, beyond the SDK's types. */
interface Monitor {
    newUrn(parent: string, type: string, name: string): string;
    registerResource(request: RegisterResourceRequest, callback: Callback<RegisterResourceResponse>): Promise<void>;
    registerResourceOutputs(request: RegisterResourceOutputsRequest, callback: Callback<object>): void;
}
/** Not in the SDK's types, but what its own Automation API is made of: everything that a running program changes, for this run alone. */
const { withLocalStorage } = state as unknown as { withLocalStorage<T>(run: () => Promise<T>): Promise<T> };
const { waitForRPCs } = settings as unknown as { waitForRPCs(): Promise<void> };

class Recorder {
    public readonly resources: RecordedResource[] = [];
    public readonly messages: Messages = { warnings: [], errors: [] };
    public readonly problems: string[] = [];
    /** Types and names in the order in which the program makes its resources; they are registered in no certain one. */
    public readonly made: string[] = [];
    private readonly byUrn = new Map<string, RecordedResource>();

    public constructor(
        private readonly options: RecordingOptions,
        private readonly where: Where,
    ) {}

    /** What the SDK asks of a provider. */
    public readonly mocks: pulumi.runtime.Mocks = {
        newResource: ({ custom, name, inputs, type, id }) => ({
            id: custom && !this.options.preview ? id || `${name}-id` : undefined,
            state: this.liveState(name, inputs, type) ?? inputs,
        }),
        call: ({ token }) => this.options.answers?.[token] ?? {},
    };

    private liveState(name: string, inputs: Properties, type: string): Properties {
        try {
            return this.options.live?.(name, inputs, type);
        } catch (error) {
            this.problems.push(`the test's own \`live\` failed for ${name} (${type}): ${error}`);
            return inputs;
        }
    }

    /** Puts itself between the program and the mocks' monitor, which forgets the options. */
    public listen(): void {
        const monitor = settings.getMonitor() as unknown as Monitor;
        const { registerResource, registerResourceOutputs } = monitor;
        monitor.newUrn = (parent, type, name) => urnOf(this.where, parent ?? "", type, name);
        monitor.registerResource = (request, callback) =>
            registerResource.call(monitor, request, (error, response) => {
                if (response) {
                    this.take(recorded(request, response.getUrn(), response.getObject()?.toJavaScript() ?? {}, this.where));
                }
                callback(error, response);
            });
        monitor.registerResourceOutputs = (request, callback) => {
            const resource = this.byUrn.get(request.getUrn());
            if (resource) {
                resource.outputs = opened(request.getOutputs()?.toJavaScript() ?? {}, "", []);
            }
            registerResourceOutputs.call(monitor, request, callback);
        };
    }

    private take(resource: RecordedResource): void {
        if (this.byUrn.has(resource.urn)) {
            this.problems.push(`two resources have the URN ${resource.urn}`);
        }
        this.byUrn.set(resource.urn, resource);
        this.resources.push(resource);
    }

    private inOrder(): RecordedResource[] {
        const places = new Map(this.made.map((each, index) => [each, index]));
        const place = ({ type, name }: RecordedResource) => places.get(`${type} ${name}`) ?? -1;
        return this.resources.toSorted((a, b) => place(a) - place(b));
    }

    /** What is wrong with what was registered. */
    public check(): void {
        const { checksNames = true, checksFields = true } = this.options;
        this.problems.push(...this.messages.errors.map((text) => `the program logged an error, which makes \`pulumi up\` fail: ${text}`));
        const objects = this.inOrder().filter(({ type, isComponent }) => type.startsWith("kubernetes:") && !isComponent);
        if (checksNames) {
            this.problems.push(...objects.flatMap(nameProblems));
        }
        if (checksFields && objects.length > 0) {
            const schemas = schemasOfKubernetes();
            this.problems.push(...objects.flatMap((resource) => fieldProblems(schemas, resource)));
        }
    }

    public recording(outputs: Properties): Recording {
        const resources = this.inOrder();
        const all = (type: string) => resources.filter((resource) => resource.type === type);
        return {
            resources,
            outputs,
            warnings: this.messages.warnings,
            unchecked: [...new Set(resources.map(({ type }) => type))].filter((type) => type.startsWith("kubernetes:") && !isBuiltIn(type)),
            all,
            only(type, name) {
                const found = all(type).filter(
                    (resource) => name === undefined || resource.inputs.metadata?.name === name || resource.name === name,
                );
                if (found.length !== 1) {
                    throw new Error(`${found.length} resources are ${type} ${name ?? ""}, of ${resources.map((r) => r.type).join(", ")}`);
                }
                return found[0];
            },
        };
    }
}

/** The value of an output, with what a preview can't know as `[unknown]`. */
async function resolved(value: unknown): Promise<Properties> {
    const output = pulumi.output(value) as unknown as { promise(withUnknowns: boolean): Promise<unknown>; isKnown: Promise<boolean> };
    const plain = await output.promise(true);
    return (await output.isKnown) ? plain : withoutUnknowns(plain);
}

function withoutUnknowns(value: unknown): unknown {
    if ((pulumi as unknown as { isUnknown(value: unknown): boolean }).isUnknown(value)) {
        return unknown;
    }
    if (Array.isArray(value)) {
        return value.map(withoutUnknowns);
    }
    return value !== null && typeof value === "object"
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutUnknowns(item)]))
        : value;
}

async function run(program: () => unknown, options: RecordingOptions): Promise<Recording> {
    const where = { stack: options.stack ?? "test", project: options.project ?? "project" };
    const recorder = new Recorder(options, where);
    const outputs = await heard(recorder.messages, () => play(program, options, where, recorder));
    recorder.check();
    if (recorder.problems.length > 0) {
        throw new Error([...new Set(recorder.problems)].join("\n"));
    }
    return recorder.recording(outputs);
}

/** The program from its first line to its last registration; returns what it returns. */
async function play(program: () => unknown, options: RecordingOptions, where: Where, recorder: Recorder): Promise<Properties> {
    const full = (key: string) => (key.includes(":") ? key : `${where.project}:${key}`);
    const config = Object.fromEntries(Object.entries(options.config ?? {}).map(([key, value]) => [full(key), value]));
    pulumi.runtime.setAllConfig(config, (options.secretKeys ?? []).map(full));
    await pulumi.runtime.setMocks(recorder.mocks, where.project, where.stack, options.preview ?? false);
    recorder.listen();
    let returned: unknown;
    let failure: { error: unknown } | undefined;
    await pulumi.runtime.runInPulumiStack(async () => {
        // A throw in here would also reject outputs of the stack that nobody awaits, and end the test's process.
        try {
            guardInputs(recorder.problems, (type, name) => recorder.made.push(`${type} ${name}`));
            returned = await program();
        } catch (error) {
            failure = { error };
        }
    });
    const outputs = await resolved(
        guarded(returned, (error) => {
            failure ??= { error };
        }),
    );
    // What nobody's output waits for must be registered too.
    await waitForRPCs();
    if (failure) {
        throw failure.error;
    }
    return outputs;
}

/**
 * Runs a program under mocks, and returns every resource that it registers, with its options.
 *
 * Rejected where the engine or the API server would refuse (a URN used twice, a field that the kind doesn't have, a value of another type, a
 * required one that is missing), and where data is lost later: an object without a name or namespace of its own. All of it is said at once.
 * What the program throws is passed on. Nothing outlives the call: config, mocks and stack are its own, also where calls run side by side.
 *
 * @example
 * const recording = await record(() => new StatefulApp("wiki", args), { preview: true });
 */
export const record = (program: () => unknown, options: RecordingOptions = {}): Promise<Recording> =>
    withLocalStorage(() => run(program, options));
