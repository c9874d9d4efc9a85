import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadResources } from "../container-args";
import type { ConfigFiles } from "../pod-args";

/** What {@link Valkey} is made from. */
export interface ValkeyArgs {
    /**
     * Name of the StatefulSet and the Service, and of the primary as sentinels know it. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** An image of Valkey 8.1 with `valkey-server`, `valkey-sentinel`, `valkey-cli` and a shell. */
    image: pulumi.Input<string>;
    /**
     * An image of HAProxy 3.0 with a shell, which runs beside each member.
     * @default docker.io/library/haproxy:3.0.11
     */
    proxyImage?: pulumi.Input<string>;
    /**
     * The user of all containers.
     * @default 999, the official image's
     */
    runAsUser?: number;
    /**
     * Its group, which the volumes are made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /**
     * Members, each with a server and a sentinel: 3, 5 or 7.
     * @default 3
     */
    replicas?: number;
    /**
     * How many members' claims are kept, whether they run or not.
     * @default as many as there are replicas
     */
    keepClaims?: number;
    /** Size of each data volume, e.g. `8Gi`: three times the data, for the log while it is rewritten. It can be raised in place. */
    size: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default none
     */
    ceiling?: string;
    /**
     * How the volumes are mounted.
     * @default ReadWriteOnce
     */
    accessMode?: string;
    /** The StorageClass of the data volumes. */
    storageClass: pulumi.Input<string>;
    /**
     * The VolumeAttributesClass of the data volumes; another one changes them in place.
     * @default none
     */
    attributesClass?: pulumi.Input<string>;
    /**
     * Where new data volumes get their first data: `{ "data-<app>-0": "snapshot/before-upgrade" }`. The member with the newest data leads, and
     * the others copy it.
     * @default none: new members are empty
     */
    restoreFrom?: { [claim: string]: string };
    /**
     * Permissions to delete: `delete data-<app>-0`, `delete secret/<app>-password`, `delete secret/<app>-members-password`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits of each server; data may take 60 % of the memory limit.
     * @default 50m, 128Mi
     */
    resources?: WorkloadResources;
    /**
     * Settings of the server by name, which win over those made here. Without `appendonly: "yes"` the data is in memory alone.
     * @default { appendonly: "yes", appendfsync: "everysec" }
     */
    settings?: { [name: string]: string };
    /**
     * The clients' password. Give a Pulumi secret.
     * @default a random one
     */
    password?: pulumi.Input<string>;
    /**
     * A Secret that exists already and has the clients' password under `password`; none is made then.
     * @default none: `<app>-password` is made
     */
    passwordSecret?: string;
    /**
     * Further annotations of the pods.
     * @default none
     */
    annotations?: { [name: string]: string };
    /**
     * ConfigMaps made elsewhere, as files of the server's container.
     * @default none
     */
    configFiles?: ConfigFiles[];
    /**
     * Annotations of the claims, for programs that read them.
     * @default none
     */
    claimAnnotations?: { [name: string]: string };
    /**
     * Seconds after which a member on an unreachable node is given up.
     * @default 30
     */
    lostNodeSeconds?: number;
    /**
     * Label of the nodes that members are spread over.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * A member that can't be spread is not started at all.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Other namespaces whose clients are let in.
     * @default none
     */
    clientNamespaces?: string[];
}
