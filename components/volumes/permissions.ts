/** Permissions as components take them: refused where they can't be read, and lifting the protection of what they name. */

import * as pulumi from "@pulumi/pulumi";
import { PermissionList, readPermission, utcDay } from "../permissions/permission";
import type { InputProblem } from "../problems";

/** Why a permission can't be read, all of it; undefined where it can. */
export function permissionProblem(text: string): string | undefined {
    const { problems } = readPermission(text);
    const sentences = problems.map((problem) => (/[.?]$/.test(problem) ? problem : `${problem}.`));
    return sentences.length === 0
        ? undefined
        : `"${text}" is not a permission: ${sentences.join(" And ")} The form is: delete <name> [until <YYYY-MM-DD>] [because <reason>].`;
}

/** Everything that is wrong with a list of permissions. */
export function permissionProblems(allow: readonly string[] | undefined): InputProblem[] {
    return (allow ?? []).flatMap((text, index) => {
        const reason = permissionProblem(text);
        return reason === undefined ? [] : [{ path: `allow[${index}]`, reason }];
    });
}

/** The options that keep a data-bearing object. */
export interface Protection {
    protect: boolean;
    retainOnDelete: boolean;
}

/**
 * Protection of data-bearing objects: kept through deletion and destroy, unless a permission names them. One that has expired lifts nothing,
 * and a warning says so.
 */
export function protections(
    allow: readonly string[] | undefined,
    component?: pulumi.Resource,
    today = utcDay(),
): (object: string) => Protection {
    const permissions = new PermissionList(allow, today);
    return (object) => {
        const expired = permissions.expiredFor(object);
        if (expired) {
            pulumi.log.warn(
                `the permission "${expired.text}" expired: its last day was ${expired.until}, and today is ${today} (UTC). ${object} is protected. ` +
                    "Take the line out, or write a later day if it is still to go.",
                component,
            );
        }
        const isKept = permissions.for(object) === undefined;
        return { protect: isKept, retainOnDelete: isKept };
    };
}

/** Protection of one object. */
export const protection = (allow: readonly string[] | undefined, object: string, component?: pulumi.Resource): Protection =>
    protections(allow, component)(object);
