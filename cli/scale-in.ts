import { type Permission, PermissionList, utcDay } from "../components/permissions/permission";
import type { Plan } from "../components/usecases/plan";
import { plannedClaims } from "../components/volumes/claim-plan";
import type { Settings } from "../stacks/keys";
import { fullName, type KnownClaim } from "./claims-in-state";

/** A claim that holds data and is no longer asked for. */
export interface DepartingClaim extends KnownClaim {
    /** The member it belongs to. */
    ordinal: number;
    /** Its volume is one of the plan's: with more members, or `keepClaims`, it would be asked for. */
    isOfMember: boolean;
    /** A permission names it. */
    isAllowed: boolean;
    /** A permission did, until it expired. */
    expired?: Permission;
}

type Asked = Pick<Settings, "keepClaims" | "allow">;

/** The claims of the application that the plan no longer asks for. */
export function departingClaims(
    claims: readonly KnownClaim[],
    plan: Pick<Plan, "app" | "replicas" | "volumes">,
    { keepClaims, allow }: Asked,
    today = utcDay(),
): DepartingClaim[] {
    const { app, replicas } = plan;
    const volumes = plan.volumes.filter((volume) => !volume.shared);
    const permissions = new PermissionList(allow, today);
    // One that members share has a single claim, however many they are.
    const shared = plannedClaims({ app, replicas: 1, volumes: plan.volumes.filter((volume) => volume.shared) });
    const planned = new Set([...plannedClaims({ app, replicas, keepClaims, volumes }), ...shared].map(({ name }) => name));
    return claims.flatMap((claim) => {
        const [, volume, ordinal] = new RegExp(`^(.+)-${app}-(\\d+)$`).exec(claim.name) ?? [];
        if (volume === undefined || planned.has(claim.name)) return [];
        const isOfMember = volumes.some(({ name }) => name === volume);
        const isAllowed = permissions.for(claim.name) !== undefined;
        return [{ ...claim, ordinal: Number(ordinal), isOfMember, isAllowed, expired: permissions.expiredFor(claim.name) }];
    });
}

/** Why the claims can't go, and both ways on; undefined where none of them is protected. */
export function scaleInRefusal(departing: readonly DepartingClaim[], file: string): string | undefined {
    const held = departing.filter(({ isProtected }) => isProtected);
    if (held.length === 0) return undefined;
    const members = Math.max(...departing.map(({ ordinal }) => ordinal)) + 1;
    const lost = departing.filter(({ isOfMember }) => !isOfMember).map(({ name }) => name);
    const keep =
        lost.length === 0
            ? `holdfast:keepClaims: ${members}`
            : `holdfast:keepClaims: ${members}, and the volumes of ${lost.join(", ")} again`;
    const allow = JSON.stringify(departing.map(({ name }) => `delete ${name}`));
    const named = held.map((claim) => {
        const why = claim.isOfMember ? `member ${claim.ordinal} is no longer asked for` : "its volume is no longer asked for";
        const permission = claim.isAllowed
            ? "; its permission lifts the protection in an update of its own, which comes first"
            : claim.expired
              ? `; the last day of its permission was ${claim.expired.until}`
              : "";
        return `  - ${fullName(claim)}: ${why}${permission}`;
    });
    return [
        `${held.length === 1 ? "A claim that holds" : "Claims that hold"} data would be deleted; nothing was changed.`,
        ...named,
        `To keep the data, write in ${file}:`,
        `    ${keep}`,
        `To delete it, take two steps, each with \`holdfast up\`:`,
        `    1. ${keep}`,
        `       holdfast:allow: ${allow}`,
        lost.length === 0 ? "    2. without the line holdfast:keepClaims" : "    2. without holdfast:keepClaims and those volumes",
    ].join("\n");
}

/** Engines whose members hold copies and votes of what they keep together, so that one that goes is missing to the others. */
const voting = new Set<string>(["jetstream"]);

/** Why members can't go whatever is permitted; undefined where they can, or none goes. */
export function votesRefusal(
    departing: readonly DepartingClaim[],
    { engine, replicas }: Pick<Plan, "engine" | "replicas">,
    file: string,
): string | undefined {
    const members = Math.max(replicas, ...departing.filter(({ isOfMember }) => isOfMember).map(({ ordinal }) => ordinal + 1));
    return voting.has(engine.name) && members > replicas
        ? [
              `${members} members can't become ${replicas}; nothing was changed.`,
              `  Those that go would take their copies of streams and their votes with them, and streams that two of three copies leave stand still.`,
              `  Write in ${file}: holdfast:replicas: ${members}. To have fewer, publish into a second application with ${replicas}, and take this one down.`,
          ].join("\n")
        : undefined;
}

/** A PersistentVolume, as `kubectl get pv --output=json` lists it. */
export interface ListedVolume {
    metadata: { name: string };
    spec: { claimRef?: { namespace?: string; name?: string } };
}

/** Where the data of deleted claims lies, how it is removed, and that nobody gets it back by accident. */
export function leftVolumes(
    departed: readonly Pick<KnownClaim, "namespace" | "name">[],
    volumes: readonly ListedVolume[] | undefined,
    kubectl: string,
): string[] {
    if (departed.length === 0) return [];
    return [
        "",
        "Deleted claims",
        ...departed.flatMap((claim) => {
            // Whatever its phase: that it is released takes the cluster a moment.
            const left = volumes?.filter(({ spec }) => spec.claimRef?.name === claim.name && spec.claimRef.namespace === claim.namespace);
            if (left === undefined) return [`  ${fullName(claim)}: the cluster could not be asked for the volume it leaves`];
            if (left.length === 0) return [`  ${fullName(claim)}: it left no volume`];
            return left.flatMap(({ metadata }) => [
                `  ${fullName(claim)}: its data still lies in PersistentVolume ${metadata.name}; a new claim of that name starts empty. To remove it:`,
                `  ${kubectl} patch pv ${metadata.name} -p '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}'`,
            ]);
        }),
    ];
}
