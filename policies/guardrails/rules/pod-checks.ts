/**
 * The Pod Security Standard "restricted", check by check, as Kubernetes 1.36's admission has it (k8s.io/pod-security-admission/policy).
 *
 * A check is given the pod's spec and one securityContext-bearing part at a time, and says what is wrong with it, or that it can't be known.
 */

import { at, type Fields, isFields, isOpenList, isTrue, knownText, listAt, numberAt, unknown, written } from "../values";

/** The word for what is wrong; undefined where nothing is. */
type Verdict = string | undefined | typeof unknown;

export interface PodCheck {
    /** Its name in the setting `allowed`. */
    id: string;
    /** Judges the pod as a whole. */
    pod?(spec: Fields): Verdict;
    /** Judges each container. */
    container?(container: Fields, spec: Fields): Verdict;
    /** Does not apply to pods of Windows. */
    isForLinux?: boolean;
    /** Does not apply to pods with users of their own (`hostUsers: false`). */
    isForHostUsers?: boolean;
}

const context = (of: Fields, field: string) => at(of, `securityContext.${field}`);

/** A container's own value, or its pod's. */
function effective(container: Fields, spec: Fields, field: string): unknown {
    return context(container, field) ?? context(spec, field);
}

const mustNotBeTrue =
    (path: string): PodCheck["pod"] =>
    (of) => {
        const value = at(of, path);
        return value === unknown ? unknown : isTrue(value) ? `${path} is true` : undefined;
    };

const oneOf =
    (path: string, allowed: readonly string[]): PodCheck["pod"] =>
    (of) => {
        const value = at(of, path);
        if (value === unknown || value === undefined) return value as Verdict;
        return allowed.includes(written(value)) ? undefined : `${path} is ${written(value)}`;
    };

/** The first verdict that says something; unknown counts less. */
function worst(...verdicts: Verdict[]): Verdict {
    return verdicts.find((verdict) => typeof verdict === "string") ?? verdicts.find((verdict) => verdict === unknown);
}

const volumeSources = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

const safeSysctls = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

const selinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

function selinux(of: Fields): Verdict {
    const path = "securityContext.seLinuxOptions";
    return worst(oneOf(`${path}.type`, selinuxTypes)?.(of), oneOf(`${path}.user`, [""])?.(of), oneOf(`${path}.role`, [""])?.(of));
}

const probes = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

export const podChecks: readonly PodCheck[] = [
    { id: "hostNetwork", pod: mustNotBeTrue("hostNetwork") },
    { id: "hostPID", pod: mustNotBeTrue("hostPID") },
    { id: "hostIPC", pod: mustNotBeTrue("hostIPC") },
    {
        id: "hostProcess",
        pod: mustNotBeTrue("securityContext.windowsOptions.hostProcess"),
        container: mustNotBeTrue("securityContext.windowsOptions.hostProcess"),
    },
    { id: "privileged", container: mustNotBeTrue("securityContext.privileged") },
    {
        id: "volumes",
        pod(spec) {
            const bad = listAt(spec, "volumes")
                .filter(isFields)
                .filter((volume) => Object.keys(volume).some((key) => key !== "name" && volume[key] !== null && volume[key] !== undefined))
                .filter((volume) => !volumeSources.some((source) => at(volume, source) !== undefined))
                .map(
                    (volume) =>
                        `${knownText(volume, "name") ?? "a volume"} (${Object.keys(volume)
                            .filter((key) => key !== "name")
                            .join(", ")})`,
                );
            if (bad.length > 0) return `volumes of other kinds than ${volumeSources.join(", ")}: ${bad.join(", ")}`;
            return at(spec, "volumes") === unknown ? unknown : undefined;
        },
    },
    {
        id: "hostPorts",
        container(container) {
            const ports = listAt(container, "ports").map((port) => numberAt(port, "hostPort"));
            const bad = ports.filter((port) => typeof port === "number" && port !== 0);
            return bad.length > 0 ? `hostPort ${bad.join(", ")}` : ports.includes(unknown) ? unknown : undefined;
        },
    },
    {
        id: "hostProbes",
        container: (container) =>
            worst(...probes.flatMap((probe) => ["httpGet", "tcpSocket"].map((kind) => oneOf(`${probe}.${kind}.host`, [""])?.(container)))),
    },
    {
        id: "appArmor",
        pod: oneOf("securityContext.appArmorProfile.type", ["RuntimeDefault", "Localhost"]),
        container: oneOf("securityContext.appArmorProfile.type", ["RuntimeDefault", "Localhost"]),
    },
    { id: "selinux", pod: selinux, container: selinux },
    { id: "procMount", container: oneOf("securityContext.procMount", ["Default"]) },
    {
        id: "sysctls",
        pod(spec) {
            const bad = listAt(spec, "securityContext.sysctls")
                .map((sysctl) => knownText(sysctl, "name"))
                .filter((name) => name !== undefined && !safeSysctls.includes(name));
            return bad.length > 0 ? `sysctls ${bad.join(", ")}` : undefined;
        },
    },
    {
        id: "privilegeEscalation",
        isForLinux: true,
        container(container) {
            const value = context(container, "allowPrivilegeEscalation");
            return value === unknown ? unknown : value === false || value === "false" ? undefined : "allowPrivilegeEscalation isn't false";
        },
    },
    {
        id: "capabilities",
        isForLinux: true,
        container(container) {
            const [drop, add] = ["securityContext.capabilities.drop", "securityContext.capabilities.add"];
            const added = listAt(container, add).filter((name) => name !== "NET_BIND_SERVICE");
            if (added.length > 0) return `capabilities.add has ${added.map(String).join(", ")}`;
            if (!listAt(container, drop).includes("ALL")) return isOpenList(container, drop) ? unknown : 'capabilities.drop isn\'t ["ALL"]';
            return isOpenList(container, add) ? unknown : undefined;
        },
    },
    {
        id: "seccomp",
        isForLinux: true,
        pod: oneOf("securityContext.seccompProfile.type", ["RuntimeDefault", "Localhost"]),
        container(container, spec) {
            const value = effective(container, spec, "seccompProfile.type");
            if (value === unknown) return unknown;
            return value === "RuntimeDefault" || value === "Localhost"
                ? undefined
                : "seccompProfile.type isn't RuntimeDefault or Localhost";
        },
    },
    {
        id: "runAsNonRoot",
        isForHostUsers: true,
        pod: (spec) => (context(spec, "runAsNonRoot") === false ? "runAsNonRoot is false" : undefined),
        container(container, spec) {
            const value = effective(container, spec, "runAsNonRoot");
            return value === unknown ? unknown : isTrue(value) ? undefined : "runAsNonRoot isn't true";
        },
    },
    {
        id: "runAsUser",
        isForHostUsers: true,
        pod: (spec) => (numberAt(spec, "securityContext.runAsUser") === 0 ? "runAsUser is 0" : undefined),
        container: (container) => (numberAt(container, "securityContext.runAsUser") === 0 ? "runAsUser is 0" : undefined),
    },
];

/** What is wrong with a pod: check by check, with the containers that are meant. `undefined` for what can't be known. */
export function podProblems(spec: Fields, allowed: readonly string[]): { says: string[]; isOpen: boolean } {
    const isWindows = at(spec, "os.name") === "windows";
    const hasOwnUsers = at(spec, "hostUsers") === false;
    const says: string[] = [];
    let isOpen = false;
    const lists = ["initContainers", "containers", "ephemeralContainers"];
    if (lists.some((list) => at(spec, list) === unknown)) isOpen = true;
    const containers = lists.flatMap((list) => listAt(spec, list)).filter(isFields);
    for (const check of podChecks) {
        if (allowed.includes(check.id) || (check.isForLinux && isWindows) || (check.isForHostUsers && hasOwnUsers)) continue;
        const ofPod = check.pod?.(spec);
        if (ofPod === unknown) isOpen = true;
        else if (ofPod !== undefined) says.push(`${ofPod} [${check.id}]`);
        const bad = new Map<string, string[]>();
        for (const container of containers) {
            const verdict = check.container?.(container, spec);
            if (verdict === unknown) isOpen = true;
            else if (verdict !== undefined) bad.set(verdict, [...(bad.get(verdict) ?? []), knownText(container, "name") ?? "a container"]);
        }
        for (const [verdict, names] of bad) if (verdict !== ofPod) says.push(`${verdict} in ${names.join(", ")} [${check.id}]`);
    }
    return { says, isOpen };
}
