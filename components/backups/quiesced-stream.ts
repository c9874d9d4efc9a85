/** Files made whole by an application's own hooks, as a stream of tar that says itself what it is of, and whether it is whole. */

import { attended, begun, drained, lastLine, recordMark, type Stream, shellWord } from "./stream";

/** What the line after the archive says. */
export interface ArchiveRecord {
    version: 1;
    app: string;
    engine: "container";
    /** What is in the archive: one volume by its paths in it, several by their paths from the root. */
    mountPaths: string[];
    /** When the application held still, as `2026-11-23T00:00:00Z`. */
    takenAt: string;
}

/** What a stream is made of. */
export interface QuiescedStreamRequest {
    app: string;
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
        ? `tar -C ${shellWord(first)} "$how" - .`
        : `tar -C / "$how" - ${words([first, ...others].map((path) => path.replace(/^\/+/, "")))}`;

/** The record but for its moment, which comes last in it. */
const record = ({ app, mountPaths }: QuiescedStreamRequest): string =>
    JSON.stringify({ version: 1, app, engine: "container", mountPaths } satisfies Omit<ArchiveRecord, "takenAt">).slice(0, -1);

/** An application doesn't hold still for longer than this for a repository that takes nothing. */
const unreadSeconds = 5 * 60;

/**
 * A tar that can't read a file writes the archive's end all the same, and says so by its exit code alone. So what tells a whole archive comes
 * after it, where every tar stops reading.
 */
const script = (request: QuiescedStreamRequest) => `#!/bin/sh
# Writes the files to stdout as tar, while the application holds still: the archive, its record and a last line. Any failure ends it with a
# non-zero code, and one of the archive without that line.
set -eu
${begun}
writer=
bounded() {
    if command -v timeout >/dev/null; then timeout ${request.timeoutSeconds} "$@"; else "$@"; fi
}
resume() {
    code=$?
    trap - EXIT
    [ -z "$writer" ] || kill "$writer" 2>/dev/null || :
    ${request.unquiesceCommand ? `bounded ${words(request.unquiesceCommand)} >&2 || { echo "the application could not be resumed" >&2; code=1; }` : ":"}
    [ "$code" != 0 ] || ${drained}
    exit "$code"
}
trap resume EXIT
trap 'exit 1' HUP INT TERM PIPE
# Holes stay holes where tar knows them.
how=-cf
case "$(tar --version 2>/dev/null || :)" in *GNU*) how=-cSf ;; esac
bounded ${words(request.quiesceCommand)} >&2
taken=$(date -u +%Y-%m-%dT%H:%M:%SZ)
${attended(archive(request.mountPaths), unreadSeconds)}
printf '%s,"takenAt":"%s"}\\n%s\\n' ${shellWord(`${recordMark}${record(request)}`)} "$taken" ${shellWord(lastLine)}
`;

/** The stream of one member, which K8up runs in its main container. The image has a shell, tar and date. */
export function quiescedStream(request: QuiescedStreamRequest): Stream {
    return { extension: ".tar", files: { "stream.sh": script(request) } };
}
