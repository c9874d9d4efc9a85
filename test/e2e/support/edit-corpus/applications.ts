/** What the corpus edits: programs with applications of the library's, whose protection can be switched off. */
import { mainContainer } from "../../../../components/workloads/labels";
import { poolDriver } from "../../../../sandbox/cluster/control-plane";

export const image = "registry.sandbox.holdfast/busybox:1";
/** The same image under another tag. */
export const nextImage = "registry.sandbox.holdfast/busybox:2";
/** A class that is there before any application. */
export const sharedClass = "corpus-shared";

/** What `program.js` reads. */
export interface Program {
    /** Nothing of what the library does to keep data: protect, retainOnDelete, reclaim policy Retain. */
    isUnprotected: boolean;
    /** How long Pulumi waits for a claim to go. One that a pod uses never does: its deletion is asked for, and happens when the pod stops. */
    claimTimeout?: string;
    provider: ProviderOptions;
    apps: App[];
}

/** Options of the provider, and what is added to its kubeconfig. */
export interface ProviderOptions {
    clusterIdentifier?: string;
    upsertExistingObjects?: boolean;
    kubeconfigSuffix?: string;
}

export interface App {
    /** Name in the program. */
    name: string;
    // biome-ignore lint/suspicious/noExplicitAny: edits reach into arguments of every shape.
    args: any;
    /** Name of the component it is in. */
    parent?: string;
    aliases?: { name?: string; hadNoParent?: true }[];
    /** What is changed behind the library's back: values by path (joined with "|"), by kind; "*" is every kind. */
    fields?: Record<string, Record<string, unknown>>;
    /** No field's changes are ignored. */
    isForced?: boolean;
}

/** Where a member may have a volume. */
const mounts = ["data", "files", "documents"];

/** Each volume gets a mark when it is first used. */
const script = (...volumes: string[]) =>
    [
        ...volumes.map((name) => `[ -s /${name}/mark ] || { cat /proc/sys/kernel/random/uuid >/${name}/mark; sync; }`),
        "trap exit TERM; while :; do sleep 1 & wait; done",
    ].join("; ");

/** Says the marks of one member's volumes. */
export const marksCommand = [
    "-c",
    mainContainer,
    "--",
    "sh",
    "-c",
    `for name in ${mounts.join(" ")}; do [ ! -f /$name/mark ] || echo $name $(cat /$name/mark); done`,
];

/** An application whose members have two volumes each. */
export const appOf = (name: string, replicas = 1): App => ({
    name,
    args: {
        useCase: "custom",
        target: "sandbox",
        app: name,
        image,
        size: "128Mi",
        replicas,
        set: {
            "resources.requests.cpu": "10m",
            "resources.requests.memory": "16Mi",
            "backup.policy": "none",
            // The plan's own choice depends on the class, and an edit of the one would be an edit of the other.
            "volumes.data.accessMode": "ReadWriteOnce",
        },
        workload: {
            command: ["sh", "-c", script("data", "files")],
            ports: [{ name: "none", port: 8080 }],
            volumes: [
                { name: "data", mountPath: "/data" },
                { name: "files", mountPath: "/files", size: "64Mi" },
            ],
            config: { greeting: "hello" },
        },
    },
});

export const programOf = (apps: App[], isUnprotected = false): Program => ({
    isUnprotected,
    provider: { clusterIdentifier: "corpus" },
    apps,
});

/** The class that is there before any application. */
export const sharedClassObject = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: sharedClass },
    provisioner: poolDriver,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
};
