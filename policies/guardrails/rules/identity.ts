/** What keeps an object the same object, and its data with it. */

import { kinds } from "../../review/kinds";
import type { Finding, ResourceGuardrail, StackGuardrail, Thing } from "../guardrail";
import { words } from "../guardrail";
import { namespaceOf, objectName, shown } from "../names";
import { at, numberAt, unknown } from "../values";
import { claimType, everyClaimName, statefulSet, templatesOf } from "../workloads";

const namespaceType = "core/Namespace";

/** Kubernetes' kinds that hold data, or are what data is in or found by. A Helm release is named by itself. */
const namedTypes = kinds
    .filter(({ type, role }) => !type.includes(":") && role !== "provider" && role !== "backup" && type !== "helm.sh/Release")
    .map(({ type }) => type);

function isAutonamed(thing: Thing): boolean {
    const annotations = at(thing.props, "metadata.annotations");
    return (
        typeof annotations === "object" &&
        annotations !== null &&
        (annotations as Record<string, unknown>)["pulumi.com/autonamed"] === "true"
    );
}

function explicitName(about: Thing): Finding[] {
    const name = objectName(about);
    // With the annotation there the name is Pulumi's, whether it is known or not.
    if (name === unknown && !isAutonamed(about)) return [{ about, open: "metadata.name" }];
    if (name !== undefined && !isAutonamed(about)) return [];
    const kind = about.type.split("/").pop();
    return [
        {
            about,
            says:
                `${kind} ${about.name} has no metadata.name: Pulumi makes one up, and another one with every replacement or rename, ` +
                "so that it no longer finds its data. Write metadata.name.",
        },
    ];
}

export const identityGuardrails: readonly (ResourceGuardrail | StackGuardrail)[] = [
    {
        id: "explicit-name",
        title: "What holds data has a name of its own",
        description:
            "Objects that hold data, and those it is found by, have an explicit metadata.name: a name that Pulumi makes up changes with a replacement.",
        severity: "high",
        enforcement: "mandatory",
        controls: [],
        remediation:
            "Write metadata.name. For an object that exists write the name it has: kubectl get shows it, and nothing is replaced then.",
        types: namedTypes,
        judge: explicitName,
    },
    {
        id: "claims-protected",
        title: "Claims are protected",
        description:
            "Every claim has protect: true, so that neither destroy nor a replacement deletes it. (Policies aren't shown retainOnDelete: it doesn't count.)",
        severity: "critical",
        enforcement: "mandatory",
        controls: [],
        remediation:
            "Set the resource option protect: true, on the claim itself: a component's children don't inherit it. With retainOnDelete: true " +
            "beside it even a claim that goes from the program stays in the cluster.",
        settings: {
            types: {
                type: "array",
                items: { type: "string" },
                description:
                    "Types that have to be protected: tokens, of Kubernetes without provider and version (core/PersistentVolumeClaim).",
                default: [claimType],
            },
        },
        judgeStack: (things, settings) =>
            things
                .filter((thing) => words(settings, "types").includes(thing.type) && !thing.isProtected)
                .map((about) => ({
                    about,
                    says: `${shown(about)} isn't protected: a destroy, a replacement or its removal from the program deletes it. Set the option protect: true.`,
                })),
    },
    {
        id: "claims-namespace-protected",
        title: "Namespaces with claims are protected",
        description: "A namespace takes every claim in it along, protected or not: one that claims of the stack lie in has protect: true.",
        severity: "critical",
        enforcement: "mandatory",
        controls: [],
        remediation: "Set the resource option protect: true on the namespace, and make the claims depend on it (dependsOn).",
        judgeStack(things) {
            const used = new Set(things.filter(({ type }) => type === claimType).map(namespaceOf));
            return things
                .filter(({ type, isProtected }) => type === namespaceType && !isProtected)
                .flatMap((about): Finding[] => {
                    const name = objectName(about);
                    if (name === undefined) return [];
                    // A claim of a namespace that isn't known yet may be in this one.
                    if (name === unknown || !used.has(name))
                        return used.has(unknown) || name === unknown ? [{ about, open: "metadata.name, or a claim's namespace" }] : [];
                    return [
                        {
                            about,
                            says: `${shown(about)} isn't protected, and deleting it deletes the claims in it. Set the option protect: true.`,
                        },
                    ];
                });
        },
    },
    {
        id: "claims-of-their-own",
        title: "Claims are resources of their own",
        description:
            "Each claim that a StatefulSet's volumeClaimTemplates ask for is a resource of the stack: only then can it grow, be protected, and be seen in a preview.",
        severity: "medium",
        enforcement: "advisory",
        controls: [],
        remediation:
            "Make a PersistentVolumeClaim named <template>-<StatefulSet>-<n> for each member, and let the StatefulSet depend on them; it " +
            "adopts them. Claims that exist are taken in with the resource option import: <namespace>/<name>.",
        judgeStack(things) {
            const claims = things.filter(({ type }) => type === claimType);
            const own = new Set(claims.map((claim) => `${String(namespaceOf(claim))}/${String(objectName(claim))}`));
            const areKnown = claims.every((claim) => namespaceOf(claim) !== unknown && objectName(claim) !== unknown);
            return things
                .filter((thing) => thing.type === statefulSet && templatesOf(thing).length > 0)
                .flatMap((about): Finding[] => {
                    const names = everyClaimName(about);
                    const namespace = namespaceOf(about);
                    if (names === unknown || namespace === unknown || numberAt(about.props, "spec.replicas") === unknown)
                        return [{ about, open: "metadata.name, metadata.namespace, spec.replicas or a template's name" }];
                    const missing = names.filter((name) => !own.has(`${namespace}/${name}`));
                    if (missing.length === 0) return [];
                    if (!areKnown) return [{ about, open: "a claim's metadata.name" }];
                    return [
                        {
                            about,
                            says:
                                `${shown(about)} makes ${missing.join(", ")} itself: Pulumi neither protects nor grows ${missing.length > 1 ? "them" : "it"}. ` +
                                "Make claims of these names as resources.",
                        },
                    ];
                });
        },
    },
];
