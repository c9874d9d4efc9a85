/** How a cluster's log and base copies get to object storage, and how a new cluster is made from them: CloudNativePG's own archiver. */

import type * as input from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { repositoryKeys } from "../backups/file-backup-spec";
import { drillPorts } from "../backups/restore-drill-spec";
import type { DatabaseRole } from "./postgres-cluster-names";

/** Where a cluster's log goes as it is written, and its base copies. */
export interface ClusterArchive {
    /** URL of the S3 server: `https://s3.eu-central-1.amazonaws.com`. */
    endpoint: pulumi.Input<string>;
    /** Bucket and prefix, which are this cluster's alone: `example-shop-backups/ledger`. A cluster refuses to archive into what has another's log. */
    bucket: pulumi.Input<string>;
    /** Secret of the namespace with `access-key-id` and `secret-access-key`, as a BackupRepository makes it. */
    secret: pulumi.Input<string>;
    /**
     * The bucket's region, for a server that wants it named.
     * @default none
     */
    region?: string;
    /**
     * ConfigMap of the namespace whose `ca.crt` the server's certificate is checked with.
     * @default none: the authorities of the image
     */
    caConfigMap?: string;
    /**
     * Seconds after which a part of the log that isn't full is closed and shipped. A restore may miss these, and what a copy takes.
     * @default 240
     */
    shipSeconds?: number;
    /**
     * Days of which any moment can be restored. Base copies that no moment of them needs are deleted, but for those that are marked as kept.
     * @default none: nothing is ever deleted
     */
    windowDays?: number;
    /**
     * Ports that the members may call beside 53, 443, 6443 and the endpoint's: a Service of the cluster counts by its pods' port.
     * @default none
     */
    egressPorts?: number[];
}

/** What a new cluster is made from, instead of being empty. */
export interface ClusterSource {
    /** Bucket and prefix of the archive, on the same server and with the same keys as the cluster's own. */
    bucket: string;
    /**
     * The moment, as RFC 3339; or the name of a base copy, for the moment at which it was complete.
     * @default everything that is archived
     */
    at?: string;
}

/** Folder of an archive in its prefix: the same for every application, so that whoever has the prefix finds it. */
export const archiveFolder = "postgres";

/** How barman-cloud names a base copy: by the time at which it began, `20261123T020000`. */
export const baseName = /^\d{8}T\d{6}$/;

/** Why a text is no moment, or undefined where it is one: a day, a time and a zone, so that nobody has to guess. */
export function momentProblem(text: string): string | undefined {
    const isOne = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
    return isOne
        ? undefined
        : `"${text}" is no moment. Write a day, a time and its zone: 2026-11-23T08:15:00Z, or 2026-11-23T09:15:00+01:00.`;
}

/** Four fifths of what may be missing: the rest is for the copy. */
export const shipSecondsOf = (intervalSeconds: number): number => Math.max(30, Math.floor(0.8 * intervalSeconds));

const authority = { mountPath: "/projected", file: "backup-authority/ca.crt" };

/** The name under which a new cluster knows what it is made from. */
const sourceName = "source";

function store(archive: ClusterArchive, bucket: pulumi.Input<string>) {
    const key = (name: string) => ({ name: archive.secret, key: name });
    return {
        destinationPath: pulumi.interpolate`s3://${bucket}`,
        endpointURL: archive.endpoint,
        serverName: archiveFolder,
        s3Credentials: { accessKeyId: key(repositoryKeys.accessKeyId), secretAccessKey: key(repositoryKeys.secretAccessKey) },
    };
}

/** What archiving adds to a cluster's settings. */
export const archiveParameters = (archive: ClusterArchive | undefined): Record<string, string> =>
    archive ? { archive_timeout: `${archive.shipSeconds ?? shipSecondsOf(300)}s` } : {};

/** What archiving adds to a Cluster's spec. */
export function archiveSpec(archive: ClusterArchive | undefined) {
    if (!archive) {
        return {};
    }
    const { caConfigMap, region, windowDays } = archive;
    const env = [
        // barman-cloud asks for its authority in a Secret, or here; it lies in a ConfigMap.
        ...(caConfigMap === undefined ? [] : [{ name: "AWS_CA_BUNDLE", value: `${authority.mountPath}/${authority.file}` }]),
        ...(region === undefined ? [] : [{ name: "AWS_DEFAULT_REGION", value: region }]),
    ];
    return {
        backup: {
            barmanObjectStore: {
                ...store(archive, archive.bucket),
                wal: { compression: "gzip", maxParallel: 2 },
                // Otherwise a copy begins when the next checkpoint has taken its time.
                data: { compression: "gzip", immediateCheckpoint: true },
            },
            ...(windowDays === undefined ? {} : { retentionPolicy: `${windowDays}d` }),
            target: "prefer-standby",
        },
        ...(env.length > 0 ? { env } : {}),
        ...(caConfigMap === undefined
            ? {}
            : {
                  projectedVolumeTemplate: {
                      sources: [{ configMap: { name: caConfigMap, items: [{ key: "ca.crt", path: authority.file }] } }],
                  },
              }),
    };
}

/** The repository's address is known to nobody beforehand: by its port. */
export const archiveEgress = ({ endpoint, egressPorts }: ClusterArchive): input.networking.v1.NetworkPolicyEgressRule => ({
    ports: pulumi.output(endpoint).apply((url) => drillPorts(url, egressPorts).map((port) => ({ port, protocol: "TCP" }))),
});

/** What a Cluster that is made from an archive has beside its `bootstrap`. */
export function sourceSpec(archive: ClusterArchive | undefined, source: ClusterSource | undefined) {
    return archive && source
        ? { externalClusters: [{ name: sourceName, barmanObjectStore: { ...store(archive, source.bucket), wal: { maxParallel: 2 } } }] }
        : {};
}

/** Where the log is replayed to. The end of what there is needs no target. */
function targetOf(at: string | undefined) {
    if (at === undefined) {
        return {};
    }
    return { recoveryTarget: baseName.test(at) ? { backupID: at, targetImmediate: true } : { targetTime: at } };
}

/** How the first member is made from the archive. Roles and rights come with the data, and the owner gets the password of its Secret. */
export function recoveryOf({ at }: ClusterSource, database: string, owner: DatabaseRole) {
    return { source: sourceName, database, owner: owner.role, secret: { name: owner.secret }, ...targetOf(at) };
}
