/** What is wrong with where volumes are mounted: unknown ones, two at one place, and those that would hide others. */

import type { InputProblem } from "../problems";
import { bytesOf } from "../usecases/quantities";
import type { WorkloadContainer, WorkloadMount } from "./container-args";
import { choose } from "./container-problems";
import {
    configPathOf,
    configVolume,
    hasOwnTmp,
    isFiles,
    scratchOf,
    secretFilesVolume,
    secretsPathOf,
    secretsVolume,
    tmpOf,
    trimmed,
} from "./mounts";
import type { StatefulWorkloadArgs } from "./workload-args";

/** One mount, with where it was asked for. */
interface Mount {
    /** Path of the argument. */
    argument: string;
    at: string;
    /** What lies there, in words. */
    what: string;
    keeps: "data" | "nothing" | "files";
}

const isWithin = (inner: string, outer: string) => inner.startsWith(`${outer}/`);

/** The mounts of one container: each place once, nothing below files that are read-only, no data below other data or in scratch space. */
function overlaps(mounts: Mount[]): InputProblem[] {
    const problems: InputProblem[] = [];
    mounts.forEach(({ argument, at: given, what, keeps }, index) => {
        const at = trimmed(given);
        if (!at.startsWith("/") || at === "/" || at.includes(":") || at.split("/").includes("..")) {
            problems.push({ path: argument, reason: `"${given}" is not a place for a volume. Write an absolute path: "/var/lib/wiki".` });
            return;
        }
        const before = mounts.slice(0, index).find((other) => trimmed(other.at) === at);
        if (before) {
            problems.push({ path: argument, reason: `${at} is taken by ${before.what} (${before.argument}). Give ${what} another path.` });
            return;
        }
        const outer = mounts.find((other) => isWithin(at, trimmed(other.at)) && (other.keeps === "files" || keeps === "data"));
        if (outer) {
            const why = {
                files: "where nothing can be mounted: it is read-only",
                data: "and would hide what lies there",
                nothing: "which is emptied at every start",
            }[outer.keeps];
            problems.push({ path: argument, reason: `${at} lies in ${outer.what} (${outer.argument}), ${why}. Write a path beside it.` });
        }
    });
    return problems;
}

function keptBy(args: StatefulWorkloadArgs, { volume, isReadOnly }: WorkloadMount): Mount["keeps"] {
    if (isReadOnly || isFiles(volume)) {
        return "files";
    }
    return args.volumes.some(({ name }) => name === volume) ? "data" : "nothing";
}

/** Mounts by name, of any container. */
function named(args: StatefulWorkloadArgs, prefix: string, mounts: WorkloadMount[] | undefined): Mount[] {
    return (mounts ?? []).map((mount, index) => ({
        argument: `${prefix}mounts[${index}].mountPath`,
        at: mount.mountPath,
        what: `volume "${mount.volume}"`,
        keeps: keptBy(args, mount),
    }));
}

/** What the main container has at which place. */
function mainMounts(args: StatefulWorkloadArgs): Mount[] {
    const asked = args.scratch?.length ?? 0;
    const files = (key: "secretFiles" | "configFiles") =>
        (args[key] ?? []).map(({ mountPath }, index) => ({
            argument: `${key}[${index}].mountPath`,
            at: mountPath,
            what: `the files of ${key}[${index}]`,
            keeps: "files" as const,
        }));
    return [
        ...args.volumes.map(({ name, mountPath }, index) => ({
            argument: `volumes[${index}].mountPath`,
            at: mountPath,
            what: `volume "${name}"`,
            keeps: "data" as const,
        })),
        ...scratchOf(args)
            .slice(0, asked)
            .map(({ name, mountPath }, index) => ({
                argument: `scratch[${index}].mountPath`,
                at: mountPath,
                what: `scratch "${name}"`,
                keeps: "nothing" as const,
            })),
        ...(args.config ? [{ argument: "configPath", at: configPathOf(args), what: "config", keeps: "files" as const }] : []),
        ...(args.secrets ? [{ argument: "secretsPath", at: secretsPathOf(args), what: "secrets", keeps: "files" as const }] : []),
        ...files("secretFiles"),
        ...files("configFiles"),
        ...named(args, "", args.mounts),
    ];
}

function unknownVolumes(prefix: string, mounts: WorkloadMount[] | undefined, known: string[]): InputProblem[] {
    return (mounts ?? []).flatMap(({ volume, subPath }, index) => [
        ...(known.includes(volume)
            ? []
            : [
                  {
                      path: `${prefix}mounts[${index}].volume`,
                      reason: `"${volume}" is not a volume of the workload. ${choose(volume, known, "It has none.")}`,
                  },
              ]),
        ...subPathProblem(`${prefix}mounts[${index}].subPath`, subPath),
    ]);
}

function subPathProblem(path: string, subPath: string | undefined): InputProblem[] {
    return subPath === undefined || (subPath !== "" && !subPath.startsWith("/") && !subPath.split("/").includes(".."))
        ? []
        : [{ path, reason: `"${subPath}" is not a path within the volume. Write a relative one without "..": "wiki".` }];
}

/** Names of volumes: each once in the pod, and none of those that are made here. */
function nameProblems(args: StatefulWorkloadArgs, beside: WorkloadContainer[]): InputProblem[] {
    const problems: InputProblem[] = [];
    const data = args.volumes.map(({ name }) => name);
    const made = [configVolume, secretsVolume, ...beside.filter(hasOwnTmp).map(({ name }) => tmpOf(name))];
    const isMade = (name: string) => made.includes(name) || /^(secret|config)-files-\d+$/.test(name);
    data.forEach((name, index) => {
        if (isMade(name)) {
            problems.push({
                path: `volumes[${index}].name`,
                reason: `"${name}" is the name of a volume that is made here. Write another.`,
            });
        }
    });
    (args.scratch ?? []).forEach(({ name, sizeLimit }, index, all) => {
        const path = `scratch[${index}].name`;
        if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
            problems.push({ path, reason: `"${name}" is not a name: small letters, digits and "-", e.g. "cache".` });
        } else if (data.includes(name) || isMade(name) || all.findIndex((other) => other.name === name) !== index) {
            problems.push({ path, reason: `there is another volume "${name}". Give each its own name.` });
        }
        if (sizeLimit !== undefined && !bytesOf(sizeLimit)) {
            problems.push({
                path: `scratch[${index}].sizeLimit`,
                reason: `"${sizeLimit}" is not a size. Write a number with a unit: "64Mi" or "2Gi".`,
            });
        }
    });
    return problems;
}

/** Everything wrong with the volumes of the pod, as each of its containers sees them. */
export function mountProblems(args: StatefulWorkloadArgs): InputProblem[] {
    const groups = (["initContainers", "sidecars"] as const).flatMap((key) =>
        (args[key] ?? []).map((container, index) => [`${key}[${index}].`, container] as const),
    );
    const known = [
        ...args.volumes.map(({ name }) => name),
        ...scratchOf(args).map(({ name }) => name),
        ...(args.config ? [configVolume] : []),
        ...(args.secrets ? [secretsVolume] : []),
        ...(args.secretFiles ?? []).map((_, index) => secretFilesVolume(index)),
    ];
    return [
        ...nameProblems(
            args,
            groups.map(([, container]) => container),
        ),
        ...args.volumes.flatMap(({ subPath }, index) => subPathProblem(`volumes[${index}].subPath`, subPath)),
        ...overlaps(mainMounts(args)),
        ...unknownVolumes("", args.mounts, known),
        ...groups.flatMap(([prefix, { mounts }]) => [...overlaps(named(args, prefix, mounts)), ...unknownVolumes(prefix, mounts, known)]),
    ];
}
