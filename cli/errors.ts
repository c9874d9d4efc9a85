/** A problem that the person at the terminal can solve: its message is all they need, and the exit code is 1. */
export class UserError extends Error {}

/** Several problems at once, each on a line of its own. */
export function userErrors(title: string, problems: readonly string[]): UserError {
    return new UserError(`${title}\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
}

/** Runs every check, and throws what all of them have to say, so that nothing is told one by one. */
export function everyCheck(...checks: (() => unknown)[]): void {
    const said = checks.flatMap((check) => {
        try {
            check();
            return [];
        } catch (error) {
            if (error instanceof UserError) return [error.message];
            throw error;
        }
    });
    if (said.length > 0) throw new UserError(said.join("\n"));
}

/** What the system means by its codes. */
const causes: Readonly<Record<string, string>> = {
    EACCES: "you have no right to it",
    EEXIST: "it is there already",
    EISDIR: "it is a folder",
    ELOOP: "its links lead round in a circle",
    EMFILE: "too many files are open",
    ENAMETOOLONG: "its name is too long",
    ENOENT: "it doesn't exist",
    ENOSPC: "the disk is full",
    ENOTDIR: "a part of its path is no folder",
    ENOTEMPTY: "it isn't empty",
    EPERM: "you have no right to it",
    EROFS: "its disk can only be read",
    ERR_FS_FILE_TOO_LARGE: "it is too large",
    ERR_STRING_TOO_LONG: "it is too large",
};

/** Why the system didn't do it, in a few words; what it says itself where no better ones are known. */
export function causeOf(error: unknown): string {
    const { code, message } = error as NodeJS.ErrnoException;
    return (code === undefined ? undefined : causes[code]) ?? message;
}

/** An error that nobody has put into words: of a file or a program it is said which, and why. */
export function inWords(error: Error): string {
    const { code, path, syscall = "" } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined || !Object.hasOwn(causes, code)) return error.message;
    if (!syscall.startsWith("spawn")) return `${path} can't be used: ${causeOf(error)}.`;
    return `${path} can't be started: ${code === "ENOENT" ? "it isn't installed, or not on PATH" : causeOf(error)}.`;
}
