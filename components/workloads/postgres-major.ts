/** PostgreSQL's major versions: the files of one can't be read by another. Pure. */

/** How the data's version is read from a cluster, and what it says. */
export interface VersionEvidence {
    /** The object that shows it, as kubectl names it. */
    resource: string;
    /** The data's major version; undefined where the object doesn't show it. */
    majorIn(object: unknown): number | undefined;
}

/** The major version that an image's tag begins with: 17 of `postgres:17.5-bookworm`; undefined where it has no such tag. */
export function majorOf(image: string): number | undefined {
    const [named] = image.split("@");
    const tag = /:([^/:]+)$/.exec(named)?.[1] ?? "";
    const major = /^v?(\d{1,2})([.-]|$)/.exec(tag)?.[1];
    return major === undefined ? undefined : Number(major);
}

interface SetObject {
    spec?: { template?: { spec?: { containers?: { name: string; image: string }[] } } };
    status?: { readyReplicas?: number; currentRevision?: string; updateRevision?: string };
}

/** Of a single server: its image, where it is ready with it. One that can't start says nothing about the data. */
export const setEvidence: VersionEvidence = {
    resource: "statefulset",
    majorIn(object) {
        const { spec, status } = object as SetObject;
        const isProven = (status?.readyReplicas ?? 0) > 0 && status?.currentRevision === status?.updateRevision;
        const image = spec?.template?.spec?.containers?.find(({ name }) => name === "main")?.image;
        return isProven && image !== undefined ? majorOf(image) : undefined;
    },
};

interface ClusterObject {
    status?: { pgDataImageInfo?: { majorVersion?: number } };
}

/** Of a Cluster: what the operator noted of the image that last ran on its data, whether it runs now or rests. */
export const clusterEvidence: VersionEvidence = {
    resource: "clusters.postgresql.cnpg.io",
    majorIn: (object) => (object as ClusterObject).status?.pgDataImageInfo?.majorVersion,
};

/** Why an image can't run on data of a version, and the way to it; undefined where it can, or its tag doesn't tell. */
export function majorProblem(image: string, running: number | undefined, isCluster: boolean): string | undefined {
    const asked = majorOf(image);
    if (asked === undefined || running === undefined || asked === running) {
        return undefined;
    }
    const way = isCluster
        ? "make a second application with it (another name), and copy the data by pg_dump and psql, or by the operator's bootstrap.initdb.import."
        : "leave it here for the moment it takes to run `npx holdfast restore <stack> --to <new name>`: the new application is made with it, and loads the newest backup. Then write the old image here again.";
    return (
        `${image} is PostgreSQL ${asked}, and the data is PostgreSQL ${running}'s, whose files ${asked > running ? "a later" : "an earlier"} version can't read. ` +
        `To stay, write an image of ${running}. To get to ${asked}, ${way}`
    );
}
