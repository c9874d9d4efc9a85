/** How components refuse input: every problem at once, each with the path of the property it is about. */

import { InputPropertiesError } from "@pulumi/pulumi/errors";

/** One thing wrong with a component's arguments. */
export interface InputProblem {
    /** The property, as it is written in the program: `volumes[0].size`. */
    path: string;
    /** What was given, what is allowed and what to write instead, in one or two sentences. */
    reason: string;
}

/** Throws one error that lists every problem; does nothing when there is none. */
export function refuseProblems(component: string, name: string, problems: InputProblem[]): void {
    if (problems.length === 0) {
        return;
    }
    const list = problems.map(({ path, reason }) => `  - ${path}: ${reason}`).join("\n");
    throw new InputPropertiesError({
        message: `${component} "${name}" can't be made (${problems.length} problem${problems.length === 1 ? "" : "s"}):\n${list}`,
        errors: problems.map(({ path, reason }) => ({ propertyPath: path, reason })),
    });
}

/** A DNS label, which the names of StatefulSets and Services must be; 52 characters leave room for the revision's hash. */
const label = /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/;

/** Why a name can't be an application's, or undefined where it can. */
export function appNameProblem(name: string): string | undefined {
    return label.test(name)
        ? undefined
        : `"${name}" is not a name: up to 52 small letters, digits and "-", beginning with a letter, e.g. "user-preferences"`;
}
