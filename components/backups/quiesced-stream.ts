/** Files made whole by an application's own hooks, as a stream of tar. */

import { type Stream, shellWord } from "./stream";

/** What a stream is made of. */
export interface QuiescedStreamRequest {
    /** Where the volumes are mounted, one at least. */
    mountPaths: string[];
    /** Run before the files are read. */
    quiesceCommand: string[];
    /** Run after them, whether they could be read or not. */
    unquiesceCommand?: string[];
    /** How long each may take, in seconds. */
    timeoutSeconds: number;
}

const words = (command: string[]): string => command.map(shellWord).join(" ");

/** One volume as it is mounted; several by their paths from the root. */
const archive = ([first, ...others]: string[]): string =>
    others.length === 0
        ? `tar -C ${shellWord(first)} -cf - .`
        : `tar -C / -cf - ${words([first, ...others].map((path) => path.replace(/^\/+/, "")))}`;

const script = ({ mountPaths, quiesceCommand, unquiesceCommand, timeoutSeconds }: QuiescedStreamRequest) => `#!/bin/sh
# Writes the files to stdout as tar, while the application holds still. Any failure ends it with a non-zero code.
set -eu
bounded() {
    if command -v timeout >/dev/null; then timeout ${timeoutSeconds} "$@"; else "$@"; fi
}
resume() {
    code=$?
    trap - EXIT
    ${unquiesceCommand ? `bounded ${words(unquiesceCommand)} >&2 || { echo "the application could not be resumed" >&2; code=1; }` : ":"}
    exit "$code"
}
trap resume EXIT
trap 'exit 1' HUP INT TERM PIPE
bounded ${words(quiesceCommand)} >&2
${archive(mountPaths)}
`;

/** The stream of one member, which K8up runs in its main container. The image has a shell and tar. */
export function quiescedStream(request: QuiescedStreamRequest): Stream {
    return { extension: ".tar", files: { "stream.sh": script(request) } };
}
