/** Platform config in, operators out. */

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { surroundings } from "../surroundings";
import { readPlatform } from "./config";
import { withOperator } from "./k8up-operator";
import { fromAddresses, fromFolder, isDefinition, type KubernetesObject, objectsIn, type ReadFile, readFiles } from "./manifests";
import { type Part, parts } from "./parts";
import { withStandBy } from "./stand-by";

/** A definition holds every object of its kind, and a namespace everything in it: neither goes with its part. */
const isKept = (object: KubernetesObject): boolean => isDefinition(object) || object.kind === "Namespace";

/** Any object, under the type of its kind: to the engine the same as the SDK's own class for it. */
class ReleasedObject extends pulumi.CustomResource {
    constructor(object: KubernetesObject, name: string, options: pulumi.CustomResourceOptions) {
        const group = object.apiVersion.includes("/") ? object.apiVersion : `core/${object.apiVersion}`;
        super(`kubernetes:${group}:${object.kind}`, name, { ...object }, options);
    }
}

/** Definitions and namespaces first; what needs them after that. */
function install(part: string, objects: readonly KubernetesObject[], provider: Provider): void {
    const nameOf = ({ kind, metadata: { namespace, name } }: KubernetesObject) =>
        [part, kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name].join("-");
    const first = objects
        .filter(isKept)
        .map((object) => new ReleasedObject(object, nameOf(object), { provider, protect: true, retainOnDelete: true }));
    for (const object of objects.filter((each) => !isKept(each))) {
        new ReleasedObject(object, nameOf(object), { provider, dependsOn: first });
    }
}

/** Objects of a part: all, or those alone that stay without it. */
async function objectsOf(name: string, part: Part, isWhole: boolean, read: ReadFile) {
    const { texts, problems } = await readFiles(part.files, read);
    if (problems.length > 0) {
        return { name, objects: [], problems };
    }
    const released = objectsIn(part, texts);
    const whole = withStandBy(name === "k8up" ? withOperator(released, part.namespace) : released);
    return { name, objects: isWhole ? whole : whole.filter(isKept), problems };
}

/** Installs what the config names, and returns its versions. Nothing is registered before everything is read and checked. */
export async function deploy(given?: ReadFile) {
    const { config, problems } = readPlatform(pulumi.runtime.allConfig(), surroundings);
    if (!config) {
        throw new pulumi.RunError(refusal(problems));
    }
    const read = typeof given === "function" ? given : config.manifestFolder ? fromFolder(config.manifestFolder) : fromAddresses;
    const found = await Promise.all([
        ...config.parts.map((name) => objectsOf(name, parts[name], true, read)),
        ...config.definitionsOf.map((name) => objectsOf(name, parts[name], false, read)),
    ]);
    const unread = found.flatMap(({ problems: ofPart }) => ofPart);
    if (unread.length > 0) {
        throw new pulumi.RunError(refusal(unread));
    }
    const { kubeconfig, context, clusterIdentifier } = config.cluster;
    const provider = new Provider("kubernetes", { ...(kubeconfig ? { kubeconfig } : {}), context, clusterIdentifier });
    for (const { name, objects } of found) {
        install(name, objects, provider);
    }
    return { installed: Object.fromEntries(config.parts.map((name) => [name, parts[name].version])) };
}

const refusal = (problems: readonly string[]): string =>
    [`The platform can't be made; nothing was changed.`, ...problems.map((problem) => `  - ${problem}`)].join("\n");
