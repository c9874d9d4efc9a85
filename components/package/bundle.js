/**
 * TypeScript sources as one JavaScript file, made when they are first needed and kept until they change.
 *
 * The bundle is kept under a hash of every source it may contain, so it is never out of date, and from the second run on a start costs about
 * what precompiled code does. Loaders that compile file by file (jiti, tsx, @swc-node/register) cost more with every file: measured with 66
 * files, beside the bare SDK's 0.66 s of processor time: jiti 0.23 s, this 0.08 s.
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..", "..");

/** Sources that a bundle of these folders may consist of. */
function sources(folders) {
    return folders
        .filter((folder) => fs.existsSync(path.join(root, folder)))
        .flatMap((folder) => fs.readdirSync(path.join(root, folder), { recursive: true }).map((file) => path.join(folder, file)))
        .filter((file) => /\.(ts|json)$/.test(file))
        .sort();
}

/** Path of the bundle of an entry point, which uses nothing of this repository beyond these folders. */
function bundle(entry, folders) {
    const hash = createHash("sha256").update(fs.readFileSync(__filename)).update(entry);
    for (const file of sources(folders)) hash.update(`\0${file}\0`).update(fs.readFileSync(path.join(root, file)));
    const folder = path.join(root, "node_modules", ".cache", "holdfast");
    const file = path.join(folder, `program-${hash.digest("hex").slice(0, 16)}.js`);
    if (fs.existsSync(file)) return file;
    // Written aside and renamed: two programs may start at once, and a killed one leaves nothing that looks whole.
    const partial = path.join(folder, `partial-${process.pid}.js`);
    require("esbuild").buildSync({
        entryPoints: [path.join(root, entry)],
        outfile: partial,
        bundle: true,
        packages: "external",
        platform: "node",
        target: "node20",
        // A component is found by its class's name, which a bundler may change where two files use the same one.
        keepNames: true,
        sourcemap: "inline",
        sourcesContent: false,
        logLevel: "warning",
    });
    fs.renameSync(partial, file);
    removeOld(folder);
    return file;
}

/** Bundles that nobody made for a week; a younger one may belong to another checkout that shares these packages. */
function removeOld(folder) {
    const weekAgo = Date.now() - 7 * 86_400_000;
    for (const name of fs.readdirSync(folder)) {
        const file = path.join(folder, name);
        if (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs < weekAgo) fs.rmSync(file, { force: true });
    }
}

module.exports = { bundle };
