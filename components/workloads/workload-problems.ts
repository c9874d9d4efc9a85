import { appNameProblem, type InputProblem } from "../problems";
import { bytesOf, coresOf } from "../usecases/quantities";
import { claimProblems } from "../volumes/claim-plan";
import type { StatefulWorkloadArgs, WorkloadProbe } from "./workload-args";

function probeProblem(name: string, probe: WorkloadProbe | undefined, ports: string[]): InputProblem[] {
    if (!probe) {
        return [];
    }
    if ((probe.command === undefined) === (probe.path === undefined)) {
        return [{ path: name, reason: 'a probe is either a command or an HTTP path. Write "command" or "path", not both.' }];
    }
    return probe.path !== undefined && !ports.includes(probe.port ?? "")
        ? [{ path: `${name}.port`, reason: `"${probe.port ?? ""}" is not a port of the workload. Write ${ports.join(" or ")}.` }]
        : [];
}

function resourceProblems(args: StatefulWorkloadArgs): InputProblem[] {
    const { cpu, memory, cpuLimit, memoryLimit } = args.resources ?? { cpu: "100m", memory: "256Mi" };
    const problems: InputProblem[] = [];
    for (const [path, value] of Object.entries({ cpu, cpuLimit })) {
        if (value !== undefined && !coresOf(value)) {
            problems.push({ path: `resources.${path}`, reason: `"${value}" is not a number of cores. Write "500m" or "2".` });
        }
    }
    for (const [path, value] of Object.entries({ memory, memoryLimit })) {
        if (value !== undefined && !bytesOf(value)) {
            problems.push({ path: `resources.${path}`, reason: `"${value}" is not a size. Write a number with a unit: "512Mi" or "2Gi".` });
        }
    }
    if (memoryLimit !== undefined && (bytesOf(memoryLimit) ?? 0) < (bytesOf(memory) ?? 0)) {
        problems.push({ path: "resources.memoryLimit", reason: `${memoryLimit} is less than is requested. Write at least ${memory}.` });
    }
    return problems;
}

/** Everything wrong with a workload's arguments that a program can see. */
export function workloadProblems(app: string, args: StatefulWorkloadArgs): InputProblem[] {
    const problems = claimProblems({ ...args, app, replicas: args.replicas ?? 1 });
    const name = appNameProblem(app);
    if (name) {
        problems.unshift({ path: "app", reason: name });
    }
    if (args.runAsUser === 0) {
        problems.push({ path: "runAsUser", reason: "0 is root, which Pod Security refuses. Write the image's own user." });
    }
    if (args.ports.length === 0) {
        problems.push({ path: "ports", reason: 'a workload without a port has no clients. Write e.g. [{ name: "http", port: 8080 }].' });
    }
    if (args.volumes.length === 0) {
        problems.push({ path: "volumes", reason: "a workload without a volume keeps nothing. Write one, or use a Deployment." });
    }
    args.ports.forEach(({ name: port, port: number }, index) => {
        if (!/^(?=.{1,15}$)[a-z]([-a-z0-9]*[a-z0-9])?$/.test(port)) {
            problems.push({
                path: `ports[${index}].name`,
                reason: `"${port}" is not a name of a port: up to 15 small letters and digits.`,
            });
        }
        if (!Number.isInteger(number) || number < 1024 || number > 65535) {
            problems.push({
                path: `ports[${index}].port`,
                reason: `${number} can't be listened on without privileges. Write 1024 to 65535.`,
            });
        }
    });
    const ports = args.ports.map((port) => port.name);
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"] as const) {
        problems.push(...probeProblem(probe, args[probe], ports));
    }
    const mounts = [...args.volumes, ...(args.scratch ?? [])];
    mounts.forEach(({ mountPath }, index) => {
        if (mounts.findIndex((other) => other.mountPath === mountPath) !== index) {
            problems.push({ path: "volumes", reason: `two volumes are mounted at ${mountPath}. Give each its own path.` });
        }
    });
    return [...problems, ...resourceProblems(args)];
}
