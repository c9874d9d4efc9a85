import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadResources } from "./container-args";
import type { JetStreamStream } from "./jetstream-streams";

/** What {@link JetStream} is made from. */
export interface JetStreamArgs {
    /**
     * Name of the servers' StatefulSet and Service, of the clients' user, and of the stream where none is named. Never changed once there is
     * data.
     * @default the component's name
     */
    app?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** An image with `nats-server` on its PATH, 2.11 or newer: `docker.io/library/nats:2.12.6-alpine`. */
    image: pulumi.Input<string>;
    /**
     * Numeric user the servers run as; never 0.
     * @default 1000
     */
    runAsUser?: number;
    /**
     * Its group, which the volumes are made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /** Size of each member's volume, e.g. `50Gi`, of which streams may take four fifths. It can be raised in place, and never lowered. */
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
    /** The StorageClass of the volumes. */
    storageClass: pulumi.Input<string>;
    /**
     * The VolumeAttributesClass of the volumes; another one changes them in place.
     * @default none
     */
    attributesClass?: pulumi.Input<string>;
    /**
     * Members, 3 or 5: with 3 one may be gone, with 5 two. Members can be added; they are not taken away.
     * @default 3
     */
    replicas?: number;
    /**
     * The streams that are made, and changed in place when their limits change. One that is left out later stays.
     * @default one with the application's name, for all that is published below it
     */
    streams?: JetStreamStream[];
    /**
     * When a member has a message on its disk: `always` before it acknowledges it; or `2m` at the latest then, which is many times faster,
     * and loses acknowledged messages where a majority of members lose power or their kernel at once.
     * @default always
     */
    syncInterval?: string;
    /**
     * The password of the clients' user, read only at the first start. Give a Pulumi secret.
     * @default a random one
     */
    password?: pulumi.Input<string>;
    /**
     * Permissions: `delete data-<app>-0`, `delete secret/<app>-password`; and `delete stream/<name>` for limits that take away messages.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits of each member.
     * @default 100m, 256Mi
     */
    resources?: WorkloadResources;
    /**
     * An image with Node.js, in which the streams are made.
     * @default docker.io/library/node:22-alpine
     */
    nodeImage?: string;
    /**
     * Further annotations of the pods.
     * @default none
     */
    annotations?: { [name: string]: string };
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
