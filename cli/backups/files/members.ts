/** The members that files are restored into: which claim of theirs gets what of the source's, and where the archive or the snapshot has it. Pure. */

import type { Plan } from "../../../components/usecases/plan";
import type { AppWorkload } from "../../../components/workloads/app-workload";
import { UserError } from "../../errors";
import { listed } from "../../status/words";
import type { ScriptVolume } from "./volume-script";

/** One volume of one member. */
export interface MemberVolume extends ScriptVolume {
    /** Name of the volume: `data`. */
    name: string;
    /** One folder of the claim instead of its root. */
    subPath?: string;
    /** The claim's path in the source's repository. */
    path: string;
}

export interface Member {
    ordinal: number;
    volumes: MemberVolume[];
}

const plain = (path: string): string => path.replace(/^\/+|\/+$/g, "");

/** The claims of an application, as K8up names them in its repository. */
export const claimPathsOf = ({ app, replicas, volumes }: Pick<Plan, "app" | "replicas" | "volumes">): string[] =>
    Array.from({ length: replicas }, (_, member) => volumes.map(({ name }) => `/data/${name}-${app}-${member}`)).flat();

/** Every member of the new application, with the claims of the source that they were. */
export function membersOf(
    from: string,
    { app, replicas }: Pick<Plan, "app" | "replicas">,
    { volumes }: Pick<AppWorkload, "volumes">,
): Member[] {
    return Array.from({ length: replicas }, (_, ordinal) => ({
        ordinal,
        volumes: volumes.map(({ name, mountPath, subPath }) => {
            const path = `/data/${name}-${from}-${ordinal}`;
            return {
                name,
                claim: `${name}-${app}-${ordinal}`,
                path,
                mounted: `/volumes/${name}`,
                archived: volumes.length === 1 ? "" : plain(mountPath),
                listed: subPath === undefined ? path : `${path}/${plain(subPath)}`,
                ...(subPath === undefined ? {} : { subPath }),
            };
        }),
    }));
}

/** Refuses an archive of volumes that are mounted elsewhere now: nobody would know which is which. */
export function refuseOtherMounts(archived: readonly string[], { volumes }: Pick<AppWorkload, "volumes">, stack: string): void {
    const [then, now] = [[...archived], volumes.map(({ mountPath }) => mountPath)].map((paths) => paths.map(plain).sort());
    if (then.join("\n") === now.join("\n")) return;
    const paths = (of: string[]) => listed(of.map((path) => `/${path}`));
    throw new UserError(
        `Nothing is restored: the archive has the volumes that were mounted at ${paths(then)}, and "${stack}" mounts its own at ${paths(now)}. Write the mountPaths as they were, restore, and change them afterwards.`,
    );
}
