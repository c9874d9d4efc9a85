/** A storage component's arguments as the objects they ask for, with everything that is wrong about them. */

import type { InputProblem } from "../problems";
import { type Driver, drivers } from "../usecases/drivers";
import type { StorageKind } from "../usecases/plan";
import { type AttributesClassSpec, attributeProblems, attributesClasses } from "./attributes";
import { canonical, hashedClassName, hashedName } from "./class-name";
import type { StorageClassArgs } from "./storage-class-args";

/** Snapshots outlive the VolumeSnapshot that stands for them, as volumes outlive their claim. */
export const snapshotDeletionPolicy = "Retain";

/** Makes nothing by itself: its volumes are made by hand, one for each disk. */
export const noProvisioner = "kubernetes.io/no-provisioner";

export interface SnapshotClassSpec {
    name: string;
    parameters: Record<string, string>;
}

/** One storage component's classes, as plain data. */
export interface ClassSpec {
    name: string;
    /** First part of the names. */
    base: string;
    /** The table's entry; absent for a driver that is believed what it says. */
    known?: Driver;
    provisioner: string;
    parameters: Record<string, string>;
    volumeBindingMode: string;
    allowVolumeExpansion: boolean;
    mountOptions: readonly string[];
    allowedTopologies: Record<string, string[]>;
    isClusterDefault: boolean;
    snapshotClass?: SnapshotClassSpec;
    attributesClasses: AttributesClassSpec[];
}

/** Named in the messages where a driver would have to be: those of the kind, or those that can. */
const namesOf = (fitting: (driver: Driver) => boolean): string =>
    Object.values(drivers)
        .filter(fitting)
        .map(({ name }) => name)
        .join(", ");

function driverProblems(kind: StorageKind, request: StorageClassArgs, known: Driver | undefined): InputProblem[] {
    const ofKind = namesOf((driver) => driver.kind === kind);
    if (!known && !request.provisioner) {
        return [
            {
                path: "driver",
                reason: `"${request.driver}" is not in the table of drivers. Write one of ${ofKind}, or give its provisioner too.`,
            },
        ];
    }
    return known && known.kind !== kind
        ? [{ path: "driver", reason: `"${known.name}" is ${known.kind} storage, not ${kind}. Write one of ${ofKind}.` }]
        : [];
}

/** What is asked of a driver of the table that it can't do. */
function capabilityProblems(kind: StorageKind, request: StorageClassArgs, { name, title, capabilities }: Driver): InputProblem[] {
    const problems: InputProblem[] = [];
    if (capabilities.expansion === "none" && request.allowsExpansion) {
        problems.push({ path: "allowsExpansion", reason: `"${name}" can't grow a volume: leave it out.` });
    }
    if (capabilities.encryption === "none" && request.encrypted) {
        const able = namesOf((driver) => driver.kind === kind && driver.capabilities.encryption !== "none");
        problems.push({
            path: "encrypted",
            reason: `${title} can't encrypt volumes. Leave it out and encrypt the disks underneath${able ? `, or write driver: one of ${able}` : ""}.`,
        });
    }
    if (capabilities.encryption === "always" && request.encrypted === false) {
        problems.push({ path: "encrypted", reason: `volumes of ${title} are always encrypted: leave it out.` });
    }
    if (!capabilities.readWriteMany && request.isShared) {
        problems.push({
            path: "isShared",
            reason: `a volume of ${title} is mounted by one node at a time. Leave it out, or write a driver that shares: ${namesOf((driver) => driver.capabilities.readWriteMany)}.`,
        });
    }
    if (!capabilities.delayedBinding && request.bindsImmediately === false) {
        problems.push({ path: "bindsImmediately", reason: `${title} can't wait for the pod: leave it out.` });
    }
    if (!capabilities.snapshots && request.makesSnapshotClass) {
        const able = namesOf((driver) => driver.kind === kind && driver.capabilities.snapshots);
        problems.push({
            path: "makesSnapshotClass",
            reason: `${title} takes no snapshots. Leave it out${able ? `, or write driver: one of ${able}` : ""}.`,
        });
    }
    return problems;
}

function missingParameters({ title, requiredParameters = [] }: Driver, parameters: Record<string, string>): InputProblem[] {
    return requiredParameters
        .filter((key) => !parameters[key])
        .map((key) => ({
            path: `parameters.${key}`,
            reason: `${title} needs it, and only you know it. Write: parameters: { ${key}: "…" }.`,
        }));
}

/** The keys of node labels: an optional domain, and a name. */
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/;

function topologyProblems(topologies: Record<string, string[]>): InputProblem[] {
    return Object.entries(topologies).flatMap(([key, values]) => {
        const path = `allowedTopologies["${key}"]`;
        if (!labelKey.test(key)) {
            return [{ path, reason: `"${key}" is not a node's label. Write e.g. "topology.kubernetes.io/zone".` }];
        }
        const isTwice = new Set(values).size < values.length;
        return values.length === 0 || isTwice || values.includes("")
            ? [
                  {
                      path,
                      reason: `[${values.map((value) => `"${value}"`).join(", ")}] allows nothing, or one value twice. Write each value once.`,
                  },
              ]
            : [];
    });
}

function otherProblems(request: StorageClassArgs, known: Driver | undefined, base: string): InputProblem[] {
    const problems: InputProblem[] = [];
    if (!/^[a-z0-9]([-a-z0-9.]{0,180}[a-z0-9])?$/.test(base)) {
        problems.push({
            path: "className",
            reason: `"${base}" can't begin a class's name. Write small letters, digits, "-" and ".", e.g. "fast".`,
        });
    }
    if (!known && request.provisioner && request.encrypted) {
        problems.push({
            path: "encrypted",
            reason: `how "${request.driver}" encrypts is not known here. Leave it out, and write what it takes under parameters.`,
        });
    }
    const hasSnapshots = request.makesSnapshotClass ?? known?.capabilities.snapshots ?? false;
    if (request.snapshotParameters && !hasSnapshots) {
        problems.push({
            path: "snapshotParameters",
            reason: "no VolumeSnapshotClass is made. Leave it out, or write makesSnapshotClass: true.",
        });
    }
    return problems;
}

/** The classes that the arguments ask for, and all that is wrong with them. */
export function classSpecOf(name: string, kind: StorageKind, request: StorageClassArgs): { spec: ClassSpec; problems: InputProblem[] } {
    const known = Object.hasOwn(drivers, request.driver) ? drivers[request.driver] : undefined;
    const base = request.className ?? name;
    const isEncrypted = known?.capabilities.encryption === "option" && (request.encrypted ?? true);
    const parameters = { ...known?.parameters, ...(isEncrypted ? known.encryptionParameters : {}), ...request.parameters };
    const binding = (request.bindsImmediately ?? known?.capabilities.delayedBinding === false) ? "Immediate" : "WaitForFirstConsumer";
    const provisioner = request.provisioner ?? known?.provisioner ?? "";
    const fields = { provisioner, parameters, reclaimPolicy: "Retain", volumeBindingMode: binding };
    const attributes = request.attributes ?? {};
    const spec: ClassSpec = {
        ...fields,
        name: hashedClassName(base, fields),
        base,
        known,
        allowVolumeExpansion: request.allowsExpansion ?? known?.capabilities.expansion !== "none",
        mountOptions: request.mountOptions ?? known?.mountOptions ?? [],
        allowedTopologies: request.allowedTopologies ?? {},
        isClusterDefault: request.isClusterDefault ?? false,
        attributesClasses: attributesClasses(base, provisioner, attributes),
    };
    if (request.makesSnapshotClass ?? known?.capabilities.snapshots) {
        const ofSnapshots = { ...known?.snapshotParameters, ...request.snapshotParameters };
        spec.snapshotClass = {
            name: hashedName(`${base}-snapshots`, [provisioner, canonical(ofSnapshots), snapshotDeletionPolicy]),
            parameters: ofSnapshots,
        };
    }
    return {
        spec,
        problems: [
            ...driverProblems(kind, request, known),
            ...(known ? [...capabilityProblems(kind, request, known), ...missingParameters(known, parameters)] : []),
            ...otherProblems(request, known, base),
            ...topologyProblems(spec.allowedTopologies),
            ...attributeProblems(known, attributes),
        ],
    };
}
