/**
 * The ends of a stream in a repository, for shell scripts that have `restic` as the function `r`. Images differ: Debian's shell or Alpine's.
 *
 * A snapshot that holds one stream is one tree with one file, whose last content is the stream's end. restic checks every piece by its hash as
 * it reads it: what can be read is what was written.
 */

import { lastLine } from "./postgres-stream";

/**
 * `pieces TREE FOLDER` finds a stream's pieces and sets `size`; it fails where they can't be read. `end FOLDER` writes the last of them to
 * FOLDER/last, with the one before where it is a short one: restic may cut a stream in the middle of its last line.
 */
export const streamEnds = `
pieces() {
    size=-
    r cat blob "$1" >"$2/tree" || return 1
    size=$(sed -n 's/.*"size":\\([0-9]*\\).*/\\1/p' "$2/tree")
    grep -o '"[0-9a-f]\\{64\\}"' "$2/tree" | tr -d '"' >"$2/blobs"
}
end() {
    rm -f "$1/before"
    : >"$1/last"
    for piece in $(tail -n 2 "$1/blobs"); do
        mv "$1/last" "$1/before"
        r cat blob "$piece" >"$1/last" || return 1
    done
    [ "$(wc -c <"$1/last")" -ge 4096 ] || [ ! -e "$1/before" ] || { cat "$1/before" "$1/last" >"$1/both" && mv "$1/both" "$1/last"; }
}
`;

/**
 * `whole PATH FILE`: whether a file that holds the end of the stream of this path is the end of a whole one. A folder's path has two parts, and
 * no end.
 */
export const wholeStream = `
whole() {
    case "$1" in
        /*/*) false ;;
        *) [ "$(tail -n 1 "$2" | tr -d '\\000')" = "${lastLine}" ] ;;
    esac
}
`;
