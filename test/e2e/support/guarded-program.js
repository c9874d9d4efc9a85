// A plain Pulumi program, nothing of ours: makes the resources listed in the JSON file named by OBJECTS, of any type, with properties taken from
// another resource's id where `from` says so: not known in a preview.
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");

const kubeconfig = fs.readFileSync(process.env.KUBECONFIG, "utf8");
const kubernetes = new pulumi.ProviderResource("kubernetes", "k8s", { kubeconfig });

const made = {};
for (const { name, type, props, isProtected, from } of JSON.parse(fs.readFileSync(process.env.OBJECTS, "utf8"))) {
    const given = { ...props };
    for (const [property, source] of Object.entries(from)) if (made[source]) given[property] = made[source].id;
    const options = { protect: isProtected, ...(type.startsWith("kubernetes:") ? { provider: kubernetes } : {}) };
    made[name] = new pulumi.CustomResource(type, name, given, options);
}
