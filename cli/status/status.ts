/** From one reading of a cluster to what is told about it. Pure: everything it says is decided here, and tested by tables. */

import { type AppObjects, applications, databaseLabel, isClaimOf, ordinalOfClaim } from "./apps";
import { claimStatus } from "./claims";
import { databaseStatus, isAtRest } from "./database-clusters";
import { claimsMountedBy, deploymentStatus } from "./deployments";
import {
    type AppStatus,
    type ClaimStatus,
    type Finding,
    note,
    problem,
    type RetainedVolume,
    type Status,
    stateOf,
    type WorkloadStatus,
    waiting,
    worst,
} from "./model";
import type { Claim, ObjectLists, Reading, Volume } from "./objects";
import { oldClasses } from "./old-classes";
import { brief } from "./words";
import { ordinalsOf, workloadStatus } from "./workloads";

/** What is asked for. */
export interface StatusRequest {
    context: string;
    /** The stack whose cluster it is, where it was named by one. */
    stack?: string;
    /** One application; every one where it is left out. */
    app?: string;
    /** One namespace; every one where it is left out. */
    namespace?: string;
    /** StorageClasses that the stack's program makes now, where they are known. */
    currentClasses?: readonly string[];
}

/** What each kind is called when it could not be read, and what is missing without it. */
const kinds: Record<keyof ObjectLists, string> = {
    statefulsets: "StatefulSets",
    deployments: "Deployments",
    databases: "Clusters of CloudNativePG",
    pods: "pods",
    claims: "PersistentVolumeClaims",
    namespaces: "namespaces",
    volumes: "PersistentVolumes",
    classes: "StorageClasses",
    nodes: "nodes",
    events: "events",
    snapshots: "VolumeSnapshots",
};

/** Kinds without which nobody can say that an application is ready. */
const decisive: (keyof ObjectLists)[] = ["statefulsets", "pods", "claims"];

/** Findings of a claim that leave the pod that wants it without a node. */
function reasonsUnbound(claims: readonly ClaimStatus[]): Record<string, string> {
    return Object.fromEntries(claims.filter(({ phase }) => phase !== "Bound").map(({ name, findings }) => [name, findings[0]?.text ?? ""]));
}

function retainedVolume({ metadata, spec, status }: Volume): RetainedVolume {
    const claim = `${spec.claimRef?.namespace}/${spec.claimRef?.name}`;
    const phase = status?.phase ?? "Released";
    const said = brief(status?.message);
    const isDeleting = spec.persistentVolumeReclaimPolicy === "Delete";
    const finding: Finding =
        phase === "Failed"
            ? problem("volume-failed", `its claim ${claim} is deleted, and it could not be reclaimed${said ? `: ${said}` : ""}`)
            : isDeleting
              ? note("volume-deleting", `its claim ${claim} is deleted, and its driver is about to delete it with its data`)
              : note("volume-released", `its claim ${claim} is deleted; it is kept with its data until somebody deletes it`);
    return {
        name: metadata.name,
        claim,
        phase,
        ...(spec.capacity?.storage ? { capacity: spec.capacity.storage } : {}),
        ...(spec.storageClassName ? { class: spec.storageClassName } : {}),
        ...(status?.lastPhaseTransitionTime ? { releasedAt: status.lastPhaseTransitionTime } : {}),
        finding,
    };
}

/** A claim is kept where every member it could belong to isn't asked for. A StatefulSet's members are told by its name. */
function isKept({ metadata: { name, labels } }: Claim, objects: AppObjects, notRead: Reading["notRead"]): boolean {
    const { app, statefulsets, deployments, databases } = objects;
    const database = labels?.[databaseLabel];
    if (database !== undefined) {
        const own = databases.find(({ metadata }) => metadata.name === database);
        return own === undefined ? notRead.databases === undefined : isAtRest(own);
    }
    if (deployments.some((each) => claimsMountedBy(each).includes(name))) return false;
    if (notRead.statefulsets !== undefined || notRead.deployments !== undefined) return false;
    const ordinal = ordinalOfClaim(name, app);
    const isWanted = statefulsets.some((set) => {
        const own = ordinalOfClaim(name, set.metadata.name) ?? ordinal;
        return own !== undefined && ordinalsOf(set).includes(own);
    });
    return !isWanted && (ordinal !== undefined || statefulsets.length === 0);
}

function appStatus(objects: AppObjects, reading: Reading, request: StatusRequest): AppStatus {
    const { app, namespace } = objects;
    const claims = objects.claims.map((claim) => claimStatus(claim, isKept(claim, objects, reading.notRead), reading));
    claims.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    const unbound = reasonsUnbound(claims);
    const workloads: WorkloadStatus[] = [
        ...objects.statefulsets.map((set) => workloadStatus(set, unbound, reading)),
        ...objects.databases.map((cluster) => databaseStatus(cluster, unbound, reading)),
        ...objects.deployments.map((deployment) => deploymentStatus(deployment, unbound, reading)),
    ];
    const old = oldClasses(objects.claims, reading.classes, request.currentClasses);
    const findings: Finding[] = [];
    if (workloads.length === 0 && objects.pods.length === 0 && reading.notRead.statefulsets === undefined) {
        const kept = claims.length > 0 ? "; its claims are kept" : ", and it has no claims";
        findings.push(waiting("no-workload", `nothing of it runs${kept}`));
    }
    const retained = objects.retained.map(retainedVolume);
    const all = [
        ...findings,
        ...claims.flatMap((claim) => claim.findings),
        ...workloads.flatMap((workload) => [...workload.findings, ...workload.members.flatMap((member) => member.findings)]),
        ...retained.map(({ finding }) => finding),
    ];
    const isDatabase = objects.claims.some(({ metadata }) => metadata.labels?.[databaseLabel] !== undefined);
    const isBlind =
        isDatabase && reading.notRead.databases !== undefined ? true : decisive.some((kind) => reading.notRead[kind] !== undefined);
    const state = worst([stateOf(all), isBlind ? "unknown" : "ready"]);
    return { app, namespace, state, findings, workloads, claims, retainedVolumes: retained, oldClasses: old };
}

/** The nodes that could not tell what is used, each once with its reason. */
const silentNodes = (stats: Reading["stats"]) =>
    Object.entries(stats).flatMap(([node, answer]) =>
        "reason" in answer ? [{ what: `volume statistics of ${node}`, reason: answer.reason }] : [],
    );

/** The status of the applications that are asked for. */
export function statusOf(reading: Reading, request: StatusRequest): Status {
    const { apps, retained } = applications(reading);
    const isAsked = ({ app, namespace }: { app: string; namespace: string }) =>
        (request.app === undefined || app === request.app) && (request.namespace === undefined || namespace === request.namespace);
    const asked = apps.filter(isAsked).map((objects) => appStatus(objects, reading, request));
    const others = retained.filter(({ spec: { claimRef } }) => {
        const isOfApp = request.app === undefined || isClaimOf(claimRef?.name ?? "", request.app);
        return isOfApp && (request.namespace === undefined || claimRef?.namespace === request.namespace);
    });
    const isBlind = decisive.some((kind) => reading.notRead[kind] !== undefined);
    return {
        schema: "holdfast.status/v1",
        cluster: { context: request.context, ...(request.stack === undefined ? {} : { stack: request.stack }) },
        readAt: new Date(reading.now).toISOString(),
        state: worst([...asked.map(({ state }) => state), isBlind ? "unknown" : "ready"]),
        apps: asked,
        retainedVolumes: others.map(retainedVolume),
        notRead: [
            ...Object.entries(reading.notRead).map(([kind, reason]) => ({ what: kinds[kind as keyof ObjectLists], reason })),
            ...silentNodes(reading.stats),
        ],
    };
}
