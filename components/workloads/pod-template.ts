import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { containerOf } from "./container";
import type { WorkloadContainer } from "./container-args";
import { contentHash, secretHash, secretNameOf } from "./contents";
import { labelsOf, mainContainer, selectorOf } from "./labels";
import { besideMounts, mainMounts, podVolumes } from "./mounts";
import { quiesceAnnotations } from "./quiesce";
import type { StatefulWorkloadArgs } from "./workload-args";

type PodTemplate = input.core.v1.PodTemplateSpec;
type Container = input.core.v1.Container;

/**
 * Hashes of what the pods read and the template doesn't hold: a change of one is a change of the template, and rolls the pods.
 */
function contentAnnotations(app: string, { config, secrets, rollOn }: StatefulWorkloadArgs): Record<string, pulumi.Output<string>> {
    return {
        ...(config ? { "holdfast.dev/config": contentHash(config) } : {}),
        ...(secrets ? { "holdfast.dev/secrets": secretHash(app, secrets) } : {}),
        ...(rollOn ? { "holdfast.dev/roll-on": secretHash(app, rollOn) } : {}),
    };
}

function main(app: string, args: StatefulWorkloadArgs): Container {
    return {
        ...containerOf({
            ...args,
            name: mainContainer,
            resources: args.resources ?? { cpu: "100m", memory: "256Mi" },
            volumeMounts: mainMounts(app, args),
            secret: secretNameOf(app),
            // The pod's own user, which stands in the pod.
            runAsUser: undefined,
        }),
        lifecycle: args.stopCommand ? { preStop: { exec: { command: args.stopCommand } } } : undefined,
    };
}

function beside(app: string, container: WorkloadContainer): Container {
    return containerOf({
        ...container,
        ports: container.ports ?? [],
        resources: container.resources ?? { cpu: "10m", memory: "64Mi" },
        volumeMounts: besideMounts(container),
        secret: secretNameOf(app),
    });
}

/** Nodes that members leave when they are lost, and nodes with taints that members may stand on. */
function tolerationsOf({ lostNodeSeconds, tolerations }: StatefulWorkloadArgs): input.core.v1.Toleration[] {
    return [
        // Without these Kubernetes waits 300 s. The replacement still needs the old pod's node to be declared out of service.
        ...["not-ready", "unreachable"].map((condition) => ({
            key: `node.kubernetes.io/${condition}`,
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: lostNodeSeconds ?? 30,
        })),
        ...(tolerations ?? []).map(({ key, value, effect }) => ({
            ...(key === undefined ? {} : { key }),
            ...(value === undefined ? { operator: "Exists" } : { operator: "Equal", value }),
            ...(effect === undefined ? {} : { effect }),
        })),
    ];
}

/** The pod of every member: Pod Security "restricted", no API credentials unless asked for, given up with a lost node, spread as asked. */
export function podTemplate(app: string, args: StatefulWorkloadArgs): PodTemplate {
    const user = args.runAsUser ?? 65532;
    const group = args.runAsGroup ?? user;
    const annotations = {
        ...quiesceAnnotations(args),
        ...contentAnnotations(app, args),
        ...args.annotations,
    };
    const init = (args.initContainers ?? []).map((container) => beside(app, container));
    // A restarting init container is a sidecar: up before the main one starts, told to stop after it has ended.
    const sidecars = (args.sidecars ?? []).map((container) => ({ ...beside(app, container), restartPolicy: "Always" }));
    return {
        metadata: {
            labels: { ...args.labels, ...labelsOf(app) },
            ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
        },
        spec: {
            serviceAccountName: args.serviceAccount ?? app,
            automountServiceAccountToken: args.mountsAccountToken ?? false,
            // Service variables of every neighbour would leak into the container, and some programs read them (REDIS_PORT).
            enableServiceLinks: false,
            terminationGracePeriodSeconds: args.terminationGracePeriodSeconds ?? 60,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: user,
                runAsGroup: group,
                fsGroup: group,
                // A large volume is not walked file by file at every start.
                fsGroupChangePolicy: "OnRootMismatch",
                seccompProfile: { type: "RuntimeDefault" },
            },
            tolerations: tolerationsOf(args),
            nodeSelector: args.nodeSelector,
            priorityClassName: args.priorityClass,
            imagePullSecrets: args.imagePullSecrets?.map((name) => ({ name })),
            topologySpreadConstraints: [
                {
                    maxSkew: 1,
                    topologyKey: args.spreadOver ?? "kubernetes.io/hostname",
                    whenUnsatisfiable: args.spreadIsRequired ? "DoNotSchedule" : "ScheduleAnyway",
                    labelSelector: { matchLabels: selectorOf(app) },
                },
            ],
            ...(init.length + sidecars.length > 0 ? { initContainers: [...init, ...sidecars] } : {}),
            containers: [main(app, args)],
            volumes: podVolumes(app, args),
        },
    };
}
