/** What going down takes along beside the workloads: what a permission has named, and nothing else. */

import { appObjects } from "../components/permissions/app-objects";
import { PermissionList, utcDay } from "../components/permissions/permission";
import { deployedObjects } from "../policies/review";
import type { CheckedStack } from "./checked-stack";
import { claimsIn, type KnownClaim, type StateResource } from "./claims-in-state";

type Checked = Pick<CheckedStack, "plan" | "settings">;

/** An object that holds data or leads to it, as permissions and as people call it. */
export interface KeptObject {
    name: string;
    object: string;
}

/** What holds data in a state: what still keeps it, and what no longer does. */
export interface Departure {
    stays: KeptObject[];
    goes: KeptObject[];
    /** Claims among those that go: their volumes stay. */
    claims: KnownClaim[];
    /** What would go and no permission names any more. */
    unnamed: KeptObject[];
}

/** What becomes of a state's data when everything goes that isn't protected. */
export function departureOf({ plan, settings }: Checked, resources: readonly StateResource[], today = utcDay()): Departure {
    const claims = claimsIn(resources);
    const kept = new Set([...appObjects(plan, settings), ...claims.map(({ name }) => name)]);
    const objects = deployedObjects(resources).filter(({ name }) => kept.has(name));
    const permissions = new PermissionList(settings.allow, today);
    const goes = objects.filter(({ isProtected }) => !isProtected);
    const plain = ({ name, object }: KeptObject): KeptObject => ({ name, object });
    return {
        stays: objects.filter(({ isProtected }) => isProtected).map(plain),
        goes: goes.map(plain),
        claims: claims.filter(({ isProtected }) => !isProtected),
        unnamed: goes.filter(({ name }) => permissions.for(name) === undefined).map(plain),
    };
}

const lines = (objects: readonly KeptObject[]) => objects.map(({ object }) => `  - ${object}`);
const permitted = (objects: readonly KeptObject[]) => JSON.stringify(objects.map(({ name }) => `delete ${name}`));

/** Why a stack can't go down: it would take along what somebody once permitted, and nobody does any more. */
export function departureRefusal({ unnamed }: Departure, stack: string, file: string): string | undefined {
    return unnamed.length === 0
        ? undefined
        : [
              "An earlier permission has lifted the protection of what holds data, and none names it now; nothing was changed.",
              ...lines(unnamed),
              `To keep it: npx holdfast up ${stack} protects it again. To delete it, write in ${file}:`,
              `    holdfast:allow: ${permitted(unnamed)}`,
          ].join("\n");
}

/** Said before it happens. */
export const departureNotes = ({ goes }: Departure): string[] =>
    goes.length === 0 ? [] : ["This deletes more than the workloads, as holdfast:allow permits:", ...lines(goes)];

/** What went, what stays, and the way to have the rest of it go as well. */
export function departureSummary(before: Departure, after: Departure, stack: string, file: string): string[] {
    const left = new Set([...after.stays, ...after.goes].map(({ name }) => name));
    const gone = before.goes.filter(({ name }) => !left.has(name));
    const stays = [...after.stays, ...after.goes];
    if (stays.length === 0) {
        return [
            `The application of "${stack}" is gone${gone.length > 0 ? ", and with it:" : "."}`,
            ...lines(gone),
            ...(gone.length > 0 ? [`Take the permissions out of ${file}: they would hold for new objects of these names as well.`] : []),
        ];
    }
    return [
        `The workloads of "${stack}" are gone.${gone.length > 0 ? " And with them:" : ""}`,
        ...lines(gone),
        `What holds its data stays, and \`npx holdfast up ${stack}\` finds it again:`,
        ...lines(stays),
        `To delete that too, write \`holdfast:allow: ${permitted(stays)}\` in ${file}, then \`up\` and \`down\` again.`,
    ];
}
