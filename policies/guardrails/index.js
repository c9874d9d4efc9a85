/** What `pulumi preview --policy-pack policies/guardrails` runs: the TypeScript pack, bundled into one file on the way. */
const { bundle } = require("../../components/package/bundle");

require(bundle("policies/guardrails/pack.ts", ["components", "policies"]));
