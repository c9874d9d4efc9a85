/** What `pulumi up` runs: the TypeScript program, bundled into one file on the way. */
const { bundle } = require("../components/package/bundle");

module.exports = require(bundle("stacks/index.ts", ["components", "policies", "stacks"]));
