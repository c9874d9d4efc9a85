/** What `up` says of the lines of `holdfast:allow`: before the engine starts, and when it has ended. */

import { appObjects } from "../components/permissions/app-objects";
import { ObjectNames } from "../components/permissions/nearest";
import { isExpired, type Permission, readPermission, utcDay } from "../components/permissions/permission";
import { type DeployedObject, deployedObjects } from "../policies/review";
import type { CheckedStack } from "./checked-stack";
import { wrap } from "./plan/text";

/** A permission, what becomes of it in this update, and what is left to do when that has ended. */
export interface PermissionNote {
    text: string;
    says: string;
    /** What to do with the line once the update has ended. */
    afterwards: string;
}

/** Kinds of which the plan says all that is made: claims and namespaces. Others are there as long as the program has them. */
const planned = /^(namespace\/|[^/]*$)/;

interface Surroundings {
    deployed: ReadonlyMap<string, DeployedObject>;
    /** What the plan makes. */
    asked: ReadonlySet<string>;
    names: ObjectNames;
    today: string;
}

function expiredNote({ text, object, until }: Permission, { deployed, asked, today }: Surroundings): PermissionNote {
    const has = deployed.get(object);
    const ended = `its last day was ${until}, and it is ${today} (UTC): it permits nothing`;
    const isAsked = asked.has(object) || !planned.test(object);
    const state = !has
        ? `nothing called that is deployed`
        : has.isProtected
          ? `${has.object} is protected`
          : isAsked
            ? `this update protects ${has.object} again`
            : `an earlier update lifted the protection of ${has.object}, which is no longer asked for: this update deletes it`;
    const isStillThere = has !== undefined && (has.isProtected || isAsked);
    const afterwards = isStillThere ? "take it out, or write a later day if that is to go" : "take it out";
    return { text, says: `${ended}, and ${state}`, afterwards: `it has expired: ${afterwards}` };
}

function noteOf(permission: Permission, around: Surroundings): PermissionNote {
    if (isExpired(permission, around.today)) return expiredNote(permission, around);
    const { text, object } = permission;
    const has = around.deployed.get(object);
    const isAsked = around.asked.has(object) || (has !== undefined && !planned.test(object));
    const note = (says: string, afterwards: string): PermissionNote => ({ text, says, afterwards });
    const takeOut = "take it out to have that protected again";
    if (has && isAsked) {
        return has.isProtected
            ? note(`this update lifts the protection of ${has.object}`, `it has lifted the protection of ${has.object}: ${takeOut}`)
            : note(`${has.object} isn't protected as long as the line is there`, `${has.object} isn't protected: ${takeOut}`);
    }
    if (has) {
        return has.isProtected
            ? note(`${has.object} is no longer asked for, and is still protected`, `${has.object} was still protected: ${takeOut}`)
            : note(
                  `this update deletes ${has.object}`,
                  "it has done what it is for: take it out, it would hold for a new object of that name as well",
              );
    }
    if (isAsked) return note(`${object} is made without protection`, `${object} was made without protection: ${takeOut}`);
    const near = around.names.nearest(object);
    return near === undefined
        ? note("nothing called that is deployed, or is to be made: it permits nothing", "nothing is called that: take it out")
        : note(
              `nothing called that is deployed, or is to be made. Did you mean "delete ${near}"?`,
              `nothing is called that: take it out, or write "delete ${near}"`,
          );
}

/** What there is to say of each permission, by what is deployed and what the plan makes. */
export function permissionNotes(
    { plan, settings }: Pick<CheckedStack, "plan" | "settings">,
    resources: readonly unknown[],
    today = utcDay(),
): PermissionNote[] {
    const lines = settings.allow ?? [];
    if (lines.length === 0) return [];
    const deployed = new Map(deployedObjects(resources).map((each) => [each.name, each]));
    const asked = new Set(appObjects(plan, settings));
    const around = { deployed, asked, names: new ObjectNames([...deployed.keys(), ...asked]), today };
    // A line that can't be read was refused with the configuration.
    return lines.flatMap((text) => readPermission(text).permission ?? []).map((permission) => noteOf(permission, around));
}

function block(title: string, notes: readonly PermissionNote[], part: "says" | "afterwards"): string[] {
    const line = (note: PermissionNote) => `  ${wrap(note.text, 96, "    ")}\n      ${wrap(note[part], 92, "      ")}`;
    return notes.length === 0 ? [] : [title, ...notes.map(line)];
}

export const notesBefore = (notes: readonly PermissionNote[]): string[] => block("Permissions (holdfast:allow)", notes, "says");

export const notesAfterwards = (notes: readonly PermissionNote[]): string[] =>
    notes.length === 0 ? [] : ["", ...block("Permissions (holdfast:allow)", notes, "afterwards")];
