import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf, selectorOf } from "./labels";
import type { StatefulWorkloadArgs, WorkloadProbe } from "./workload-args";

type PodTemplate = input.core.v1.PodTemplateSpec;
type Container = input.core.v1.Container;
type Probe = input.core.v1.Probe;

/** Names of objects that hold what the pod mounts. They change with their content, so that a change rolls the pods. */
export interface MountedObjects {
    configMap?: pulumi.Input<string>;
    secret?: pulumi.Input<string>;
}

/** Name of the main container, which never changes: `kubectl logs -c`, metrics and quiesce hooks know it. */
export const mainContainer = "main";

function probe(args: WorkloadProbe | undefined): Probe | undefined {
    return (
        args && {
            ...(args.command ? { exec: { command: args.command } } : { httpGet: { path: args.path, port: args.port ?? 0 } }),
            periodSeconds: args.periodSeconds ?? 10,
            timeoutSeconds: args.timeoutSeconds ?? 5,
            failureThreshold: args.failureThreshold ?? 3,
        }
    );
}

/** Scratch space, with the `/tmp` that nearly every program expects. */
function scratchOf(args: StatefulWorkloadArgs) {
    const scratch = args.scratch ?? [];
    return scratch.some((volume) => volume.mountPath === "/tmp") ? scratch : [...scratch, { name: "tmp", mountPath: "/tmp" }];
}

/** Every volume of the pod but the claims', beside its mount. */
function mountsOf(args: StatefulWorkloadArgs, objects: MountedObjects) {
    // Readable by the group alone: the volumes' group is the container's.
    const files = 0o440;
    return [
        ...scratchOf(args).map(({ name, mountPath, isInMemory, sizeLimit }) => ({
            mount: { name, mountPath },
            volume: { name, emptyDir: { ...(isInMemory ? { medium: "Memory" } : {}), ...(sizeLimit ? { sizeLimit } : {}) } },
        })),
        ...(objects.configMap
            ? [
                  {
                      mount: { name: "holdfast-config", mountPath: args.configPath ?? "/etc/holdfast/config", readOnly: true },
                      volume: { name: "holdfast-config", configMap: { name: objects.configMap } },
                  },
              ]
            : []),
        ...(objects.secret
            ? [
                  {
                      mount: { name: "holdfast-secrets", mountPath: args.secretsPath ?? "/etc/holdfast/secrets", readOnly: true },
                      volume: { name: "holdfast-secrets", secret: { secretName: objects.secret, defaultMode: files } },
                  },
              ]
            : []),
        ...(args.secretFiles ?? []).map(({ secret, mountPath }, index) => ({
            mount: { name: `secret-files-${index}`, mountPath, readOnly: true },
            volume: { name: `secret-files-${index}`, secret: { secretName: secret, defaultMode: files } },
        })),
    ];
}

function container(args: StatefulWorkloadArgs, mounts: ReturnType<typeof mountsOf>): Container {
    const resources = args.resources ?? { cpu: "100m", memory: "256Mi" };
    return {
        name: mainContainer,
        image: args.image,
        // Images are named by tag or digest; a node that has one already must be able to start without its registry.
        imagePullPolicy: "IfNotPresent",
        command: args.command,
        args: args.args,
        env: Object.entries(args.env ?? {}).map(([name, value]) => ({ name, value })),
        ports: args.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: "TCP" })),
        resources: {
            requests: { cpu: resources.cpu, memory: resources.memory },
            limits: { memory: resources.memoryLimit ?? resources.memory, ...(resources.cpuLimit ? { cpu: resources.cpuLimit } : {}) },
        },
        volumeMounts: [...args.volumes.map(({ name, mountPath }) => ({ name, mountPath })), ...mounts.map(({ mount }) => mount)],
        startupProbe: probe(args.startupProbe),
        readinessProbe: probe(args.readinessProbe),
        livenessProbe: probe(args.livenessProbe),
        lifecycle: args.stopCommand ? { preStop: { exec: { command: args.stopCommand } } } : undefined,
        securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
    };
}

/** The pod of every member: Pod Security "restricted", no API credentials, given up with a lost node, spread as asked. */
export function podTemplate(app: string, args: StatefulWorkloadArgs, objects: MountedObjects): PodTemplate {
    const user = args.runAsUser ?? 65532;
    const group = args.runAsGroup ?? user;
    const mounts = mountsOf(args, objects);
    return {
        metadata: { labels: labelsOf(app) },
        spec: {
            serviceAccountName: app,
            automountServiceAccountToken: false,
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
            // Without these Kubernetes waits 300 s. The replacement still needs the old pod's node to be declared out of service.
            tolerations: ["not-ready", "unreachable"].map((condition) => ({
                key: `node.kubernetes.io/${condition}`,
                operator: "Exists",
                effect: "NoExecute",
                tolerationSeconds: args.lostNodeSeconds ?? 30,
            })),
            topologySpreadConstraints: [
                {
                    maxSkew: 1,
                    topologyKey: args.spreadOver ?? "kubernetes.io/hostname",
                    whenUnsatisfiable: args.spreadIsRequired ? "DoNotSchedule" : "ScheduleAnyway",
                    labelSelector: { matchLabels: selectorOf(app) },
                },
            ],
            containers: [container(args, mounts)],
            volumes: mounts.map(({ volume }) => volume),
        },
    };
}
