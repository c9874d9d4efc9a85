/** What an interrupted run left open in a stack's state, and how the state looks once that is settled. Plain data in, plain data out. */

/** A resource as an exported state holds it, as far as it matters here. */
export interface StateResource {
    urn: string;
    type: string;
    custom?: boolean;
    id?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
    parent?: string;
    /** `<urn>::<id>` of the provider. */
    provider?: string;
    dependencies?: string[];
    initErrors?: string[];
    /** To be deleted by the next run: what is left of a replacement. */
    delete?: boolean;
    /** Deleted already, its replacement not made yet. */
    pendingReplacement?: boolean;
}

/** An operation that had begun and never reported back. */
export interface PendingOperation {
    type: string;
    resource: StateResource;
}

/** `deployment` of `pulumi stack export`. */
export interface Deployment {
    resources?: StateResource[];
    pending_operations?: PendingOperation[];
}

/** A Kubernetes object as it is asked for. */
export interface ObjectKey {
    apiVersion: string;
    kind: string;
    name: string;
    namespace: string | undefined;
}

/** What the cluster says about an object that exists. */
export interface LiveObject {
    namespace: string | undefined;
    isTerminating: boolean;
    /** Server-side-apply manager under which Pulumi made it. */
    fieldManager: string | undefined;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The object that a resource stands for; undefined when it isn't a Kubernetes object or its name can't be read. */
export function objectOf(resource: StateResource): ObjectKey | undefined {
    const inputs = resource.inputs ?? {};
    const metadata = (inputs.metadata ?? {}) as Record<string, unknown>;
    const [apiVersion, kind, name] = [text(inputs.apiVersion), text(inputs.kind), text(metadata.name)];
    // A `…Patch` resource owns some fields of somebody else's object: that the object exists says nothing about it.
    if (!resource.type.startsWith("kubernetes:") || resource.type.endsWith("Patch") || !apiVersion || !kind || !name) return undefined;
    return { apiVersion, kind, name, namespace: text(metadata.namespace) };
}

/** What has to be found out about a pending operation. */
export type Question =
    /** A creation: is the object there? */
    | "made"
    /** A deletion or an update: how far did it get? */
    | "reread"
    /** Nothing: it has no counterpart outside the state. */
    | "none"
    /** Only a person can tell. */
    | "unknown";

export function questionOf({ type, resource }: PendingOperation): Question {
    if (resource.custom === false || resource.type.startsWith("pulumi:providers:")) return "none";
    if (type === "creating") return objectOf(resource) ? "made" : "unknown";
    return type === "deleting" || type === "updating" ? "reread" : "none";
}

/**
 * The resource as the interrupted creation would have stored it. Its init error makes the next update apply it once more and wait until it
 * is ready, which the interrupted run did not; the field manager lets that update change what the interrupted run has set.
 */
export function adopted(resource: StateResource, key: ObjectKey, live: LiveObject): StateResource {
    const inputs = resource.inputs ?? {};
    return {
        ...resource,
        id: live.namespace ? `${live.namespace}/${key.name}` : key.name,
        outputs: {
            ...inputs,
            __inputs: inputs,
            __initialApiVersion: key.apiVersion,
            ...(live.fieldManager ? { __fieldManager: live.fieldManager } : {}),
        },
        initErrors: ["its creation was interrupted"],
    };
}

/** Puts an adopted resource where the engine would have: after everything it depends on, in the place of what it replaces. */
export function insert(resources: readonly StateResource[], resource: StateResource): StateResource[] {
    const result = resources
        .filter((other) => other.urn !== resource.urn || !other.pendingReplacement)
        .map((other) => (other.urn === resource.urn ? { ...other, delete: true } : other));
    const provider = resource.provider?.replace(/::[^:]*$/, "");
    const needs = new Set([resource.parent, provider, ...(resource.dependencies ?? [])].filter((urn) => urn !== undefined));
    const last = result.reduce((found, other, index) => (needs.has(other.urn) ? index : found), -1);
    result.splice(last + 1, 0, resource);
    return result;
}

/** The state without pending operations: creations that were made are in it, the others are forgotten. */
export function settled(deployment: Deployment, made: ReadonlyMap<string, LiveObject>): Deployment {
    let resources = deployment.resources ?? [];
    for (const { type, resource } of deployment.pending_operations ?? []) {
        const live = made.get(resource.urn);
        const key = objectOf(resource);
        if (type === "creating" && live && key) resources = insert(resources, adopted(resource, key, live));
    }
    return { ...deployment, resources, pending_operations: [] };
}
