/** Edits that move, rename or remove a whole application, or what it is in. */
import { args, type Change, comment, type Edit } from "./edit";

const another = "-anew";
const inApplication: Change = (app) => {
    app.parent = "platform";
};
const takenForTwo = "what is there can't be made again, so that the update fails before it gets to deleting the old one";
const sameCluster =
    "the other cluster is the same one here, whose names are taken: the update fails before it deletes. In a really other one it would not";

export const moves: readonly Edit[] = [
    {
        id: "renamed",
        change: args(({ name }) => ({ app: name + another })),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "namespace-deleted", fate: "lost", isRepresentative: true },
    },
    {
        id: "another-namespace",
        change: args(({ name }) => ({ namespace: name + another })),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "namespace-deleted", fate: "lost", isRepresentative: true },
    },
    {
        id: "namespace-disowned",
        change: args({ createsNamespace: false }),
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "namespace-deleted", fate: "lost" },
    },
    {
        id: "application-removed",
        change: (app, program) => {
            program.apps = program.apps.filter((each) => each !== app);
        },
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "namespace-deleted", fate: "lost", isRepresentative: true },
    },
    {
        id: "moved-without-alias",
        change: inApplication,
        protected: { says: "refused", up: "refused" },
        unprotected: {
            says: "refused",
            rule: "renamed-without-alias",
            fate: "kept",
            exception: takenForTwo,
            isFailing: true,
            isAlone: true,
            isRepresentative: true,
        },
    },
    {
        id: "moved-without-alias-upserting",
        before: (_app, program) => {
            program.provider.upsertExistingObjects = true;
        },
        change: inApplication,
        protected: { says: "refused", up: "refused" },
        unprotected: { says: "refused", rule: "renamed-without-alias", fate: "lost", isAlone: true, isRepresentative: true },
    },
    {
        id: "resource-renamed",
        change: (app) => {
            app.name += another;
        },
        protected: { says: "refused", up: "refused" },
        unprotected: {
            says: "refused",
            rule: "renamed-without-alias",
            fate: "kept",
            exception: takenForTwo,
            isFailing: true,
            isAlone: true,
        },
    },
    {
        id: "another-cluster",
        change: (_app, program) => {
            program.provider.clusterIdentifier = "another";
        },
        protected: { says: "refused", up: "refused" },
        unprotected: {
            says: "refused",
            rule: "provider-replaced",
            fate: "kept",
            exception: sameCluster,
            isFailing: true,
            isAlone: true,
        },
    },
    {
        id: "kubeconfig-without-an-identifier",
        before: (_app, program) => {
            program.provider = {};
        },
        change: (_app, program) => {
            program.provider.kubeconfigSuffix = comment;
        },
        protected: { says: "refused", up: "refused" },
        unprotected: {
            says: "refused",
            rule: "provider-replaced",
            fate: "kept",
            exception: sameCluster,
            isFailing: true,
            isAlone: true,
        },
    },
];
