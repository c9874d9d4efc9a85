import type * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../problems";
import { bytesOf } from "../usecases/quantities";
import { permissionProblems } from "./permissions";
import { restoreProblems } from "./restore-source";

/** One volume of every member, as the claims need it. */
export interface ClaimVolume {
    /** Claims are called `<name>-<app>-<ordinal>`: a DNS label, never changed once there is data. */
    name: string;
    /** How much is asked for, with a unit: `10Gi`. Raising it grows the volume in place; it can't be lowered. */
    size: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default none
     */
    ceiling?: string;
    /**
     * The least that what runs on it can start with.
     * @default none
     */
    minimum?: string;
    /**
     * `ReadWriteOnce`, `ReadWriteOncePod` or `ReadWriteMany`.
     * @default ReadWriteOnce
     */
    accessMode?: string;
    /**
     * The StorageClass of this volume's new claims. Claims that exist keep theirs.
     * @default the one all volumes get
     */
    storageClass?: pulumi.Input<string>;
    /**
     * Name of the VolumeAttributesClass: IOPS, throughput and whatever else the driver changes on a live volume. Another name changes the
     * volumes in place. To go back, name a class with the old attributes: the name can't be taken away again.
     * @default none
     */
    attributesClass?: pulumi.Input<string>;
}

/** How many members have claims, and which may be deleted. */
export interface ClaimRequest {
    app: string;
    volumes: ClaimVolume[];
    replicas: number;
    keepClaims?: number;
    restoreFrom?: { [claim: string]: string };
    allow?: string[];
}

/** One claim to make. */
export interface PlannedClaim {
    name: string;
    volume: ClaimVolume;
    ordinal: number;
}

const accessModes = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"];

/** Every claim, in the order of members: those that run, and those that are kept for members that don't. */
export function plannedClaims(request: ClaimRequest): PlannedClaim[] {
    const members = Math.max(request.replicas, request.keepClaims ?? 0);
    return Array.from({ length: members }, (_, ordinal) =>
        request.volumes.map((volume) => ({ name: `${volume.name}-${request.app}-${ordinal}`, volume, ordinal })),
    ).flat();
}

function sizeProblems(volume: ClaimVolume, path: string): InputProblem[] {
    const size = bytesOf(volume.size);
    if (size === undefined || size === 0) {
        return [{ path, reason: `"${volume.size}" is not a size. Write a number with a unit: "10Gi", "512Mi" or "1Ti".` }];
    }
    const ceiling = volume.ceiling === undefined ? undefined : bytesOf(volume.ceiling);
    const minimum = volume.minimum === undefined ? undefined : bytesOf(volume.minimum);
    const problems: InputProblem[] = [];
    if (ceiling !== undefined && size > ceiling) {
        problems.push({ path, reason: `${volume.size} is above the ceiling of ${volume.ceiling}. Write less, or raise the ceiling.` });
    }
    if (minimum !== undefined && size < minimum) {
        problems.push({ path, reason: `${volume.size} is less than it can start with. Write at least ${volume.minimum}.` });
    }
    return problems;
}

/**
 * What is wrong with the claims asked for, as far as a program can see.
 *
 * A program doesn't see the size a claim has, so it is not here that a smaller one is refused: the API server refuses it, at preview by
 * the dry run of the update and again at the update ("field can not be less than status.capacity"), and the provider reports it.
 */
export function claimProblems(request: ClaimRequest): InputProblem[] {
    const problems: InputProblem[] = [];
    const { replicas, keepClaims } = request;
    if (!Number.isInteger(replicas) || replicas < 0) {
        problems.push({ path: "replicas", reason: `${replicas} is not a number of members. Write a whole number, 0 or more.` });
    }
    if (keepClaims !== undefined && (!Number.isInteger(keepClaims) || keepClaims < replicas)) {
        problems.push({
            path: "keepClaims",
            reason: `${keepClaims} is not a number of claims to keep. Write a whole number, at least as many as there are replicas (${replicas}).`,
        });
    }
    const names = new Set<string>();
    request.volumes.forEach((volume, index) => {
        if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(volume.name)) {
            problems.push({
                path: `volumes[${index}].name`,
                reason: `"${volume.name}" is not a name: small letters, digits and "-", e.g. "data".`,
            });
        } else if (names.has(volume.name)) {
            problems.push({ path: `volumes[${index}].name`, reason: `there are two volumes "${volume.name}". Give each its own name.` });
        }
        names.add(volume.name);
        if (volume.accessMode !== undefined && !accessModes.includes(volume.accessMode)) {
            problems.push({
                path: `volumes[${index}].accessMode`,
                reason: `"${volume.accessMode}" is not an access mode. Write ${accessModes.join(", ")}.`,
            });
        }
        for (const property of ["storageClass", "attributesClass"] as const) {
            // An empty class means "none, whatever the default is" to Kubernetes, and is written by mistake.
            if (volume[property] === "") {
                problems.push({
                    path: `volumes[${index}].${property}`,
                    reason: "it is empty. Write the name of a class, or leave it out.",
                });
            }
        }
        problems.push(...sizeProblems(volume, `volumes[${index}].size`));
    });
    const members = problems.length === 0 ? plannedClaims(request).map((claim) => claim.name) : undefined;
    // Which claims there will be can't be told while their number or their volumes' names are wrong.
    problems.push(...restoreProblems(request.restoreFrom, members ?? Object.keys(request.restoreFrom ?? {})));
    problems.push(...permissionProblems(request.allow));
    return problems;
}
