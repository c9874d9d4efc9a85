import * as path from "node:path";
import { addService } from "../node/compartment";
import type { Toolchain } from "../toolchain/toolchain";
import type { ToolSetName } from "../toolchain/tools";
import { addOnServices } from "./control-plane";
import { contextName } from "./kubeconfig";
import { Kubectl } from "./kubectl";
import type { Layout } from "./layout";
import { localPathObjects, snapshotObjects } from "./objects";
import type { AddOn } from "./spec";

interface AddOnParts {
    toolSets: ToolSetName[];
    images: string[];
    objects: () => string;
    /** Custom resources that must be served before the add-on's processes start. */
    customResources: string[];
}

const sandboxFolder = path.join(__dirname, "..");

const parts: Record<AddOn, AddOnParts> = {
    snapshots: {
        toolSets: ["snapshots"],
        images: [],
        objects: () => snapshotObjects(sandboxFolder),
        customResources: ["volumesnapshotclasses", "volumesnapshots", "volumesnapshotcontents"].map(
            (plural) => `${plural}.snapshot.storage.k8s.io`,
        ),
    },
    "local-path": { toolSets: ["local-path"], images: ["busybox:1"], objects: localPathObjects, customResources: [] },
};

export const addOnToolSets = (addOn: AddOn): ToolSetName[] => parts[addOn].toolSets;
export const addOnImages = (addOn: AddOn): string[] => parts[addOn].images;

/** Makes an add-on's objects and starts its processes; does nothing where they are there. */
export function startAddOn(addOn: AddOn, layout: Layout, toolchain: Toolchain): void {
    const kubectl = new Kubectl(toolchain.program("kubectl"), layout.kubeconfig, contextName);
    kubectl.apply(parts[addOn].objects());
    for (const name of parts[addOn].customResources) kubectl.run(["wait", "--for=condition=Established", `crd/${name}`, "--timeout=30s"]);
    for (const service of addOnServices(addOn, toolchain.program)) addService(layout.controlPlane.folder, service);
}
