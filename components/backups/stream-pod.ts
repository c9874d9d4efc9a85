/** A pod beside an application, in which its stream is made: for an engine whose own image has nothing to make it with. */

import { Deployment } from "@pulumi/kubernetes/apps/v1";
import type * as pulumi from "@pulumi/pulumi";
import { clientLabelOf, mainContainer, partLabelsOf } from "../workloads/labels";
import type { BackedUpPods } from "./planned-backup";
import { podSecurity, restricted } from "./restore-drill-pod";

/** What the pod is made from. */
export interface StreamPodRequest {
    app: string;
    namespace: pulumi.Input<string>;
    image: string;
    /** A user of the servers, and the key of the password in the application's Secret. */
    user: string;
    secret: pulumi.Input<string>;
    passwordKey: string;
    /** Where the script puts things together, and how much of the node's disk it may take for it. */
    workPath: string;
    workSize: string;
}

/** Name of the Deployment. */
export const streamPodNameOf = (app: string): string => `${app}-backup`;

/**
 * The pod waits for K8up, which runs the stream's command in it; the stream goes by the same name in the repository as if a member wrote it.
 * One that is asked for only then would keep each backup waiting until K8up looks again, half a minute later.
 */
export function createStreamPod(
    component: pulumi.ComponentResource,
    name: string,
    request: StreamPodRequest,
    { annotations, configFiles }: Pick<BackedUpPods, "annotations" | "configFiles">,
    dependsOn: pulumi.Resource[],
): Deployment {
    const { app, namespace, image, user, secret, passwordKey, workPath, workSize } = request;
    const own = streamPodNameOf(app);
    const labels = partLabelsOf(app, own);
    const container = restricted({
        name: mainContainer,
        image,
        // The first process of a container is not ended by a signal it doesn't handle.
        command: ["node", "-e", "process.on('SIGTERM', () => process.exit(0)); setInterval(() => undefined, 1 << 30);"],
        env: [
            { name: "NATS_USER", value: user },
            { name: "NATS_PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: passwordKey } } },
        ],
        resources: { requests: { cpu: "5m", memory: "48Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [
            ...configFiles.map(({ mountPath }, index) => ({ name: `files-${index}`, mountPath, readOnly: true })),
            { name: "work", mountPath: workPath },
        ],
    });
    return new Deployment(
        name,
        {
            metadata: { name: own, namespace, labels },
            spec: {
                replicas: 1,
                // Two at once would be two streams of one name.
                strategy: { type: "Recreate" },
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels: { ...labels, ...clientLabelOf(app) }, annotations },
                    spec: {
                        automountServiceAccountToken: false,
                        enableServiceLinks: false,
                        terminationGracePeriodSeconds: 5,
                        securityContext: podSecurity(65532, 65532),
                        containers: [container],
                        volumes: [
                            ...configFiles.map(({ configMap }, index) => ({ name: `files-${index}`, configMap: { name: configMap } })),
                            { name: "work", emptyDir: { sizeLimit: workSize } },
                        ],
                    },
                },
            },
        },
        { parent: component, dependsOn, deleteBeforeReplace: true },
    );
}
