/** Edits that change no data: flagged by nobody, and made. */

import { appOf, nextImage, sharedClass } from "./applications";
import { args, comment, type Edit, field, type Look } from "./edit";

const safe = { says: "safe", fate: "kept" } as const;
const restarts = { says: "safe", rule: "workload-restarts" } as const;
const ofSet =
    (path: string) =>
    ({ app, get }: Look) =>
        get(`statefulset/${app}`, path);
const ofPod =
    (path: string, ordinal = 0) =>
    ({ app, get }: Look) =>
        get(`pod/${app}-${ordinal}`, path);
const ofClaim =
    (path: string) =>
    ({ app, get }: Look) =>
        get(`persistentvolumeclaim/data-${app}-0`, path);
const container = ".spec.containers[0]";
/** Whether the stack has a resource of that URN. */
const has =
    (urn: (app: string) => string) =>
    ({ app, resources }: Look) =>
        String(resources.some((each) => each.urn.endsWith(urn(app))));

export const harmless: readonly Edit[] = [
    {
        id: "nothing",
        change: () => {},
        // What is shown of it is that an update of the untouched program changes nothing.
        protected: { says: "safe", up: { with: "replaced", shows: [() => "", ""] } },
    },
    {
        id: "image",
        change: args({ image: nextImage }),
        protected: { ...restarts, up: { with: "grown", shows: [ofPod(`{${container}.image}`), nextImage] } },
        unprotected: safe,
    },
    {
        id: "label",
        change: field("*", "metadata|labels|team", "shop"),
        protected: { says: "safe", up: { with: "grown", shows: [ofClaim("{.metadata.labels.team}"), "shop"] } },
        unprotected: safe,
    },
    {
        id: "restart",
        change: field("StatefulSet", "spec|template|metadata|annotations|restarted", "today"),
        protected: { ...restarts, up: { with: "grown", shows: [ofPod("{.metadata.annotations.restarted}"), "today"] } },
        unprotected: safe,
    },
    {
        id: "config",
        change: ({ args: { workload } }) => Object.assign(workload.config, { greeting: "good day" }),
        protected: {
            ...restarts,
            up: { with: "grown", shows: [({ get }) => get("configmaps", "{.items[*].data.greeting}"), "good day"] },
        },
        unprotected: safe,
    },
    {
        id: "resources",
        change: ({ args: { set } }) => Object.assign(set, { "resources.requests.cpu": "20m" }),
        protected: { ...restarts, up: { with: "grown", shows: [ofPod(`{${container}.resources.requests.cpu}`), "20m"] } },
        unprotected: safe,
    },
    {
        id: "growth",
        change: args({ size: "192Mi" }),
        protected: {
            says: "safe",
            rule: "volume-grows",
            up: { with: "grown", shows: [ofClaim("{.status.capacity.storage}"), "192Mi"] },
        },
        unprotected: safe,
    },
    {
        id: "more-members",
        change: ({ args: own }) => Object.assign(own, { replicas: own.replicas + 1 }),
        protected: { says: "safe", up: { with: "grown", shows: [ofPod("{.status.phase}", 1), "Running"] } },
        unprotected: safe,
    },
    {
        id: "kubeconfig-of-the-same-cluster",
        change: (_app, program) => {
            program.provider.kubeconfigSuffix = comment;
        },
        protected: { says: "safe", up: { with: "grown", shows: [({ steps }) => steps("k8s"), "update"] } },
        unprotected: safe,
    },
    {
        id: "a-neighbour",
        change: (app, program) => {
            program.apps.push(appOf(`${app.name}-next`));
        },
        protected: {
            says: "safe",
            up: {
                with: "grown",
                shows: [({ app, get }) => get(`pod/${app}-next-0`, "{.status.phase}", `${app}-next`), "Running"],
            },
        },
        unprotected: safe,
    },
    {
        id: "template-edited",
        change: field("StatefulSet", "spec|volumeClaimTemplates|0|spec|resources|requests|storage", "256Mi"),
        // Claims that exist don't follow their template, so that the library ignores what becomes of it.
        protected: {
            says: "safe",
            up: { with: "grown", shows: [ofSet("{.spec.volumeClaimTemplates[0].spec.resources.requests.storage}"), "128Mi"] },
        },
        unprotected: safe,
    },
    {
        id: "moved-with-alias",
        change: (app) => Object.assign(app, { parent: "platform", aliases: [{ hadNoParent: true }] }),
        protected: {
            says: "safe",
            up: {
                with: "moved",
                shows: [has((app) => `::shop:index:Application$holdfast:index:StatefulApp::${app}`), "true"],
            },
        },
        unprotected: safe,
    },
    {
        id: "resource-renamed-with-alias",
        change: (app) => Object.assign(app, { name: `${app.name}-2`, aliases: [{ name: app.name }] }),
        protected: { says: "safe", up: { with: "renamed", shows: [has((app) => `::${app}-2-workload-set`), "true"] } },
        unprotected: safe,
    },
    {
        id: "another-class",
        change: args({ storageClass: sharedClass }),
        protected: {
            says: "safe",
            up: { with: "renamed", shows: [({ resources, app }) => has(() => `::${app}-2-storage`)({ resources, app } as Look), "false"] },
        },
        unprotected: safe,
    },
    {
        id: "another-access-mode",
        change: ({ args: { workload } }) => Object.assign(workload.volumes[1], { accessMode: "ReadWriteOncePod" }),
        protected: {
            says: "safe",
            up: {
                with: "renamed",
                shows: [({ app, get }) => get(`persistentvolumeclaim/files-${app}-0`, "{.spec.accessModes[*]}"), "ReadWriteOnce"],
            },
        },
        unprotected: safe,
    },
    {
        id: "set-replaced",
        change: field("StatefulSet", "spec|podManagementPolicy", "Parallel"),
        protected: { ...restarts, up: { with: "replaced", shows: [ofSet("{.spec.podManagementPolicy}"), "Parallel"] } },
        unprotected: { ...restarts, ...safe },
    },
    {
        id: "another-selector",
        change: (app, program) => {
            field("StatefulSet", "spec|selector|matchLabels|tier", "store")(app, program);
            field("StatefulSet", "spec|template|metadata|labels|tier", "store")(app, program);
        },
        protected: { ...restarts, up: { with: "replaced", shows: [ofSet("{.spec.selector.matchLabels.tier}"), "store"] } },
        unprotected: { ...restarts, ...safe },
    },
    {
        id: "fewer-members-claims-kept",
        members: 2,
        change: args({ replicas: 1, keepClaims: 2 }),
        protected: { says: "safe", rule: "scale-in", up: { with: "fewer", shows: [ofSet("{.status.replicas}"), "1"] } },
        unprotected: safe,
    },
];
