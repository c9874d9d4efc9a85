/**
 * A web server for one folder, without packages: whoever may reach it reads files, whoever has the token writes them.
 *
 * A file appears whole or not at all, also to the other servers on the folder: it is written beside, flushed, and renamed. What an upload that
 * broke off has left is removed a day later. Its pieces are exported for the tests.
 */
export const sharedFilesScript = String.raw`"use strict";
const { createHash, randomUUID, timingSafeEqual } = require("node:crypto");
const { promises: fs, createReadStream, createWriteStream, readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { dirname, extname, join } = require("node:path");
const { Transform } = require("node:stream");
const { pipeline } = require("node:stream/promises");

const types = {
    ".avif": "image/avif", ".gif": "image/gif", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".json": "application/json", ".mp4": "video/mp4",
    ".pdf": "application/pdf", ".png": "image/png", ".txt": "text/plain; charset=utf-8", ".webm": "video/webm", ".webp": "image/webp",
};
const uploads = ".uploads";
const dayInMilliseconds = 86400000;

/** Where a request's file is, below the folder; undefined for whatever isn't plainly a file in it. */
function placeOf(url) {
    let path;
    try {
        path = decodeURIComponent(new URL(url, "http://files").pathname);
    } catch {
        return undefined;
    }
    const names = path.split("/").slice(1);
    // No hidden names, so none of ours, and no "..".
    return names.length <= 8 && names.every((name) => /^\w[-\w.]{0,199}$/.test(name)) ? names.join("/") : undefined;
}

/** Compares in a time that says nothing of where they differ. */
function isToken(given, token) {
    const hash = (text) => createHash("sha256").update(text).digest();
    return timingSafeEqual(hash(given || ""), hash("Bearer " + token));
}

class Refused extends Error {
    constructor(status, message) {
        super(message);
        this.status = status;
    }
}

/** Why a file operation failed, as HTTP says it. */
function statusOf(error) {
    if (error.status) return error.status;
    const known = { ENOENT: 404, EISDIR: 404, ENOTDIR: 404, EEXIST: 409, ENOSPC: 507, EDQUOT: 507 };
    return known[error.code] || 500;
}

async function read(root, place, request, response) {
    const file = join(root, place);
    const stat = await fs.stat(file);
    if (!stat.isFile()) throw new Refused(404, "no such file");
    const { size, mtimeMs } = stat;
    const etag = '"' + size.toString(16) + "-" + Math.round(mtimeMs).toString(16) + '"';
    const headers = { etag, "x-content-type-options": "nosniff" };
    if (request.headers["if-none-match"] === etag) return response.writeHead(304, headers).end();
    headers["content-type"] = types[extname(place).toLowerCase()] || "application/octet-stream";
    headers["content-length"] = size;
    response.writeHead(200, headers);
    if (request.method === "HEAD" || size === 0) return response.end();
    // What was announced is what is sent, whatever becomes of the file meanwhile.
    await pipeline(createReadStream(file, { end: size - 1 }), response);
}

async function write(root, place, largest, request, response) {
    if (Number(request.headers["content-length"] || 0) > largest) throw new Refused(413, "larger than " + largest + " bytes");
    const file = join(root, place);
    const beside = join(root, uploads, randomUUID());
    let bytes = 0;
    const counted = new Transform({
        transform(chunk, _, done) {
            bytes += chunk.length;
            done(bytes > largest ? new Refused(413, "larger than " + largest + " bytes") : null, chunk);
        },
    });
    await fs.mkdir(join(root, uploads), { recursive: true });
    try {
        await pipeline(request, counted, createWriteStream(beside, { flags: "wx", flush: true }));
        await fs.mkdir(dirname(file), { recursive: true });
        const isNew = await fs.stat(file).then(() => false, () => true);
        await fs.rename(beside, file);
        // The name has to outlive a crash too.
        const folder = await fs.open(dirname(file));
        await folder.sync().finally(() => folder.close());
        response.writeHead(isNew ? 201 : 204).end();
    } finally {
        await fs.rm(beside, { force: true });
    }
}

async function answer({ root, token, largest }, request, response) {
    if (request.url === "/.health") return response.writeHead(200).end("ok\n");
    const place = placeOf(request.url);
    if (place === undefined) throw new Refused(404, "no such file");
    if (request.method === "GET" || request.method === "HEAD") return read(root, place, request, response);
    if (request.method !== "PUT" && request.method !== "DELETE") throw new Refused(405, "GET, HEAD, PUT and DELETE are understood");
    if (!isToken(request.headers.authorization, token)) throw new Refused(401, "writing takes the token");
    if (request.method === "PUT") return write(root, place, largest, request, response);
    await fs.unlink(join(root, place));
    response.writeHead(204).end();
}

function serverOf(settings) {
    const server = createServer((request, response) => {
        answer(settings, request, response).catch((error) => {
            if (response.headersSent || response.destroyed) return response.destroy();
            const status = statusOf(error);
            if (status >= 500) console.error(request.method, request.url, error.message);
            // What wasn't read of an upload isn't read any more.
            response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
            response.end((status === 500 ? "it failed" : error.status ? error.message : status === 507 ? "no space is left" : "no such file") + "\n");
        });
    });
    return server;
}

/** Removes what uploads left that broke off more than a day ago. */
async function tidy(root, now) {
    for (const name of await fs.readdir(join(root, uploads)).catch(() => [])) {
        const file = join(root, uploads, name);
        const stat = await fs.stat(file).catch(() => undefined);
        if (stat && now - stat.mtimeMs > dayInMilliseconds) await fs.rm(file, { force: true });
    }
}

module.exports = { placeOf, isToken, serverOf, tidy };

if (require.main === module) {
    const { FILES_ROOT: root, FILES_TOKEN_FILE: tokenFile, FILES_LARGEST: largest, FILES_PORT: port } = process.env;
    const server = serverOf({ root, token: readFileSync(tokenFile, "utf8"), largest: Number(largest) });
    server.listen(Number(port));
    const tidied = () => tidy(root, Date.now()).catch((error) => console.error(error.message));
    void tidied();
    setInterval(tidied, dayInMilliseconds / 24).unref();
    // Ends once what is under way has ended; new requests go elsewhere by then.
    process.on("SIGTERM", () => server.close(() => process.exit(0)));
}
`;
