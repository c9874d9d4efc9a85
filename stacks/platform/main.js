/** What `pulumi up` runs here: the TypeScript program, bundled into one file on the way. */
const { bundle } = require("../../components/package/bundle");

module.exports = require(bundle("stacks/platform/index.ts", ["components", "stacks"]));
