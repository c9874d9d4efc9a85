import { waitUntil } from "../wait";
import type { World } from "../world";
import { marksCommand } from "./applications";
import type { Fate } from "./edit";

/** The volumes of one application. */
export interface Volumes {
    /** UID, volume and its phase by the claim's name. A claim whose deletion was asked for is none. */
    claims: Record<string, string>;
    /** How many members run. */
    members: number;
    /** What they read from their volumes, by the volume's name. */
    marks: string[];
}

interface Item {
    metadata: { name: string; namespace: string; uid: string; deletionTimestamp?: string };
    spec: { volumeName?: string };
    status: { phase?: string };
}

/** The volumes of applications, each in the namespace of its name. */
export function volumesOf<Name extends string>(world: World, names: readonly Name[]): Record<Name, Volumes> {
    const { items } = JSON.parse(world.kubectl("get", "persistentvolumeclaims,persistentvolumes,pods", "-A", "-o", "json")) as {
        items: (Item & { kind: string })[];
    };
    const phases = Object.fromEntries(
        items.filter(({ kind }) => kind === "PersistentVolume").map(({ metadata, status }) => [metadata.name, status.phase]),
    );
    const entries = names.map((name): [Name, Volumes] => {
        const own = items.filter(({ metadata }) => metadata.namespace === name && !metadata.deletionTimestamp);
        const claims = own
            .filter(({ kind }) => kind === "PersistentVolumeClaim")
            .map(({ metadata, spec: { volumeName = "" } }) => [metadata.name, `${metadata.uid} ${volumeName} ${phases[volumeName]}`]);
        const running = own.filter(({ kind, status }) => kind === "Pod" && status.phase === "Running");
        const marks = running.flatMap(({ metadata }) => {
            const { stdout } = world.tryKubectl("-n", name, "exec", metadata.name, ...marksCommand);
            return stdout.match(/^\w+ \S{36}$/gm) ?? [];
        });
        return [name, { claims: Object.fromEntries(claims), members: running.length, marks: marks.sort() }];
    });
    return Object.fromEntries(entries) as Record<Name, Volumes>;
}

/** Whether every claim is the one it was, on the volume it was on. There may be more of them. */
export const keepsClaims = (before: Volumes, now: Volumes): boolean =>
    Object.entries(before.claims).every(([name, claim]) => now.claims[name] === claim);

/** What became of an application's volumes. */
export function fateOf(before: Volumes, now: Volumes): Fate {
    if (!keepsClaims(before, now)) return "lost";
    const isEmpty = now.marks.some((mark) => !before.marks.includes(mark));
    const isMissed = before.marks.some((mark) => !now.marks.includes(mark));
    return isEmpty && isMissed ? "left behind" : "kept";
}

/** The same, when every member has read from both of its volumes: one that has just started may not have written its marks yet. */
export function volumesInUse<Name extends string>(world: World, names: readonly Name[]): Record<Name, Volumes> {
    let found = volumesOf(world, names);
    const isRead = (name: Name) => found[name].members > 0 && found[name].marks.length === 2 * found[name].members;
    waitUntil(`marks on the volumes of ${names.join(", ")}`, 60, () => {
        const open = names.filter((name) => !isRead(name));
        if (open.length > 0) found = { ...found, ...volumesOf(world, open) };
        return open.length === 0;
    });
    return found;
}
