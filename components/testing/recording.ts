/** What a recording is made of. */

// biome-ignore lint/suspicious/noExplicitAny: the inputs of any kind; tests say what they expect in them.
export type Properties = any;

/** A resource with its options, as the engine would be told. */
export interface RecordedResource {
    /** Type token: `kubernetes:apps/v1:StatefulSet`. */
    type: string;
    /** Logical name: the first argument of its constructor. */
    name: string;
    urn: string;
    /** Logical name of the parent; empty for the stack itself. */
    parent: string;
    isComponent: boolean;
    /** The inputs with secrets opened; `secrets` says where they were. What a preview can't know is `[unknown]`. */
    inputs: Properties;
    /** Paths of the inputs that are secret. */
    secrets: string[];
    /** What it has after its creation: its inputs, or what `live` says; of a component what it registers as outputs. */
    outputs: Properties;
    protect: boolean;
    retainOnDelete: boolean;
    deleteBeforeReplace: boolean;
    ignoreChanges: string[];
    replaceOnChanges: string[];
    /** URNs that it was known by before. */
    aliases: string[];
    /** Logical names of the resources it waits for, by options and by properties, sorted. */
    dependsOn: string[];
    /** Logical name of its provider; empty for the default one. */
    provider: string;
}

/** What a program did. */
export interface Recording {
    /** In the order in which the program makes them, the stack first. */
    resources: RecordedResource[];
    /** What the program returned, with outputs resolved. */
    outputs: Properties;
    /** What it wrote with `pulumi.log.warn`; it isn't printed. */
    warnings: string[];
    /** Types of Kubernetes objects whose fields were not checked: custom resources, whose schemas are in no package. */
    unchecked: string[];
    /** The one resource of this type, or the one of it that has this name (of the object or the logical one). */
    only(type: string, name?: string): RecordedResource;
    /** All resources of this type. */
    all(type: string): RecordedResource[];
}

/** How a program is run. */
export interface RecordingOptions {
    /** The program runs as in `pulumi preview`: ids and whatever else only the cloud knows are unknown. @default false */
    preview?: boolean;
    /** Stack config. A key without a colon is one of the project. */
    config?: Record<string, string>;
    /** Keys of the config that hold something secret. */
    secretKeys?: string[];
    /** Name of the project, whose keys `new pulumi.Config()` reads. @default project */
    project?: string;
    /** Name of the stack. @default test */
    stack?: string;
    /** What functions of providers answer, by their token: `aws:ec2/getVpc:getVpc`. @default nothing */
    answers?: Record<string, Properties>;
    /** What a resource has after its creation, where that isn't just its inputs. Asked in previews too, for what is there already. */
    live?: (name: string, inputs: Properties, type: string) => Properties;
    /** Whether the fields of Kubernetes objects are checked. @default true */
    checksFields?: boolean;
    /** Whether Kubernetes objects must say their own name and namespace. @default true */
    checksNames?: boolean;
}
