/** The public recorder, in a project with this repository's name. */

import { type RecordingOptions, record as recordProgram } from "../../components/testing";

export type { Properties, RecordedResource, Recording, RecordingOptions } from "../../components/testing";

/** Fields that the golden lists don't have: what follows from the inputs, and what no component of ours uses. */
const left = ["outputs", "aliases", "replaceOnChanges"] as const;

export async function record(program: () => unknown, options: RecordingOptions = {}) {
    const recording = await recordProgram(program, { project: "holdfast", ...options });
    for (const resource of recording.resources) {
        for (const field of left) {
            delete (resource as Partial<typeof resource>)[field];
        }
    }
    return recording;
}
