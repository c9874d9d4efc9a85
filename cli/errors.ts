/** A problem that the person at the terminal can solve: its message is all they need, and the exit code is 1. */
export class UserError extends Error {}

/** Several problems at once, each on a line of its own. */
export function userErrors(title: string, problems: readonly string[]): UserError {
    return new UserError(`${title}\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}
