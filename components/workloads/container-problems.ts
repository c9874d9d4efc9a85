/** What is wrong with one container's own fields: its ports, probes, environment and resources. */

import type { InputProblem } from "../problems";
import { bytesOf, coresOf } from "../usecases/quantities";
import { closest } from "../usecases/suggest";
import type { ContainerProcess, EnvSource, WorkloadPort, WorkloadProbe, WorkloadResources } from "./container-args";

const protocols = ["TCP", "UDP", "SCTP"];
const variable = /^[A-Za-z_.-][\w.-]*$/;

/** Names to choose from, with the one that was probably meant in front. */
export function choose(given: string, legal: readonly string[], none: string): string {
    const near = closest(given, legal);
    return legal.length === 0 ? none : near ? `Did you mean "${near}"?` : `Write ${legal.join(" or ")}.`;
}

/** A whole number within bounds, or what is wrong with it. */
export function countProblem(path: string, value: number | undefined, low: number, high = 2_147_483_647): InputProblem[] {
    return value === undefined || (Number.isInteger(value) && value >= low && value <= high)
        ? []
        : [
              {
                  path,
                  reason: `${value} is not allowed. Write a whole number${high < 2_147_483_647 ? ` from ${low} to ${high}` : `, ${low} or more`}.`,
              },
          ];
}

export function commandProblem(path: string, command: string[] | undefined): InputProblem[] {
    return command === undefined || command[0]
        ? []
        : [{ path, reason: 'names no program. Write the program and its arguments: ["/bin/sh", "-c", "…"].' }];
}

export function portProblems(path: string, ports: WorkloadPort[]): InputProblem[] {
    const problems: InputProblem[] = [];
    ports.forEach(({ name, port, protocol, servicePort }, index) => {
        const at = `${path}[${index}]`;
        if (!/^(?=.{1,15}$)[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
            problems.push({ path: `${at}.name`, reason: `"${name}" is not a name of a port: up to 15 small letters and digits.` });
        }
        if (!Number.isInteger(port) || port < 1024 || port > 65535) {
            problems.push({
                path: `${at}.port`,
                reason: `${port} can't be listened on without privileges. Write 1024 to 65535${
                    port > 0 && port < 1024 ? `, and servicePort: ${port} for the one clients use` : ""
                }.`,
            });
        }
        if (protocol !== undefined && !protocols.includes(protocol)) {
            problems.push({ path: `${at}.protocol`, reason: `"${protocol}" is not a protocol. ${choose(protocol, protocols, "")}` });
        }
        problems.push(...countProblem(`${at}.servicePort`, servicePort, 1, 65535));
    });
    return problems;
}

function questionProblems(path: string, probe: WorkloadProbe, ports: WorkloadPort[]): InputProblem[] {
    const { command, path: url, grpcService, port } = probe;
    const problems: InputProblem[] = [];
    const ways = [command, url, grpcService].filter((way) => way !== undefined).length;
    if (ways > 1 || (ways === 0 && port === undefined) || (command !== undefined && port !== undefined)) {
        return [
            {
                path,
                reason: 'a probe asks in exactly one way. Write "command", or "port" alone (TCP), or "port" with "path" (HTTP) or "grpcService" (gRPC).',
            },
        ];
    }
    problems.push(...commandProblem(`${path}.command`, command));
    if (url !== undefined && !url.startsWith("/")) {
        problems.push({ path: `${path}.path`, reason: `"${url}" is not a path on a server. Write "/${url}".` });
    }
    const asked = ports.find(({ name }) => name === port);
    if (command === undefined && !asked) {
        const names = ports.map(({ name }) => name);
        const reason = port === undefined ? "is missing." : `"${port}" is not a port of this container.`;
        problems.push({ path: `${path}.port`, reason: `${reason} ${choose(port ?? "", names, "It has none.")}` });
    } else if (asked && (asked.protocol ?? "TCP") !== "TCP") {
        problems.push({ path: `${path}.port`, reason: `"${port}" is ${asked.protocol}, and only TCP can be asked. Write another port.` });
    }
    return problems;
}

function probeProblems(path: string, probe: WorkloadProbe, ports: WorkloadPort[], isReadiness: boolean): InputProblem[] {
    return [
        ...questionProblems(path, probe, ports),
        ...countProblem(`${path}.initialDelaySeconds`, probe.initialDelaySeconds, 0),
        ...(["periodSeconds", "timeoutSeconds", "failureThreshold"] as const).flatMap((key) =>
            countProblem(`${path}.${key}`, probe[key], 1),
        ),
        ...(isReadiness
            ? countProblem(`${path}.successThreshold`, probe.successThreshold, 1)
            : countProblem(`${path}.successThreshold`, probe.successThreshold, 1, 1)),
    ];
}

export function resourceProblems(path: string, resources: WorkloadResources | undefined): InputProblem[] {
    if (!resources) {
        return [];
    }
    const { cpu, memory, cpuLimit, memoryLimit } = resources;
    const problems: InputProblem[] = [];
    for (const [key, value] of Object.entries({ cpu, cpuLimit })) {
        if (value !== undefined && !coresOf(value)) {
            problems.push({ path: `${path}.${key}`, reason: `"${value}" is not a number of cores. Write "500m" or "2".` });
        }
    }
    for (const [key, value] of Object.entries({ memory, memoryLimit })) {
        if (value !== undefined && !bytesOf(value)) {
            problems.push({ path: `${path}.${key}`, reason: `"${value}" is not a size. Write a number with a unit: "512Mi" or "2Gi".` });
        }
    }
    if (cpuLimit !== undefined && (coresOf(cpuLimit) ?? Number.POSITIVE_INFINITY) < (coresOf(cpu) ?? 0)) {
        problems.push({ path: `${path}.cpuLimit`, reason: `${cpuLimit} is less than is requested. Write at least ${cpu}.` });
    }
    if (memoryLimit !== undefined && (bytesOf(memoryLimit) ?? Number.POSITIVE_INFINITY) < (bytesOf(memory) ?? 0)) {
        problems.push({ path: `${path}.memoryLimit`, reason: `${memoryLimit} is less than is requested. Write at least ${memory}.` });
    }
    return problems;
}

function sourceProblems(path: string, source: EnvSource): InputProblem[] {
    const problems: InputProblem[] = [];
    if ((source.secret === undefined) === (source.configMap === undefined)) {
        problems.push({ path, reason: 'comes from one object. Write "secret" or "configMap".' });
    }
    if (source.variable === undefined && source.key !== undefined) {
        problems.push({ path: `${path}.variable`, reason: `is missing: the name that "${source.key}" is to have.` });
    }
    if (source.variable !== undefined && source.prefix !== undefined) {
        problems.push({ path: `${path}.prefix`, reason: 'goes in front of every key, and "variable" takes one. Write either.' });
    }
    return problems;
}

function environmentProblems(prefix: string, container: ContainerProcess, secrets: readonly string[]): InputProblem[] {
    const problems: InputProblem[] = [];
    const sources = container.envFrom ?? [];
    const names = [
        ...Object.keys(container.env ?? {}).map((name) => [name, `${prefix}env.${name}`]),
        ...Object.keys(container.secretEnv ?? {}).map((name) => [name, `${prefix}secretEnv.${name}`]),
        ...sources.flatMap(({ variable: name }, index) => (name === undefined ? [] : [[name, `${prefix}envFrom[${index}].variable`]])),
    ];
    names.forEach(([name, path], index) => {
        if (!variable.test(name)) {
            problems.push({ path, reason: `"${name}" is not a name of a variable: letters, digits, "_", "-" and ".".` });
        } else if (names.findIndex(([other]) => other === name) !== index) {
            problems.push({ path, reason: `"${name}" is set twice. Leave one out.` });
        }
    });
    for (const [name, file] of Object.entries(container.secretEnv ?? {})) {
        if (!secrets.includes(file)) {
            problems.push({
                path: `${prefix}secretEnv.${name}`,
                reason: `"${file}" is not a file of secrets. ${choose(file, secrets, "There are none: write secrets, with that name.")}`,
            });
        }
    }
    return [...problems, ...sources.flatMap((source, index) => sourceProblems(`${prefix}envFrom[${index}]`, source))];
}

/** Everything wrong with one container; `prefix` is where it stands in the arguments: "" or `sidecars[0].`. */
export function containerProblems(
    prefix: string,
    container: ContainerProcess & { ports?: WorkloadPort[]; resources?: WorkloadResources },
    secrets: readonly string[],
): InputProblem[] {
    const ports = container.ports ?? [];
    return [
        ...portProblems(`${prefix}ports`, ports),
        ...(["startupProbe", "readinessProbe", "livenessProbe"] as const).flatMap((name) => {
            const probe = container[name];
            return probe ? probeProblems(`${prefix}${name}`, probe, ports, name === "readinessProbe") : [];
        }),
        ...commandProblem(`${prefix}command`, container.command),
        ...environmentProblems(prefix, container, secrets),
        ...resourceProblems(`${prefix}resources`, container.resources),
    ];
}
