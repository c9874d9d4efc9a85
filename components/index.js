/**
 * What Node.js loads as this package: everything index.ts exports, whatever the loader of the program that asks.
 *
 * Pulumi starts a package for other languages by loading it too, and would work out its schema from the sources, which takes seconds of
 * every run. It is given a provider instead, which has the schema already.
 */
const { bundle } = require("./package/bundle");

const folders = ["components", "policies"];
const isPlugin = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run-plugin[\\/]/.test(require.main?.filename ?? "");

module.exports = isPlugin
    ? () => require(bundle("components/package/serve.ts", folders)).serve()
    : require(bundle("components/index.ts", folders));
