/** Workloads that have data: what becomes of it with their pods, and whether a copy of it is anywhere else. */

import type { Finding, ResourceGuardrail, StackGuardrail, Thing } from "../guardrail";
import { words } from "../guardrail";
import { objectName, shown } from "../names";
import { provisionerOf } from "../provisioners";
import { at, unknown, written } from "../values";
import { claimBeside, claimNames, keepsData, mountedClaims, replicasOf, statefulSet, templatesOf } from "../workloads";
import { storageClass } from "./classes";

/** Classes that are on nodes' disks wherever they have these names. */
const localNames = ["local-path", "hostpath", "microk8s-hostpath", "openebs-hostpath"];

function retentionFindings(about: Thing): Finding[] {
    const says: Record<string, string> = {
        whenDeleted: "deleting or replacing it deletes its claims",
        whenScaled: "scaling it in deletes the claims of the members that go",
    };
    return Object.entries(says).flatMap(([field, so]): Finding[] => {
        const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
        const value = at(about.props, path);
        if (value === unknown) return [{ about, open: path }];
        return value === undefined || value === "Retain"
            ? []
            : [{ about, says: `${shown(about)}: ${path} is ${written(value)}: ${so}. Write Retain, or leave it out.` }];
    });
}

type Where = "node" | "elsewhere" | typeof unknown;

/** Whether volumes of this class lie on a node's disk. */
function whereOfClass(things: readonly Thing[], name: unknown, local: readonly string[]): Where {
    if (name === unknown) return unknown;
    if (typeof name !== "string") return "elsewhere";
    const found = things.find((thing) => thing.type === storageClass && objectName(thing) === name);
    if (!found) return local.includes(name) ? "node" : "elsewhere";
    const provisioner = at(found.props, "provisioner");
    if (provisioner === unknown) return unknown;
    return typeof provisioner === "string" && provisionerOf(provisioner)?.reach === "node" ? "node" : "elsewhere";
}

/** Where a claim's data lies, by its class or by the volume it names. */
function whereOfClaim(things: readonly Thing[], spec: unknown, local: readonly string[]): Where {
    const volume = at(spec, "volumeName");
    const named = things.find((thing) => thing.type === "core/PersistentVolume" && volume !== undefined && objectName(thing) === volume);
    if (named && (at(named.props, "spec.local") !== undefined || at(named.props, "spec.hostPath") !== undefined)) return "node";
    return whereOfClass(things, at(spec, "storageClassName"), local);
}

function singleCopies(things: readonly Thing[], about: Thing, local: readonly string[]): Finding[] {
    const replicas = replicasOf(about);
    const findings: Finding[] = [];
    const judge = (what: string, where: Where, isSingle: boolean | typeof unknown) => {
        if (where === "elsewhere" || isSingle === false) return;
        if (where === unknown || isSingle === unknown) {
            findings.push({ about, open: `${what}'s class, or spec.replicas` });
            return;
        }
        findings.push({
            about,
            says:
                `${shown(about)} keeps ${what} once, on one node's disk: with the node the data is lost. ` +
                "Put it on storage that another node reaches, or run members that replicate it to each other.",
        });
    };
    for (const template of templatesOf(about)) {
        const names = claimNames(about, template);
        const first = names === unknown ? undefined : claimBeside(things, about, names[0]);
        const what = names === unknown || names.length === 0 ? "a volume" : names[0];
        judge(
            what,
            whereOfClaim(things, first ? at(first.props, "spec") : at(template, "spec"), local),
            replicas === unknown ? unknown : replicas === 1,
        );
    }
    for (const name of mountedClaims(about)) {
        const claim = name === unknown ? undefined : claimBeside(things, about, name);
        // Replicas of such a workload share the claim: it is one copy, however many they are.
        if (claim) judge(objectName(claim) as string, whereOfClaim(things, at(claim.props, "spec"), local), true);
    }
    return findings;
}

export const workloadGuardrails: readonly (ResourceGuardrail | StackGuardrail)[] = [
    {
        id: "claim-retention",
        title: "A StatefulSet leaves its claims alone",
        description: "persistentVolumeClaimRetentionPolicy is Retain: with Delete, a replaced or scaled StatefulSet takes its data along.",
        severity: "critical",
        enforcement: "mandatory",
        controls: [],
        remediation: "Leave persistentVolumeClaimRetentionPolicy out, or write Retain for whenDeleted and whenScaled.",
        types: [statefulSet],
        judge: retentionFindings,
    },
    {
        id: "single-copy-on-node",
        title: "No single copy on a node's disk",
        description:
            "A single replica doesn't keep its data on a disk that goes with the node: members that replicate may, one alone may not.",
        severity: "critical",
        enforcement: "mandatory",
        controls: [],
        remediation:
            "Use a class of network or cloud storage, or more members of an engine that replicates. For data that may be lost, list the workload in exceptions.",
        settings: {
            localClasses: {
                type: "array",
                items: { type: "string" },
                description: "Classes on nodes' disks that the stack itself doesn't make.",
                default: localNames,
            },
        },
        judgeStack: (things, settings) =>
            things.filter(keepsData).flatMap((thing) => singleCopies(things, thing, words(settings, "localClasses"))),
    },
];
