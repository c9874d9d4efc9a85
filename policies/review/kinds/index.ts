/** The kinds of resources that hold data, or decide what becomes of it. One entry makes a kind known to every rule that fits its role. */

import { objectName, wordOfType } from "../../../components/permissions/kinds";
import { cloudKinds } from "./cloud";
import type { Kind } from "./kind";
import { kubernetesKinds } from "./kubernetes";

export type { Kind, Role, Safeguard } from "./kind";

/** Where everything is. */
const providers: readonly Kind[] = ["kubernetes", "aws"].map((name) => ({
    type: `pulumi:providers:${name}`,
    title: "provider",
    word: "provider",
    role: "provider",
}));

export const kinds: readonly Kind[] = [...kubernetesKinds, ...cloudKinds, ...providers];

const byType = new Map(kinds.map((kind) => [kind.type, kind]));

/** A type token as the table writes it: Kubernetes' without provider and version. */
export function typeKey(type: string): string {
    const match = /^kubernetes:([^/]+)\/[^:]+:(.+)$/.exec(type);
    return match ? `${match[1]}/${match[2]}` : type;
}

export const kindOf = (type: string): Kind | undefined => byType.get(typeKey(type));

/** What a permission calls an object: a claim by its bare name, others as `kind/name`. */
export const permissionName = (type: string, name: string): string => objectName(kindOf(type)?.word ?? wordOfType(type), name);

/** Groups of custom resources that only describe: what they make can be made again from them. */
export const harmlessGroups: readonly string[] = [
    "acme.cert-manager.io",
    "argoproj.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "external-secrets.io",
    "gateway.envoyproxy.io",
    "keda.sh",
    "kyverno.io",
    "metallb.io",
    "monitoring.coreos.com",
    "networking.istio.io",
    "projectcalico.org",
    "security.istio.io",
    "traefik.io",
];

/** The same, of groups whose other kinds may stand for data: jobs and how they run. */
const harmlessKinds = ["k8up.io/Check", "k8up.io/PodConfig", "k8up.io/Prune"];

/** Groups that Kubernetes and its SDK serve beside `*.k8s.io`. */
const builtInGroups = ["apps", "autoscaling", "batch", "core", "extensions", "helm.sh", "kustomize", "meta", "policy", "yaml"];

/** True for a custom resource that the table doesn't know: it may stand for data, or for a dashboard. */
export function isUnknownCustom(type: string): boolean {
    const group = /^kubernetes:([^/]+)\//.exec(type)?.[1];
    if (group === undefined || kindOf(type) || harmlessKinds.includes(typeKey(type))) return false;
    return !builtInGroups.includes(group) && !group.endsWith(".k8s.io") && !harmlessGroups.includes(group);
}

/** Words in the types of clouds that stand for something that stores. */
const storing =
    /(bucket|cache|cluster|database|disk|dynamo|filesystem|file_?system|instance|key|queue|registry|repository|secret|snapshot|storage|store|stream|table|topic|vault|volume|backup)/i;

/** True for a cloud's resource that sounds as if it stored something, and that the table doesn't know. */
export function soundsStoring(type: string): boolean {
    if (kindOf(type) || /^(kubernetes|pulumi|random|command|time|null|docker|docker-build|tls|std|external|archive|local):/.test(type))
        return false;
    const parts = /^([^:]+):([^:]*):([^:]+)$/.exec(type);
    // Access, attachment and configuration of what is stored are resources of their own, and hold nothing.
    return (
        parts !== null &&
        storing.test(parts[3]) &&
        !/(policy|attachment|association|alias|grant|acl|permission|rule|mount|access|subnet|profile|parameter|notification|configuration|controls|role|key_?pair)/i.test(
            parts[3],
        )
    );
}
