/** A problem of the sandbox that the person at the terminal can solve; the message is all there is to say. */
export class SandboxError extends Error {}
