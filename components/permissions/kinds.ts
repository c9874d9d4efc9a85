/**
 * The kinds of objects that a permission can name, by the word that stands before the name. One list: the components read permissions by
 * it, and the review offers none that isn't in it.
 */

/** Who gives the objects their names: the `cluster`'s rules hold (small letters, digits, "-" and "."), or the `program` writes what it likes. */
type Naming = "cluster" | "program";

export const permissionKinds = {
    // Kubernetes; claims go by their bare name.
    "": "cluster",
    customresourcedefinition: "cluster",
    namespace: "cluster",
    release: "program",
    snapshot: "cluster",
    statefulset: "cluster",
    storageclass: "cluster",
    volumeattributesclass: "cluster",
    volumesnapshotclass: "cluster",
    volumesnapshotcontent: "cluster",
    // Operators
    backupstoragelocation: "cluster",
    cephblockpool: "cluster",
    cephcluster: "cluster",
    cephfilesystem: "cluster",
    elasticsearch: "cluster",
    kafka: "cluster",
    kafkatopic: "cluster",
    objectstore: "cluster",
    postgresql: "cluster",
    recurringjob: "cluster",
    replicationsource: "cluster",
    schedule: "cluster",
    scheduledbackup: "cluster",
    // In a cluster and in a cloud
    backup: "program",
    cluster: "program",
    database: "program",
    secret: "program",
    stream: "program",
    volume: "program",
    // Clouds, and what exists only in the state
    backuppolicy: "program",
    bucket: "program",
    bucketversioning: "program",
    "ebs-snapshot": "program",
    "ebs-volume": "program",
    "file-system": "program",
    instance: "program",
    key: "program",
    plan: "program",
    privatekey: "program",
    provider: "program",
    randombytes: "program",
    randompassword: "program",
    selection: "program",
    table: "program",
    vault: "program",
    vaultlockconfiguration: "program",
} as const satisfies Record<string, Naming>;

/** What stands before an object's name in a permission; empty for claims. */
export type PermissionWord = keyof typeof permissionKinds;

const words: Readonly<Record<string, Naming>> = permissionKinds;

/** Kinds by their own words, without claims. */
export const kindWords: readonly string[] = Object.keys(words).filter((word) => word !== "");

/** A kind that isn't in the list says where it comes from: `widget.example.com`, `bucket.storage.gcp`. */
const qualified = /^[a-z0-9][-a-z0-9]*(\.[a-z0-9][-a-z0-9]*)+$/;

export const isPermissionKind = (word: string): boolean => Object.hasOwn(words, word) || qualified.test(word);

const ofCluster = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const ofProgram = /^[^\s*]+$/;

/** True for what an object of that kind can be called. Never a pattern. */
export function isObjectName(word: string, name: string): boolean {
    return (words[word] === "cluster" ? ofCluster : ofProgram).test(name);
}

/** The word for a type that isn't in the list: `kubernetes:example.com/v1:Widget` is `widget.example.com`. */
export function wordOfType(type: string): string {
    const [provider = "", module = "", name = ""] = type.toLowerCase().split(":");
    const place = module.split("/")[0];
    const parts = provider === "kubernetes" ? [name, ...place.split(".")] : [name, ...(place === "index" ? [] : [place]), provider];
    return parts
        .map((part) => part.replace(/[^-a-z0-9]+/g, "-").replace(/^-+/, ""))
        .filter((part) => part !== "")
        .join(".");
}

/** What a permission calls an object: a claim by its bare name, others as `kind/name`, without spaces and stars. */
export function objectName(word: string, name: string): string {
    const written = name.replace(/[\s*%]/g, (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`);
    return word === "" ? written : `${word}/${written}`;
}
