/** Records what a program registers: every resource with its options, as the engine would be told. */

import * as pulumi from "@pulumi/pulumi";
import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { getStore } from "@pulumi/pulumi/runtime/state";

export interface RecordedResource {
    type: string;
    name: string;
    urn: string;
    /** Logical name of the parent; empty for the stack. */
    parent: string;
    isComponent: boolean;
    /** The inputs with secrets opened; `secrets` says where they were. */
    inputs: Record<string, any>;
    /** Paths of the inputs that are secret. */
    secrets: string[];
    protect: boolean;
    retainOnDelete: boolean;
    ignoreChanges: string[];
    /** Logical names of the resources it waits for, by options and by properties, sorted. */
    dependsOn: string[];
    /** Logical name of its provider; empty for the default one. */
    provider: string;
}

export interface Recording {
    resources: RecordedResource[];
    outputs: Record<string, any>;
    /** The one resource of this type, or the one of it that has this name. */
    only(type: string, name?: string): RecordedResource;
    all(type: string): RecordedResource[];
}

export interface RecordingOptions {
    /** Outputs of resources that don't exist yet are unknown, as in `pulumi preview`. @default false */
    preview?: boolean;
    /** Stack config, with full keys. */
    config?: Record<string, string>;
    stack?: string;
}

/** Cluster-wide kinds have no namespace. */
const clusterWide = ["kubernetes:core/v1:Namespace", "kubernetes:storage.k8s.io/v1:StorageClass"];

function open(value: unknown, path: string, secrets: string[]): any {
    if (isRpcSecret(value)) {
        secrets.push(path);
        return open(unwrapRpcSecret(value), path, secrets);
    }
    if (Array.isArray(value)) {
        return value.map((item, index) => open(item, `${path}[${index}]`, secrets));
    }
    if (value !== null && typeof value === "object") {
        return Object.fromEntries(
            Object.entries(value).map(([key, item]) => [key, open(item, path === "" ? key : `${path}.${key}`, secrets)]),
        );
    }
    return value;
}

const lastOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Objects must say their own name, and where they are: an auto-named or default-namespaced object is lost by an ordinary change. */
function checkIdentity(resource: RecordedResource): void {
    if (!resource.type.startsWith("kubernetes:")) {
        return;
    }
    const { name, namespace } = resource.inputs.metadata ?? {};
    if (typeof name !== "string" || name === "") {
        throw new Error(`${resource.name}: a ${resource.type} without metadata.name`);
    }
    if (!clusterWide.includes(resource.type) && (typeof namespace !== "string" || namespace === "")) {
        throw new Error(`${resource.name}: a ${resource.type} without metadata.namespace`);
    }
}

/**
 * Runs a program under mocks and returns what it registered. Fails where the engine would (a URN used twice) and where we must not go (an
 * object without a name or a namespace).
 */
export async function record(program: () => unknown, options: RecordingOptions = {}): Promise<Recording> {
    const resources: RecordedResource[] = [];
    const problems: string[] = [];
    pulumi.runtime.setAllConfig(options.config ?? {});
    await pulumi.runtime.setMocks(
        {
            newResource: (args) => ({ id: args.custom ? `${args.name}-id` : undefined, state: args.inputs }),
            call: () => ({}),
        },
        "holdfast",
        options.stack ?? "test",
        options.preview ?? false,
    );
    const monitor = getMonitor() as any;
    const register = monitor.registerResource.bind(monitor);
    const urns = new Set<string>();
    monitor.registerResource = async (request: any, callback: any) => {
        const secrets: string[] = [];
        const inputs = open(request.getObject()?.toJavaScript() ?? {}, "", secrets);
        await register(request, (error: unknown, response: any) => {
            if (response) {
                const urn: string = response.getUrn();
                if (urns.has(urn)) {
                    problems.push(`duplicate URN ${urn}`);
                }
                urns.add(urn);
                const resource = {
                    type: request.getType(),
                    name: request.getName(),
                    urn,
                    parent: request.getParent() === "" ? "" : lastOf(request.getParent()),
                    isComponent: !request.getCustom(),
                    inputs,
                    secrets,
                    protect: request.getProtect() ?? false,
                    retainOnDelete: request.getRetainondelete() ?? false,
                    ignoreChanges: request.getIgnorechangesList(),
                    dependsOn: [...new Set<string>(request.getDependenciesList().map(lastOf))].sort(),
                    provider: request.getProvider() === "" ? "" : lastOf(request.getProvider().replace(/::[^:]*$/, "")),
                };
                try {
                    checkIdentity(resource);
                } catch (problem) {
                    problems.push((problem as Error).message);
                }
                resources.push(resource);
            }
            callback(error, response);
        });
    };
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
    const settled = await settle(returned);
    await registered();
    if (failure) {
        throw failure.error;
    }
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
    const all = (type: string) => resources.filter((resource) => resource.type === type);
    return {
        resources,
        outputs: settled,
        all,
        only(type, name) {
            const found = all(type).filter(
                (resource) => name === undefined || resource.inputs.metadata?.name === name || resource.name === name,
            );
            if (found.length !== 1) {
                throw new Error(
                    `${found.length} resources of type ${type}${name ? ` named ${name}` : ""}: ${resources.map((r) => r.type)}`,
                );
            }
            return found[0];
        },
    };
}

/** Waits until nothing is being registered any more: registrations that nobody's outputs wait for, too. */
async function registered(): Promise<void> {
    const settings = getStore().settings as unknown as { rpcDone: Promise<unknown> };
    let seen: Promise<unknown> | undefined;
    while (seen !== settings.rpcDone) {
        seen = settings.rpcDone;
        await seen;
        // What was just answered may register more.
        await new Promise((resolve) => setImmediate(resolve));
    }
}

function settle(outputs: unknown): Promise<any> {
    return new Promise((resolve) => pulumi.output(outputs).apply((value) => resolve(value)));
}
