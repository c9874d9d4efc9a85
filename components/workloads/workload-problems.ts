import { appNameProblem, type InputProblem } from "../problems";
import { claimProblems } from "../volumes/claim-plan";
import type { WorkloadContainer } from "./container-args";
import { choose, commandProblem, containerProblems, countProblem } from "./container-problems";
import { labelsOf, mainContainer } from "./labels";
import { mountProblems } from "./mount-problems";
import { clientPortsOf, portsOf } from "./network";
import type { WorkloadToleration } from "./pod-args";
import type { StatefulWorkloadArgs } from "./workload-args";

const strategies = ["RollingUpdate", "OnDelete"];
const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const fileName = /^(?!\.\.)[-.\w]{1,253}$/;
const lostNode = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** Ports whose names or numbers two of them claim, among all containers of the pod: they share one address. */
function duplicatePorts(args: StatefulWorkloadArgs): InputProblem[] {
    const places = [
        ...args.ports.map((_, index) => `ports[${index}]`),
        ...(args.sidecars ?? []).flatMap(({ ports }, sidecar) => (ports ?? []).map((_, index) => `sidecars[${sidecar}].ports[${index}]`)),
    ];
    const problems: InputProblem[] = [];
    const seen = new Map<string, string>();
    const once = (key: string, path: string, what: string) => {
        const before = seen.get(key);
        if (before !== undefined) {
            problems.push({ path, reason: `${what} is ${before} already. Give each its own.` });
        } else {
            seen.set(key, path);
        }
    };
    portsOf(args).forEach(({ name, port, protocol = "TCP", servicePort, isInternal }, index) => {
        once(`name ${name}`, `${places[index]}.name`, `"${name}"`);
        once(`port ${protocol} ${port}`, `${places[index]}.port`, `${protocol} ${port}`);
        if (!isInternal) {
            const path = `${places[index]}.${servicePort === undefined ? "port" : "servicePort"}`;
            // A duplicate of the container's port is told once.
            if (servicePort !== undefined || !problems.some((problem) => problem.path === path)) {
                once(`service ${protocol} ${servicePort ?? port}`, path, `${protocol} ${servicePort ?? port} of the Service`);
            }
        }
    });
    return problems;
}

/** Containers beside the main one: their names, and what only one that keeps running can have. */
function besideProblems(args: StatefulWorkloadArgs): InputProblem[] {
    const names = new Set([mainContainer]);
    const secrets = Object.keys(args.secrets ?? {});
    const problems: InputProblem[] = [];
    const check = (path: string, container: WorkloadContainer, isSidecar: boolean) => {
        if (!/^[a-z0-9]([-a-z0-9]{0,57}[a-z0-9])?$/.test(container.name)) {
            problems.push({ path: `${path}.name`, reason: `"${container.name}" is not a name: up to 59 small letters, digits and "-".` });
        } else if (names.has(container.name)) {
            problems.push({ path: `${path}.name`, reason: `there is another container "${container.name}". Give each its own name.` });
        }
        names.add(container.name);
        if (container.runAsUser === 0) {
            problems.push({ path: `${path}.runAsUser`, reason: "0 is root, which Pod Security refuses. Write the image's own user." });
        }
        const running = (["ports", "startupProbe", "readinessProbe", "livenessProbe"] as const).filter((key) => container[key]);
        problems.push(
            ...(isSidecar ? [] : running).map((key) => ({
                path: `${path}.${key}`,
                reason: "a container that ends before the main one starts has none. Leave it out, or write the container under sidecars.",
            })),
            ...containerProblems(`${path}.`, isSidecar ? container : without(container, running), secrets),
        );
    };
    (args.initContainers ?? []).forEach((container, index) => {
        check(`initContainers[${index}]`, container, false);
    });
    (args.sidecars ?? []).forEach((container, index) => {
        check(`sidecars[${index}]`, container, true);
    });
    return problems;
}

const without = (container: WorkloadContainer, keys: (keyof WorkloadContainer)[]): WorkloadContainer => ({
    ...container,
    ...Object.fromEntries(keys.map((key) => [key, undefined])),
});

/** How members are updated, stopped and made quiet. */
function rolloutProblems(args: StatefulWorkloadArgs, replicas: number): InputProblem[] {
    const { updateStrategy, partition, maxUnavailable, quiesceCommand, unquiesceCommand, quiesceTimeoutSeconds } = args;
    const problems: InputProblem[] = [];
    if (updateStrategy !== undefined && !strategies.includes(updateStrategy)) {
        const reason = `"${updateStrategy}" is not an update strategy. ${choose(updateStrategy, strategies, "")}`;
        problems.push({ path: "updateStrategy", reason });
    }
    for (const [path, value] of Object.entries({ partition, maxUnavailable })) {
        if (value !== undefined && updateStrategy === "OnDelete") {
            problems.push({ path, reason: "means nothing to OnDelete, which updates nobody by itself. Leave one of them out." });
        }
    }
    if (partition !== undefined && Number.isInteger(partition) && partition > replicas) {
        problems.push({
            path: "partition",
            reason: `${partition} is above the number of members. Write 0 to ${replicas}; at ${replicas} none is updated.`,
        });
    }
    if (unquiesceCommand && !quiesceCommand) {
        problems.push({ path: "quiesceCommand", reason: "is missing: unquiesceCommand takes back what it does." });
    }
    if (quiesceTimeoutSeconds !== undefined && !quiesceCommand) {
        problems.push({ path: "quiesceTimeoutSeconds", reason: "there is no quiesceCommand that it limits. Leave it out." });
    }
    return [
        ...problems,
        ...countProblem("partition", partition, 0),
        ...countProblem("maxUnavailable", maxUnavailable, 1),
        ...countProblem("minReadySeconds", args.minReadySeconds, 0),
        ...countProblem("quiesceTimeoutSeconds", quiesceTimeoutSeconds, 1),
        ...countProblem("terminationGracePeriodSeconds", args.terminationGracePeriodSeconds, 0),
        ...countProblem("lostNodeSeconds", args.lostNodeSeconds, 0),
        ...(["stopCommand", "quiesceCommand", "unquiesceCommand"] as const).flatMap((key) => commandProblem(key, args[key])),
    ];
}

function tolerationProblems({ key, effect }: WorkloadToleration, path: string): InputProblem[] {
    if (effect !== undefined && !effects.includes(effect)) {
        return [{ path: `${path}.effect`, reason: `"${effect}" is not an effect of a taint. ${choose(effect, effects, "")}` }];
    }
    const isForLostNodes = key === undefined ? effect === undefined || effect === "NoExecute" : lostNode.includes(key);
    return isForLostNodes
        ? [
              {
                  path,
                  reason: "would keep a member on a node that is lost for ever, too. Name another key, or an effect other than NoExecute; lostNodeSeconds says how long a lost node is waited for.",
              },
          ]
        : [];
}

/** Names that Kubernetes would refuse, or that would break what selects the pods. */
function namingProblems(app: string, args: StatefulWorkloadArgs): InputProblem[] {
    const files = (["config", "secrets"] as const).flatMap((key) =>
        Object.keys(args[key] ?? {})
            .filter((file) => !fileName.test(file))
            .map((file) => ({ path: `${key}.${file}`, reason: `"${file}" is not a file's name: letters, digits, "-", "_" and ".".` })),
    );
    const labels = Object.keys(labelsOf(app))
        .filter((label) => args.labels?.[label] !== undefined)
        .map((label) => ({ path: `labels.${label}`, reason: "is how the workload finds its pods. Leave it out." }));
    const cidrs = (args.egressCidrs ?? []).flatMap((cidr, index) =>
        /^[\da-f:.]+\/\d{1,3}$/i.test(cidr)
            ? []
            : [{ path: `egressCidrs[${index}]`, reason: `"${cidr}" is not a range of addresses. Write e.g. "10.0.0.0/8" or "0.0.0.0/0".` }],
    );
    const account =
        args.serviceAccount !== undefined && args.accountAnnotations
            ? [{ path: "accountAnnotations", reason: "are for the account that is made, and serviceAccount names another. Leave one out." }]
            : [];
    return [...files, ...labels, ...cidrs, ...account];
}

/** Everything wrong with a workload's arguments that a program can see. */
export function workloadProblems(app: string, args: StatefulWorkloadArgs): InputProblem[] {
    const replicas = args.replicas ?? 1;
    const problems = claimProblems({ ...args, app, replicas });
    const name = appNameProblem(app);
    if (name) {
        problems.unshift({ path: "app", reason: name });
    }
    if (args.runAsUser === 0) {
        problems.push({ path: "runAsUser", reason: "0 is root, which Pod Security refuses. Write the image's own user." });
    }
    if (args.ports.length === 0) {
        problems.push({ path: "ports", reason: 'a workload without a port has no clients. Write e.g. [{ name: "http", port: 8080 }].' });
    } else if (clientPortsOf(args).length === 0) {
        problems.push({ path: "ports", reason: "all are internal, and clients have none. Leave isInternal out of one." });
    }
    if (args.volumes.length === 0) {
        problems.push({ path: "volumes", reason: "a workload without a volume keeps nothing. Write one, or use a Deployment." });
    }
    return [
        ...problems,
        ...duplicatePorts(args),
        ...containerProblems("", args, Object.keys(args.secrets ?? {})),
        ...besideProblems(args),
        ...mountProblems(args),
        ...rolloutProblems(args, replicas),
        ...(args.tolerations ?? []).flatMap((toleration, index) => tolerationProblems(toleration, `tolerations[${index}]`)),
        ...namingProblems(app, args),
    ];
}
