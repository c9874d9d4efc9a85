/** Unit tests of Pulumi programs without an engine or a cluster: `import { record } from "holdfast/testing"`. */

export { type DataBearing, dataBearing, expectProtected } from "./data";
export { record } from "./record";
export type { Properties, RecordedResource, Recording, RecordingOptions } from "./recording";
export { unknown } from "./wire";
