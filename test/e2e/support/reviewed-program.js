// A plain Pulumi program, nothing of ours: makes the Kubernetes objects listed in the JSON file named by OBJECTS, as provider/fixtures/program.js
// does, with any resource option, and with values taken from another resource's outputs: `from: { "spec.storageClassName": ["settings", "uid"] }`.
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { Provider } = require("@pulumi/kubernetes/provider");
const { CustomResource } = require("@pulumi/kubernetes/apiextensions/customResource");

const spec = JSON.parse(fs.readFileSync(process.env.OBJECTS, "utf8"));
const kubeconfig = fs.readFileSync(process.env.KUBECONFIG, "utf8") + (spec.kubeconfigSuffix ?? "");
const provider = new Provider("k8s", { kubeconfig, ...spec.provider });

function classOf({ apiVersion, kind }) {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
    try {
        return require(`@pulumi/kubernetes/${group.split(".")[0]}/${version}`)[kind];
    } catch (error) {
        if (error.code === "MODULE_NOT_FOUND") return undefined;
        throw error;
    }
}

const made = {};
for (const { name, obj, opts = {}, from = {}, parent } of spec.objects) {
    for (const [path, [other, field]] of Object.entries(from)) {
        const keys = path.split(".");
        const last = keys.pop();
        let at = obj;
        for (const key of keys) at = at[key];
        at[last] = pulumi.output(made[other].metadata).apply((metadata) => metadata[field]);
    }
    const dependsOn = (opts.dependsOn ?? []).map((other) => made[other]).filter(Boolean);
    const options = { provider, ...opts, dependsOn };
    if (parent !== undefined) {
        made[parent] ??= new pulumi.ComponentResource("shop:index:Application", parent, {}, { provider });
        options.parent = made[parent];
    }
    made[name] = new (classOf(obj) ?? CustomResource)(name, obj, options);
}
