/** The volumes of a pod beside the claims, and where each container finds them. */

import type * as input from "@pulumi/kubernetes/types/input";
import type { WorkloadContainer, WorkloadMount } from "./container-args";
import { configMapNameOf, secretNameOf } from "./contents";
import type { ScratchVolume } from "./pod-args";
import type { StatefulWorkloadArgs } from "./workload-args";

type Volume = input.core.v1.Volume;
type VolumeMount = input.core.v1.VolumeMount;

/** Names of the volumes that hold `config` and `secrets`. */
export const configVolume = "holdfast-config";
export const secretsVolume = "holdfast-secrets";

/** Name of the volume with one of `secretFiles`. */
export const secretFilesVolume = (index: number): string => `secret-files-${index}`;

/** True of volumes whose files nobody writes. */
export const isFiles = (volume: string): boolean => [configVolume, secretsVolume].includes(volume) || /^secret-files-\d+$/.test(volume);

export const configPathOf = (args: Pick<StatefulWorkloadArgs, "configPath">): string => args.configPath ?? "/etc/holdfast/config";
export const secretsPathOf = (args: Pick<StatefulWorkloadArgs, "secretsPath">): string => args.secretsPath ?? "/etc/holdfast/secrets";

/** A path as others are compared with it: without a slash at its end. */
export const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, "");

/** Scratch space, with the `/tmp` that nearly every program expects. */
export function scratchOf(args: StatefulWorkloadArgs): ScratchVolume[] {
    const scratch = args.scratch ?? [];
    const mounted = [...args.volumes, ...scratch, ...(args.mounts ?? []), ...(args.secretFiles ?? []), ...(args.configFiles ?? [])];
    if (mounted.some(({ mountPath }) => trimmed(mountPath) === "/tmp")) {
        return scratch;
    }
    const isTaken = [...args.volumes, ...scratch].some(({ name }) => name === "tmp");
    return [...scratch, { name: isTaken ? "holdfast-tmp" : "tmp", mountPath: "/tmp" }];
}

/** Name of the `/tmp` of a container beside the main one. */
export const tmpOf = (container: string): string => `tmp-${container}`;

/** A `/tmp` of its own, unless the container mounts something else there. */
export function hasOwnTmp({ mounts }: WorkloadContainer): boolean {
    return !(mounts ?? []).some(({ mountPath }) => trimmed(mountPath) === "/tmp");
}

/** Every volume of the pod but the claims', beside its mount in the main container. */
function volumesOf(app: string, args: StatefulWorkloadArgs): { mount: VolumeMount; volume: Volume }[] {
    // Readable by the group alone: the volumes' group is the container's.
    const files = 0o440;
    return [
        ...scratchOf(args).map(({ name, mountPath, isInMemory, sizeLimit }) => ({
            mount: { name, mountPath },
            volume: { name, emptyDir: { ...(isInMemory ? { medium: "Memory" } : {}), ...(sizeLimit ? { sizeLimit } : {}) } },
        })),
        ...(args.config
            ? [
                  {
                      mount: { name: configVolume, mountPath: configPathOf(args), readOnly: true },
                      volume: {
                          name: configVolume,
                          configMap: { name: configMapNameOf(app), ...(args.isConfigExecutable ? { defaultMode: 0o555 } : {}) },
                      },
                  },
              ]
            : []),
        ...(args.secrets
            ? [
                  {
                      mount: { name: secretsVolume, mountPath: secretsPathOf(args), readOnly: true },
                      volume: { name: secretsVolume, secret: { secretName: secretNameOf(app), defaultMode: files } },
                  },
              ]
            : []),
        ...(args.secretFiles ?? []).map(({ secret, mountPath }, index) => ({
            mount: { name: secretFilesVolume(index), mountPath, readOnly: true },
            volume: { name: secretFilesVolume(index), secret: { secretName: secret, defaultMode: files } },
        })),
        ...(args.configFiles ?? []).map(({ configMap, mountPath }, index) => ({
            mount: { name: `config-files-${index}`, mountPath, readOnly: true },
            volume: { name: `config-files-${index}`, configMap: { name: configMap } },
        })),
    ];
}

/** Volumes of the pod beside those of its claims. */
export function podVolumes(app: string, args: StatefulWorkloadArgs): Volume[] {
    const beside = [...(args.initContainers ?? []), ...(args.sidecars ?? [])].filter(hasOwnTmp);
    return [...volumesOf(app, args).map(({ volume }) => volume), ...beside.map(({ name }) => ({ name: tmpOf(name), emptyDir: {} }))];
}

function namedMounts(mounts: WorkloadMount[] | undefined): VolumeMount[] {
    return (mounts ?? []).map(({ volume, mountPath, subPath, isReadOnly }) => ({
        name: volume,
        mountPath,
        ...(subPath === undefined ? {} : { subPath }),
        ...((isReadOnly ?? isFiles(volume)) ? { readOnly: true } : {}),
    }));
}

/** What the main container sees: all that the pod has, and further views of it. */
export function mainMounts(app: string, args: StatefulWorkloadArgs): VolumeMount[] {
    return [
        ...args.volumes.map(({ name, mountPath, subPath }) => ({ name, mountPath, ...(subPath === undefined ? {} : { subPath }) })),
        ...volumesOf(app, args).map(({ mount }) => mount),
        ...namedMounts(args.mounts),
    ];
}

/** What a container beside the main one sees: what it names, and a `/tmp` of its own. */
export function besideMounts(container: WorkloadContainer): VolumeMount[] {
    return [...namedMounts(container.mounts), ...(hasOwnTmp(container) ? [{ name: tmpOf(container.name), mountPath: "/tmp" }] : [])];
}
