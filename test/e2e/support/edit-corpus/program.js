// The program that the corpus edits: applications made by the library that HOLDFAST_LIBRARY names, as the JSON file named by PROGRAM lists them
// (applications.ts says what is in it).
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { Provider } = require("@pulumi/kubernetes/provider");
const { StatefulApp } = require(process.env.HOLDFAST_LIBRARY);

const program = JSON.parse(fs.readFileSync(process.env.PROGRAM, "utf8"));
const cluster = fs.readFileSync(process.env.KUBECONFIG, "utf8");
const { kubeconfigSuffix = "", ...options } = program.provider;
const provider = new Provider("k8s", { kubeconfig: cluster + kubeconfigSuffix, ...options });

/** Sets values by path; null takes one away. */
function edited(props, fields) {
    for (const [path, value] of Object.entries(fields)) {
        const keys = path.split("|");
        const last = keys.pop();
        let at = props;
        for (const key of keys) at = at[key] ??= {};
        if (value === null) delete at[last];
        else at[last] = value;
    }
    return props;
}

/** Everything off that keeps data. */
const unprotected = { protect: false, retainOnDelete: false };
const unprotectedFields = { StorageClass: { reclaimPolicy: "Delete" } };

const parents = {};
for (const { name, args, parent, aliases = [], fields = {}, isForced } of program.apps) {
    const change = ({ type, props, opts }) => {
        if (!type.startsWith("kubernetes:")) return undefined;
        const kind = type.slice(type.lastIndexOf(":") + 1);
        const off = program.isUnprotected ? unprotectedFields[kind] : {};
        const isWaitedFor = kind === "PersistentVolumeClaim" && program.claimTimeout !== undefined;
        return {
            props: edited(props, { ...off, ...fields["*"], ...fields[kind] }),
            opts: {
                ...opts,
                ...(program.isUnprotected ? unprotected : {}),
                ...(isForced ? { ignoreChanges: [] } : {}),
                ...(isWaitedFor ? { customTimeouts: { delete: program.claimTimeout } } : {}),
            },
        };
    };
    if (parent !== undefined) parents[parent] ??= new pulumi.ComponentResource("shop:index:Application", parent);
    new StatefulApp(name, args, {
        providers: { kubernetes: provider },
        parent: parents[parent],
        aliases: aliases.map(({ hadNoParent, ...alias }) => (hadNoParent ? { ...alias, parent: pulumi.rootStackResource } : alias)),
        transformations: [change],
    });
}
