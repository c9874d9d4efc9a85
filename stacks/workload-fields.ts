/** The fields of `holdfast:workload`, as the library's types say them: a field that one has and the other hasn't doesn't compile. */

import type { AppVolume, AppWorkload } from "../components/workloads/app-workload";
import type {
    EnvSource,
    WorkloadContainer,
    WorkloadMount,
    WorkloadPort,
    WorkloadProbe,
    WorkloadResources,
} from "../components/workloads/container-args";
import type { ConfigFiles, ScratchVolume, SecretFiles, WorkloadToleration } from "../components/workloads/pod-args";

/** One value, a list of texts, texts by name, fields, or a list of fields. `!` says that it must be there. */
export type Field = Word | `${Word}!` | Fields | FieldList;
type Word = "text" | "number" | "boolean" | "texts" | "map";
export interface Fields {
    [name: string]: Field;
}
/** Fields of every entry; `isNeeded` where there must be a list. */
export interface FieldList {
    each: Fields;
    isNeeded: boolean;
}

export const isList = (field: Field): field is FieldList => typeof field === "object" && "each" in field && "isNeeded" in field;

/** The word for a value's type. An Input<string> is a text here. */
type WordFor<T> = [T] extends [boolean]
    ? "boolean"
    : [T] extends [number]
      ? "number"
      : [string] extends [T]
        ? "text"
        : [T] extends [string[]]
          ? "texts"
          : string extends keyof T
            ? "map"
            : never;

type IsOptional<T, K extends keyof T> = undefined extends T[K] ? true : false;

type FieldFor<T, IsOpen extends boolean> = [WordFor<T>] extends [never]
    ? T extends (infer Item)[]
        ? { each: FieldsOf<Item>; isNeeded: IsOpen extends true ? false : true }
        : FieldsOf<T>
    : IsOpen extends true
      ? WordFor<T>
      : `${WordFor<T>}!`;

type FieldsOf<T> = { [K in keyof Required<T>]: FieldFor<NonNullable<T[K]>, IsOptional<T, K>> };

const port: FieldsOf<WorkloadPort> = {
    name: "text!",
    port: "number!",
    protocol: "text",
    servicePort: "number",
    isInternal: "boolean",
};

const probe: FieldsOf<WorkloadProbe> = {
    command: "texts",
    path: "text",
    isHttps: "boolean",
    grpcService: "text",
    port: "text",
    initialDelaySeconds: "number",
    periodSeconds: "number",
    timeoutSeconds: "number",
    failureThreshold: "number",
    successThreshold: "number",
};

const mount: FieldsOf<WorkloadMount> = { volume: "text!", mountPath: "text!", subPath: "text", isReadOnly: "boolean" };

const envSource: FieldsOf<EnvSource> = {
    secret: "text",
    configMap: "text",
    variable: "text",
    key: "text",
    prefix: "text",
    isOptional: "boolean",
};

const resources: FieldsOf<WorkloadResources> = { cpu: "text!", memory: "text!", cpuLimit: "text", memoryLimit: "text" };

const process = {
    command: "texts",
    args: "texts",
    workingDirectory: "text",
    env: "map",
    secretEnv: "map",
    envFrom: { each: envSource, isNeeded: false },
    mounts: { each: mount, isNeeded: false },
    isImageWritable: "boolean",
    startupProbe: probe,
    readinessProbe: probe,
    livenessProbe: probe,
} as const;

const container: FieldsOf<WorkloadContainer> = {
    ...process,
    name: "text!",
    image: "text!",
    ports: { each: port, isNeeded: false },
    resources,
    runAsUser: "number",
};

const volume: FieldsOf<AppVolume> = {
    name: "text!",
    mountPath: "text!",
    size: "text",
    accessMode: "text",
    subPath: "text",
    storageClass: "text",
    attributesClass: "text",
};
const scratch: FieldsOf<ScratchVolume> = { name: "text!", mountPath: "text!", isInMemory: "boolean", sizeLimit: "text" };
const secretFiles: FieldsOf<SecretFiles> = { secret: "text!", mountPath: "text!" };
const configFiles: FieldsOf<ConfigFiles> = { configMap: "text!", mountPath: "text!" };
const toleration: FieldsOf<WorkloadToleration> = { key: "text", value: "text", effect: "text" };

export const workloadFields: FieldsOf<AppWorkload> = {
    ...process,
    ports: { each: port, isNeeded: true },
    volumes: { each: volume, isNeeded: true },
    config: "map",
    configPath: "text",
    isConfigExecutable: "boolean",
    secrets: "map",
    secretsPath: "text",
    secretFiles: { each: secretFiles, isNeeded: false },
    configFiles: { each: configFiles, isNeeded: false },
    rollOn: "map",
    scratch: { each: scratch, isNeeded: false },
    sidecars: { each: container, isNeeded: false },
    initContainers: { each: container, isNeeded: false },
    quiesceCommand: "texts",
    unquiesceCommand: "texts",
    quiesceTimeoutSeconds: "number",
    stopCommand: "texts",
    terminationGracePeriodSeconds: "number",
    startsInParallel: "boolean",
    minReadySeconds: "number",
    updateStrategy: "text",
    partition: "number",
    maxUnavailable: "number",
    nodeSelector: "map",
    tolerations: { each: toleration, isNeeded: false },
    priorityClass: "text",
    imagePullSecrets: "texts",
    labels: "map",
    annotations: "map",
    serviceAnnotations: "map",
    serviceAccount: "text",
    accountAnnotations: "map",
    mountsAccountToken: "boolean",
    clientLabels: "map",
    egressCidrs: "texts",
    egressNamespaces: "texts",
};
