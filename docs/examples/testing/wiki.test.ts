import { expectProtected, record } from "holdfast/testing";
import { wiki } from "./wiki";

it.each([true, false])("the wiki keeps its pages (preview: %s)", async (preview) => {
    const recording = await record(wiki, { preview });
    expectProtected(recording);
    const { inputs } = recording.only("kubernetes:core/v1:PersistentVolumeClaim", "data-wiki-0");
    expect(inputs.spec.resources.requests.storage).toBe("1Gi");
    expect(recording.warnings).toEqual([]);
});
