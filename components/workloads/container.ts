import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { ContainerProcess, EnvSource, WorkloadPort, WorkloadProbe, WorkloadResources } from "./container-args";

type Container = input.core.v1.Container;
type Probe = input.core.v1.Probe;

/** A container, with what only its pod knows. */
export interface ContainerRequest extends ContainerProcess {
    name: string;
    image: pulumi.Input<string>;
    ports: WorkloadPort[];
    resources: WorkloadResources;
    volumeMounts: input.core.v1.VolumeMount[];
    /** Name of the Secret that holds the workload's secret files, where there are any. */
    secret: string;
    runAsUser?: number;
}

/** How the question is put. Ports are named, but for gRPC, which takes numbers only. */
function question(probe: WorkloadProbe, ports: WorkloadPort[]): Probe {
    const port = probe.port ?? 0;
    if (probe.command) {
        return { exec: { command: probe.command } };
    }
    if (probe.grpcService !== undefined) {
        const number = ports.find(({ name }) => name === probe.port)?.port ?? 0;
        return { grpc: { port: number, service: probe.grpcService } };
    }
    return probe.path === undefined
        ? { tcpSocket: { port } }
        : { httpGet: { path: probe.path, port, ...(probe.isHttps ? { scheme: "HTTPS" } : {}) } };
}

function probeOf(probe: WorkloadProbe | undefined, ports: WorkloadPort[]): Probe | undefined {
    return (
        probe && {
            ...question(probe, ports),
            ...(probe.initialDelaySeconds === undefined ? {} : { initialDelaySeconds: probe.initialDelaySeconds }),
            periodSeconds: probe.periodSeconds ?? 10,
            timeoutSeconds: probe.timeoutSeconds ?? 5,
            failureThreshold: probe.failureThreshold ?? 3,
            ...(probe.successThreshold === undefined ? {} : { successThreshold: probe.successThreshold }),
        }
    );
}

/** A variable from one key of an object made elsewhere. */
function variableOf(source: EnvSource): input.core.v1.EnvVar {
    const name = source.variable ?? "";
    const key = source.key ?? name;
    const optional = source.isOptional ? { optional: true } : {};
    return source.secret === undefined
        ? { name, valueFrom: { configMapKeyRef: { name: source.configMap ?? "", key, ...optional } } }
        : { name, valueFrom: { secretKeyRef: { name: source.secret, key, ...optional } } };
}

/** Every key of an object made elsewhere. */
function variablesOf({ secret, configMap, prefix, isOptional }: EnvSource): input.core.v1.EnvFromSource {
    const optional = isOptional ? { optional: true } : {};
    return {
        ...(prefix === undefined ? {} : { prefix }),
        ...(secret === undefined ? { configMapRef: { name: configMap ?? "", ...optional } } : { secretRef: { name: secret, ...optional } }),
    };
}

/** The container as Pod Security "restricted" lets it run. */
export function containerOf(request: ContainerRequest): Container {
    const { resources, ports, secret } = request;
    const sources = request.envFrom ?? [];
    const whole = sources.filter(({ variable }) => variable === undefined);
    return {
        name: request.name,
        image: request.image,
        // Images are named by tag or digest; a node that has one already must be able to start without its registry.
        imagePullPolicy: "IfNotPresent",
        command: request.command,
        args: request.args,
        workingDir: request.workingDirectory,
        env: [
            ...Object.entries(request.env ?? {}).map(([name, value]) => ({ name, value })),
            ...Object.entries(request.secretEnv ?? {}).map(([name, key]) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } })),
            ...sources.filter(({ variable }) => variable !== undefined).map(variableOf),
        ],
        ...(whole.length > 0 ? { envFrom: whole.map(variablesOf) } : {}),
        ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol: protocol ?? "TCP" })),
        resources: {
            requests: { cpu: resources.cpu, memory: resources.memory },
            limits: { memory: resources.memoryLimit ?? resources.memory, ...(resources.cpuLimit ? { cpu: resources.cpuLimit } : {}) },
        },
        volumeMounts: request.volumeMounts,
        startupProbe: probeOf(request.startupProbe, ports),
        readinessProbe: probeOf(request.readinessProbe, ports),
        livenessProbe: probeOf(request.livenessProbe, ports),
        securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: !request.isImageWritable,
            capabilities: { drop: ["ALL"] },
            ...(request.runAsUser === undefined ? {} : { runAsUser: request.runAsUser }),
        },
    };
}
