/** The reader of previews: what a `pulumi preview --json` would do to data. */

export { deployedOf } from "./deployed";
export { exitCodes, type Figure, type Finding, type Outcome, type Review, type Row } from "./model";
export { parsePreview } from "./preview";
export { review, unreadable } from "./review";
export { type Rule, type Verdict, verdicts } from "./rule";
export { rules } from "./rules";
export { type DeployedObject, deployedObjects } from "./state";
