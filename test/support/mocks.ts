/** Records what a program registers: every resource with its options, as the engine would be told. */

import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest, RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import * as runtime from "@pulumi/pulumi/runtime/settings";

// biome-ignore lint/suspicious/noExplicitAny: the inputs of any kind; tests say what they expect in them.
export type Properties = any;

export interface RecordedResource {
    type: string;
    name: string;
    urn: string;
    /** Logical name of the parent; empty for the stack itself. */
    parent: string;
    isComponent: boolean;
    /** The inputs with secrets opened; `secrets` says where they were. */
    inputs: Properties;
    /** Paths of the inputs that are secret. */
    secrets: string[];
    protect: boolean;
    retainOnDelete: boolean;
    deleteBeforeReplace: boolean;
    ignoreChanges: string[];
    /** Logical names of the resources it waits for, by options and by properties, sorted. */
    dependsOn: string[];
    /** Logical name of its provider; empty for the default one. */
    provider: string;
}

export interface Recording {
    resources: RecordedResource[];
    /** What the program returned, with outputs resolved. */
    outputs: Properties;
    /** The one resource of this type, or the one of it that has this name. */
    only(type: string, name?: string): RecordedResource;
    all(type: string): RecordedResource[];
}

export interface RecordingOptions {
    /** The program runs as in `pulumi preview`: ids are not known. @default false */
    preview?: boolean;
    /** Stack config, with full keys. */
    config?: Record<string, string>;
    /** Full keys of the config that hold something secret. */
    secretKeys?: string[];
    /** Name of the stack. @default test */
    stack?: string;
    /** What functions of providers answer, by their token. @default nothing */
    answers?: Record<string, Properties>;
    /** What the cluster says of a resource, where that isn't just its inputs. */
    live?: (name: string, inputs: Properties) => Properties;
}

type Register = (
    request: RegisterResourceRequest,
    callback: (error: unknown, response?: RegisterResourceResponse) => void,
) => Promise<void>;

/** Kinds without a namespace. */
const clusterWide = [
    "kubernetes:core/v1:Namespace",
    "kubernetes:core/v1:PersistentVolume",
    "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
    "kubernetes:storage.k8s.io/v1:StorageClass",
    "kubernetes:storage.k8s.io/v1:VolumeAttributesClass",
];

const lastOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The value without the wire's marks of secrets, whose paths are collected. */
function opened(value: unknown, path: string, secrets: string[]): unknown {
    if (isRpcSecret(value)) {
        secrets.push(path);
        return opened(unwrapRpcSecret(value), path, secrets);
    }
    if (Array.isArray(value)) {
        return value.map((item, index) => opened(item, `${path}[${index}]`, secrets));
    }
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, opened(item, path === "" ? key : `${path}.${key}`, secrets)]),
        );
    }
    return value;
}

/** What the engine was told of a resource. */
function recorded(request: RegisterResourceRequest, urn: string): RecordedResource {
    const secrets: string[] = [];
    // A provider is a URN and an id.
    const provider = request.getProvider().replace(/::[^:]*$/, "");
    return {
        type: request.getType(),
        name: request.getName(),
        urn,
        parent: request.getParent() === "" ? "" : lastOf(request.getParent()),
        isComponent: !request.getCustom(),
        inputs: opened(request.getObject()?.toJavaScript() ?? {}, "", secrets),
        secrets,
        protect: request.getProtect() ?? false,
        retainOnDelete: request.getRetainondelete() ?? false,
        deleteBeforeReplace: request.getDeletebeforereplace() ?? false,
        ignoreChanges: request.getIgnorechangesList(),
        dependsOn: [...new Set(request.getDependenciesList().map(lastOf))].sort(),
        provider: provider === "" ? "" : lastOf(provider),
    };
}

/** Objects must say their own name, and where they are: an auto-named or default-namespaced object is lost by an ordinary change. */
function identityProblems({ type, name, inputs }: RecordedResource): string[] {
    if (!type.startsWith("kubernetes:")) {
        return [];
    }
    const needed = clusterWide.includes(type) ? ["name"] : ["name", "namespace"];
    return needed.filter((key) => !inputs.metadata?.[key]).map((key) => `${name}: a ${type} without metadata.${key}`);
}

/** Puts itself between the program and the mocks' monitor, which forgets the options. */
function listen(resources: RecordedResource[], problems: string[]): void {
    const monitor = runtime.getMonitor() as unknown as { registerResource: Register };
    const register = monitor.registerResource.bind(monitor);
    const urns = new Set<string>();
    monitor.registerResource = (request, callback) =>
        register(request, (error, response) => {
            if (response) {
                const resource = recorded(request, response.getUrn());
                problems.push(...identityProblems(resource));
                if (urns.has(resource.urn)) {
                    problems.push(`two resources have the URN ${resource.urn}`);
                }
                urns.add(resource.urn);
                resources.push(resource);
            }
            callback(error, response);
        });
}

/**
 * Runs a program under mocks and returns what it registered. Fails where the engine would (a URN used twice) and where we must not go (an
 * object without a name or a namespace).
 */
export async function record(program: () => unknown, options: RecordingOptions = {}): Promise<Recording> {
    const resources: RecordedResource[] = [];
    const problems: string[] = [];
    pulumi.runtime.setAllConfig(options.config ?? {}, options.secretKeys);
    await pulumi.runtime.setMocks(
        {
            newResource: ({ custom, name, inputs }) => ({
                id: custom && !options.preview ? `${name}-id` : undefined,
                state: options.live?.(name, inputs) ?? inputs,
            }),
            call: ({ token }) => options.answers?.[token] ?? {},
        },
        "holdfast",
        options.stack ?? "test",
        options.preview ?? false,
    );
    listen(resources, problems);
    let returned: unknown;
    let failure: { error: unknown } | undefined;
    await pulumi.runtime.runInPulumiStack(async () => {
        // A throw in here would also reject outputs of the stack that nobody awaits, and end the test's process.
        try {
            returned = await program();
        } catch (error) {
            failure = { error };
        }
    });
    const outputs = await new Promise((resolve) => pulumi.all([returned]).apply(([value]) => resolve(value)));
    // Not part of the SDK's types: what nobody's output waits for must be registered too.
    await (runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
    if (failure) {
        throw failure.error;
    }
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
    const all = (type: string) => resources.filter((resource) => resource.type === type);
    return {
        resources,
        outputs,
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
