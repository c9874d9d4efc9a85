/**
 * A module that is loaded when something of it is used, not when it is required. Jest loads everything anew for each file, and of what Pulumi's
 * SDK requires most is for dynamic providers and for programs in TypeScript that the engine starts: no unit test has either.
 */
const path = require("node:path");

/** By its path from here: by its name it would lead here again. */
module.exports = (file) => {
    let loaded;
    const load = () => {
        // Kept: jest resolves a name anew at each require, and this is asked for every property of a syntax tree.
        loaded ??= require(path.join(__dirname, "..", "..", "..", "node_modules", file));
        return loaded;
    };
    const get = (_target, key) => (key === "__esModule" ? true : key === "default" ? load() : load()[key]);
    return new Proxy({}, { get, has: (_target, key) => key in load() });
};
