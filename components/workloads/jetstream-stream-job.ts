/** The Job that makes an application's streams, and changes them when their description does. */

import { createHash } from "node:crypto";
import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { nodeDefault, podSecurity, restricted } from "../backups/restore-drill-pod";
import { dependenciesOf } from "../dependencies";
import { memberHosts, natsPorts, natsUsers } from "./jetstream-config";
import { type JetStreamStream, streamsRequest } from "./jetstream-streams";
import { streamsScript } from "./jetstream-streams-script";
import { clientLabelOf, labelsOf } from "./labels";
import { natsClientScript } from "./nats-client-script";
import { passwordSecretNameOf } from "./password";

/** What the streams are made from. */
export interface StreamJobRequest {
    app: string;
    namespace: pulumi.Input<string>;
    replicas: number;
    size: string;
    streams: readonly JetStreamStream[];
    /** Names of the streams that may lose messages. */
    permitted: string[];
    nodeImage?: string;
}

/** Name of the Job, of its files, and of what its pod is called. */
export const streamJobNameOf = (app: string): string => `${app}-streams`;

/** How long members may take to find a leader: after a full stop each one reads its volume first. */
const waitSeconds = 300;
const folder = "/etc/holdfast/streams";
/** The exit code of a refusal, which another try doesn't change. */
const refused = 1;

/** The Job and its files. A change of either makes the Job anew; it runs once, and the streams stay whatever becomes of it. */
export function createStreams(
    component: pulumi.ComponentResource,
    name: string,
    request: StreamJobRequest,
    given: pulumi.ResourceOptions["dependsOn"],
    members: pulumi.Resource,
): void {
    const { app, namespace } = request;
    const servers = memberHosts(app, request.replicas).map((host) => `${host}:${natsPorts.client}`);
    const files = {
        "client.js": natsClientScript,
        "streams.js": streamsScript,
        "streams.json": JSON.stringify(
            streamsRequest(servers, request.streams, request.size, request.permitted, waitSeconds),
            undefined,
            4,
        ),
    };
    const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
    const own = streamJobNameOf(app);
    const labels = labelsOf(own);
    const configMap = new ConfigMap(
        `${name}-files`,
        { metadata: { name: own, namespace, labels }, data: files },
        { parent: component, dependsOn: given, deleteBeforeReplace: true },
    );
    new Job(
        name,
        {
            metadata: { name: own, namespace, labels },
            spec: {
                backoffLimit: 10,
                activeDeadlineSeconds: 2 * waitSeconds,
                podFailurePolicy: {
                    rules: [{ action: "FailJob", onExitCodes: { containerName: "streams", operator: "In", values: [refused] } }],
                },
                template: {
                    metadata: { labels: { ...clientLabelOf(app), ...labels }, annotations: { "holdfast.dev/streams": hash } },
                    spec: {
                        restartPolicy: "Never",
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        securityContext: podSecurity(65532, 65532),
                        containers: [
                            restricted({
                                name: "streams",
                                image: request.nodeImage ?? nodeDefault,
                                command: ["node", `${folder}/streams.js`],
                                env: [
                                    { name: "NATS_USER", value: natsUsers.administrator },
                                    {
                                        name: "NATS_PASSWORD",
                                        valueFrom: { secretKeyRef: { name: passwordSecretNameOf(app), key: "administrator-password" } },
                                    },
                                ],
                                resources: { requests: { cpu: "10m", memory: "48Mi" }, limits: { memory: "128Mi" } },
                                volumeMounts: [{ name: "files", mountPath: folder, readOnly: true }],
                                terminationMessagePolicy: "FallbackToLogsOnError",
                            }),
                        ],
                        volumes: [{ name: "files", configMap: { name: own } }],
                    },
                },
            },
        },
        { parent: component, dependsOn: dependenciesOf(given, members, configMap), deleteBeforeReplace: true },
    );
}
