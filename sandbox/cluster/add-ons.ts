import * as fs from "node:fs";
import * as path from "node:path";
import { addService } from "../node/compartment";
import type { Toolchain } from "../toolchain/toolchain";
import type { ToolSetName } from "../toolchain/tools";
import { cloudnativePgDeployment, cloudnativePgImage, cloudnativePgObjects, cloudnativePgVersion } from "./cloudnative-pg";
import { addOnServices } from "./control-plane";
import { k8upImage, k8upNamespace, k8upObjects, k8upVersion } from "./k8up";
import { contextName } from "./kubeconfig";
import { Kubectl } from "./kubectl";
import type { Layout } from "./layout";
import { localPathObjects, snapshotObjects } from "./objects";
import { ensureS3, s3Objects } from "./s3";
import type { AddOn } from "./spec";

interface AddOnParts {
    toolSets: ToolSetName[];
    images: string[];
    /** Files that its processes need, made before they start. */
    prepare?: (layout: Layout) => void;
    objects?: (layout: Layout) => string;
    /** Objects that take seconds to read and to apply. They are left alone while they are there, and what they are made from is the same. */
    operator?: { objects: () => string; madeFrom: () => string };
    /** Custom resources that must be served before the add-on's processes start. */
    customResources: string[];
    /** What must be rolled out before the add-on is up: namespace and Deployment. */
    deployment?: { namespace: string; name: string };
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
    backups: {
        toolSets: ["versitygw"],
        images: [k8upImage, "node:20"],
        prepare: ensureS3,
        objects: s3Objects,
        operator: { objects: () => k8upObjects(sandboxFolder), madeFrom: () => k8upVersion(sandboxFolder) },
        customResources: ["backups", "restores", "schedules"].map((plural) => `${plural}.k8up.io`),
        deployment: { namespace: k8upNamespace, name: "k8up" },
    },
    "cloudnative-pg": {
        toolSets: [],
        images: [cloudnativePgImage],
        operator: { objects: () => cloudnativePgObjects(sandboxFolder), madeFrom: () => cloudnativePgVersion(sandboxFolder) },
        customResources: ["clusters", "backups", "failoverquorums"].map((plural) => `${plural}.postgresql.cnpg.io`),
        deployment: cloudnativePgDeployment,
    },
};

export const addOnToolSets = (addOn: AddOn): ToolSetName[] => parts[addOn].toolSets;
export const addOnImages = (addOn: AddOn): string[] => parts[addOn].images;

/** Makes what an add-on's processes need before the control plane starts them. */
export const prepareAddOn = (addOn: AddOn, layout: Layout): void => parts[addOn].prepare?.(layout);

function waitForResources(kubectl: Kubectl, names: string[]): void {
    for (const name of names) kubectl.run(["wait", "--for=condition=Established", `crd/${name}`, "--timeout=30s"]);
}

/** Applies what an operator is made of, unless that was done in this cluster and nobody has taken it away. */
function applyOperator(addOn: AddOn, layout: Layout, kubectl: Kubectl): void {
    const { operator, customResources, deployment } = parts[addOn];
    if (!operator) return;
    // Beside the cluster's data, which it goes with.
    const file = path.join(layout.controlPlane.folder, `${addOn}.applied`);
    const madeFrom = operator.madeFrom();
    const names = [...customResources.map((name) => `crd/${name}`), ...(deployment ? [`deployment/${deployment.name}`] : [])];
    const namespace = deployment ? [`--namespace=${deployment.namespace}`] : [];
    const isApplied = fs.existsSync(file) && fs.readFileSync(file, "utf8") === madeFrom;
    if (isApplied && kubectl.tryRun(["get", ...names, ...namespace, "--output=name"]) !== undefined) return;
    kubectl.apply(operator.objects());
    waitForResources(kubectl, customResources);
    fs.writeFileSync(file, madeFrom);
}

/** Makes an add-on's objects and starts its processes; does nothing where they are there. */
export function startAddOn(addOn: AddOn, layout: Layout, toolchain: Toolchain): void {
    const kubectl = new Kubectl(toolchain.program("kubectl"), layout.kubeconfig, contextName);
    const { objects, operator, customResources, deployment } = parts[addOn];
    if (objects) kubectl.apply(objects(layout));
    if (operator) applyOperator(addOn, layout, kubectl);
    else waitForResources(kubectl, customResources);
    for (const service of addOnServices(addOn, toolchain.program)) addService(layout.controlPlane.folder, service);
    if (deployment)
        kubectl.run(["rollout", "status", `deployment/${deployment.name}`, `--namespace=${deployment.namespace}`, "--timeout=120s"]);
}
