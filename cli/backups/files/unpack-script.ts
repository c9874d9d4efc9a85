/**
 * Unpacks a stream of tar onto volumes, in Node.js: the image may have any tar or none, and each has its own idea of what to do with a folder
 * that is there and belongs to somebody else, as a volume's root does.
 *
 * Text of a script that runs after {@link volumeScript}'s beginning, which has `fs`, `raw`, `say`, `Problem`, `volumes` and `expected`.
 */

import { lastLine } from "../../../components/backups/stream";

export const unpackScript = String.raw`
/** The stream, read as it comes. */
class Stream {
    constructor(path) {
        this.fd = fs.openSync(path, "r");
        this.buffer = Buffer.alloc(1 << 20);
        this.start = this.end = this.total = this.told = 0;
    }
    /** True where at least so many bytes are there. */
    fill(count) {
        if (this.end - this.start >= count) return true;
        this.buffer.copyWithin(0, this.start, this.end);
        this.end -= this.start;
        this.start = 0;
        while (this.end < count) {
            const read = fs.readSync(this.fd, this.buffer, this.end, this.buffer.length - this.end, null);
            if (read === 0) return false;
            this.end += read;
            this.total += read;
            if (Date.now() - this.told > 1000) {
                this.told = Date.now();
                say("@read " + this.total);
            }
        }
        return true;
    }
    take(count) {
        if (!this.fill(count)) throw new Problem("the stream broke off: it ends within its archive");
        this.start += count;
        return this.buffer.subarray(this.start - count, this.start);
    }
    /** As much as there is, up to so many bytes; nothing at the end. */
    some(most) {
        this.fill(1);
        const count = Math.min(most, this.end - this.start);
        this.start += count;
        return this.buffer.subarray(this.start - count, this.start);
    }
    /** So many bytes and what fills their last block up, piece by piece. */
    content(size, each) {
        for (let left = size; left > 0; ) {
            const piece = this.some(Math.min(left, 65536));
            if (piece.length === 0) throw new Problem("the stream broke off: it ends within a file");
            each(piece, size - left);
            left -= piece.length;
        }
        if (size % 512 > 0) this.take(512 - (size % 512));
    }
    text(size) {
        const parts = [];
        this.content(size, (piece) => parts.push(Buffer.from(piece)));
        return Buffer.concat(parts).toString("latin1");
    }
}

const textAt = (block, at, length) => block.toString("latin1", at, at + length).split("\0")[0];

/** A number of a header: octal digits, or bytes where they don't suffice. */
function numberAt(block, at, length) {
    if (!(block[at] & 0x80)) return parseInt(textAt(block, at, length).trim() || "0", 8);
    let value = block[at] & 0x40 ? -1n : BigInt(block[at] & 0x3f);
    for (let index = at + 1; index < at + length; index++) value = value * 256n + BigInt(block[index]);
    return Number(value);
}

/** What a pax header says: "<length> <key>=<value>\n", again and again. */
function paxOf(text) {
    const values = {};
    for (let at = 0; at < text.length; ) {
        const length = parseInt(text.slice(at), 10);
        if (!(length > 0)) throw new Problem("a header of the archive can't be read");
        const line = text.slice(at + String(length).length + 1, at + length - 1);
        const equals = line.indexOf("=");
        values[line.slice(0, equals)] = line.slice(equals + 1);
        at += length;
    }
    return values;
}

function headerOf(block, at) {
    let sum = 256;
    for (let index = 0; index < 512; index++) if (index < 148 || index > 155) sum += block[index];
    if (sum !== numberAt(block, 148, 8)) throw new Problem("this is no archive: at byte " + at + " is no header");
    const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
    const prefix = isUstar ? textAt(block, 345, 155) : "";
    return {
        name: (prefix === "" ? "" : prefix + "/") + textAt(block, 0, 100),
        mode: numberAt(block, 100, 8) & 0o7777,
        uid: numberAt(block, 108, 8),
        gid: numberAt(block, 116, 8),
        size: numberAt(block, 124, 12),
        mtime: numberAt(block, 136, 12),
        type: String.fromCharCode(block[156]),
        target: textAt(block, 157, 100),
    };
}

/** Where a sparse file has data, by GNU's header and the blocks after it. */
function sparseOf(block, stream) {
    const pieces = [];
    const read = (from, at, count) => {
        for (let index = 0; index < count; index++) {
            const offset = at + index * 24;
            if (from[offset] === 0) return;
            pieces.push({ at: numberAt(from, offset, 12), length: numberAt(from, offset + 12, 12) });
        }
    };
    read(block, 386, 4);
    const size = numberAt(block, 483, 12);
    for (let goesOn = block[482]; goesOn; ) {
        const more = stream.take(512);
        read(more, 0, 21);
        goesOn = more[504];
    }
    return { pieces, size };
}

/** Where an entry belongs: the volume with the longest path that it lies under. Nothing for a volume's own root. */
function placeOf(name) {
    const parts = name.split("/").filter((part) => part !== "" && part !== ".");
    if (parts.includes("..")) throw new Problem(shown(name) + " points out of the archive");
    const plain = parts.join("/");
    const [volume] = volumes
        .filter(({ archived }) => archived === "" || plain === archived || plain.startsWith(archived + "/"))
        .sort((a, b) => b.archived.length - a.archived.length);
    if (!volume) throw new Problem(shown(name) + " is on none of the application's volumes");
    const rest = volume.archived === "" ? plain : plain.slice(volume.archived.length + 1);
    return rest === "" || isFileSystems(rest) ? undefined : volume.mounted + "/" + rest;
}

const found = (path) => fs.lstatSync(raw(path), { throwIfNoEntry: false });
const zeros = Buffer.alloc(65536);
const folders = [];
const entered = new Set();

/** Makes room for an entry in a folder that is one. */
function makeWay(path) {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!entered.has(parent)) {
        if (!found(parent)?.isDirectory()) throw new Problem(shown(path) + " lies in no folder of the archive");
        entered.add(parent);
    }
    // An archive may have one file twice: the later one counts.
    const there = found(path);
    if (there && !there.isDirectory()) fs.unlinkSync(raw(path));
    return there?.isDirectory() ?? false;
}

/** A group that the user belongs to can be given; what can't is seen at the end. */
function giveGroup(is, wanted, change) {
    if (is.gid === wanted) return;
    try {
        change(is.uid, wanted);
    } catch (error) {
        if (error.code !== "EPERM") throw error;
    }
}

function makeFile(path, header, size, pieces, stream) {
    if (makeWay(path)) throw new Problem(shown(path) + " is a folder and a file in the archive");
    const fd = fs.openSync(raw(path), "wx", 0o600);
    for (const { at, length } of pieces) {
        stream.content(length, (piece, offset) => {
            // Zeros that nobody wrote take no room.
            if (piece.equals(zeros.subarray(0, piece.length))) return;
            for (let written = 0; written < piece.length; ) {
                written += fs.writeSync(fd, piece, written, piece.length - written, at + offset + written);
            }
        });
    }
    fs.ftruncateSync(fd, size);
    giveGroup(fs.fstatSync(fd), header.gid, (uid, gid) => fs.fchownSync(fd, uid, gid));
    fs.fchmodSync(fd, header.mode);
    fs.futimesSync(fd, header.mtime, header.mtime);
    fs.closeSync(fd);
}

/** Makes one entry; its content, where it has any, is taken from the stream. */
function make(header, block, stream) {
    const { type, mode, uid, gid } = header;
    const path = placeOf(header.name);
    const note = (kind, more) => expected.set(path, { kind, mode, uid, gid, ...more });
    if ("07\0S".includes(type) && !(type === "\0" && header.name.endsWith("/"))) {
        const { pieces, size } = type === "S" ? sparseOf(block, stream) : { pieces: [{ at: 0, length: header.size }], size: header.size };
        if (path === undefined) return pieces.forEach(({ length }) => stream.content(length, () => {}));
        // Of a sparse file only the last piece may be shorter than its blocks, and an empty one is nothing.
        makeFile(path, header, size, type === "S" ? joined(pieces) : pieces, stream);
        note("file", { size });
        return;
    }
    if (path === undefined) return stream.content(header.size, () => {});
    switch (type) {
        case "\0":
        case "5":
            // Everybody may look in until all is in it.
            if (!makeWay(path)) fs.mkdirSync(raw(path), 0o700);
            folders.push({ path, header });
            note("dir");
            break;
        case "1": {
            const target = placeOf(header.target);
            // A volume that is mounted in another is archived twice, the second time as links to what is there.
            if (target === path && expected.has(path)) break;
            makeWay(path);
            fs.linkSync(raw(target ?? ""), raw(path));
            expected.set(path, expected.get(target));
            break;
        }
        case "2":
            makeWay(path);
            fs.symlinkSync(raw(header.target), raw(path));
            giveGroup(found(path), gid, (owner, group) => fs.lchownSync(raw(path), owner, group));
            fs.lutimesSync(raw(path), header.mtime, header.mtime);
            note("link", { target: header.target });
            break;
        case "6":
            // The one who reads from a pipe makes it where it isn't there.
            skipped++;
            break;
        default:
            throw new Problem(shown(header.name) + " is of a kind that can't be made: " + JSON.stringify(type));
    }
    stream.content(header.size, () => {});
}

const joined = (pieces) => pieces.filter(({ length }) => length > 0);

/** After the archive's own end: zeros, the record and the last line. */
function readEnd(stream) {
    let end = "";
    for (let piece = stream.some(65536); piece.length > 0; piece = stream.some(65536)) {
        end = (end + piece.toString("latin1")).slice(-65536);
    }
    const lines = end.split("\n");
    if (lines.pop() !== "" || lines.pop() !== ${JSON.stringify(lastLine)}) {
        throw new Problem("the stream ends before its last line: it was cut off, or a file could not be read when it was made");
    }
}

/** The whole stream, onto the volumes. */
function unpack(path, size) {
    const stream = new Stream(path);
    let longer = {};
    for (;;) {
        const at = stream.total - (stream.end - stream.start);
        const block = Buffer.from(stream.take(512));
        if (block.equals(zeros.subarray(0, 512))) break;
        const header = headerOf(block, at);
        if (header.type === "L") longer.name = stream.text(header.size).split("\0")[0];
        else if (header.type === "K") longer.target = stream.text(header.size).split("\0")[0];
        else if (header.type === "g") stream.text(header.size);
        else if (header.type === "x") {
            const { path: name, linkpath: target, size, uid, gid, mtime, ...other } = paxOf(stream.text(header.size));
            const sparse = Object.keys(other).find((key) => key.startsWith("GNU.sparse"));
            if (sparse) throw new Problem("the archive has sparse files in a form that isn't read here (" + sparse + ")");
            for (const [key, value] of Object.entries({ size, uid, gid, mtime })) if (value !== undefined) longer[key] = Number(value);
            Object.assign(longer, name === undefined ? {} : { name }, target === undefined ? {} : { target });
        } else {
            make({ ...header, ...longer }, block, stream);
            longer = {};
        }
    }
    readEnd(stream);
    if (stream.total !== size) throw new Problem(stream.total + " bytes came, and the snapshot says " + size);
    for (const { path, header } of folders.reverse()) {
        giveGroup(found(path), header.gid, (uid, gid) => fs.chownSync(raw(path), uid, gid));
        fs.chmodSync(raw(path), header.mode);
        fs.utimesSync(raw(path), header.mtime, header.mtime);
    }
}
`;
