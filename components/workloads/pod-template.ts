import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { containerOf } from "./container";
import type { WorkloadContainer } from "./container-args";
import { labelsOf, mainContainer, selectorOf } from "./labels";
import { besideMounts, type MountedObjects, mainMounts, podVolumes } from "./mounts";
import { quiesceAnnotations } from "./quiesce";
import type { StatefulWorkloadArgs } from "./workload-args";

type PodTemplate = input.core.v1.PodTemplateSpec;
type Container = input.core.v1.Container;

/** What the template holds by name or by hash, because its content is elsewhere. */
export interface TemplateObjects extends MountedObjects {
    /** Hash of what `rollOn` names. */
    rollOn?: pulumi.Input<string>;
}

function main(args: StatefulWorkloadArgs, objects: MountedObjects): Container {
    return {
        ...containerOf({
            ...args,
            name: mainContainer,
            resources: args.resources ?? { cpu: "100m", memory: "256Mi" },
            volumeMounts: mainMounts(args, objects),
            secret: objects.secret,
            // The pod's own user, which stands in the pod.
            runAsUser: undefined,
        }),
        lifecycle: args.stopCommand ? { preStop: { exec: { command: args.stopCommand } } } : undefined,
    };
}

function beside(container: WorkloadContainer, objects: MountedObjects): Container {
    return containerOf({
        ...container,
        ports: container.ports ?? [],
        resources: container.resources ?? { cpu: "10m", memory: "64Mi" },
        volumeMounts: besideMounts(container),
        secret: objects.secret,
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
export function podTemplate(app: string, args: StatefulWorkloadArgs, objects: TemplateObjects): PodTemplate {
    const user = args.runAsUser ?? 65532;
    const group = args.runAsGroup ?? user;
    const annotations = {
        ...quiesceAnnotations(args),
        ...(objects.rollOn === undefined ? {} : { "holdfast.dev/roll-on": objects.rollOn }),
        ...args.annotations,
    };
    const init = (args.initContainers ?? []).map((container) => beside(container, objects));
    // A restarting init container is a sidecar: up before the main one starts, told to stop after it has ended.
    const sidecars = (args.sidecars ?? []).map((container) => ({ ...beside(container, objects), restartPolicy: "Always" }));
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
            containers: [main(args, objects)],
            volumes: podVolumes(args, objects),
        },
    };
}
