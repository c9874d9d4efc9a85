/** What a workload refuses: each rule with an input on both of its sides, and every problem at once. */

import type { StatefulWorkloadArgs } from "../../../components";
import { workloadProblems } from "../../../components/workloads/workload-problems";

const base: StatefulWorkloadArgs = {
    namespace: "docs",
    image: "registry.example.org/wiki:4.2",
    ports: [{ name: "http", port: 8080 }],
    volumes: [{ name: "data", mountPath: "/var/lib/wiki", size: "10Gi" }],
    storageClass: "shared-123456",
};
type Args = Partial<StatefulWorkloadArgs>;

const problemsOf = (args: Args) => workloadProblems("wiki", { ...base, ...args });
const [port] = base.ports;
const [data] = base.volumes;
const sidecar = { name: "exporter", image: "x/exporter:1" };

/** What is refused, at which path, with which words; and the nearest that isn't. */
const rules: [rule: string, refused: Args, path: string, words: RegExp, allowed: Args][] = [
    ["a workload has a port", { ports: [] }, "ports", /no clients/, {}],
    [
        "one port at least is for clients",
        { ports: [{ ...port, isInternal: true }] },
        "ports",
        /all are internal/,
        { ports: [port, { name: "raft", port: 7000, isInternal: true }] },
    ],
    [
        "ports below 1024 need privileges",
        { ports: [{ name: "http", port: 80 }] },
        "ports[0].port",
        /1024 to 65535, and servicePort: 80/,
        { ports: [{ name: "http", port: 8080, servicePort: 80 }] },
    ],
    [
        "a protocol is one of three",
        { ports: [{ ...port, protocol: "udp" }] },
        "ports[0].protocol",
        /Did you mean "UDP"/,
        { ports: [{ ...port, protocol: "UDP" }] },
    ],
    [
        "names of ports are the workload's",
        { sidecars: [{ ...sidecar, ports: [{ name: "http", port: 9100 }] }] },
        "sidecars[0].ports[0].name",
        /"http" is ports\[0\]\.name already/,
        { sidecars: [{ ...sidecar, ports: [{ name: "metrics", port: 9100 }] }] },
    ],
    [
        "numbers of ports are the pod's",
        { ports: [port, { name: "other", port: 8080 }] },
        "ports[1].port",
        /TCP 8080 is ports\[0\]\.port already/,
        { ports: [port, { name: "other", port: 8080, protocol: "UDP" }] },
    ],
    [
        "the Service has a port once",
        {
            ports: [
                { ...port, servicePort: 80 },
                { name: "other", port: 8081, servicePort: 80 },
            ],
        },
        "ports[1].servicePort",
        /of the Service/,
        {
            ports: [
                { ...port, servicePort: 80 },
                { name: "other", port: 8081, servicePort: 81 },
            ],
        },
    ],
    [
        "a probe asks in one way",
        { livenessProbe: { command: ["true"], path: "/" } },
        "livenessProbe",
        /exactly one way/,
        { livenessProbe: { command: ["true"] } },
    ],
    [
        "a command names a program",
        { startupProbe: { command: [] } },
        "startupProbe.command",
        /no program/,
        { startupProbe: { port: "http" } },
    ],
    [
        "a probe's port is its container's",
        { sidecars: [{ ...sidecar, readinessProbe: { port: "http" } }] },
        "sidecars[0].readinessProbe.port",
        /not a port of this container. It has none/,
        { sidecars: [{ ...sidecar, ports: [{ name: "metrics", port: 9100 }], readinessProbe: { port: "metrics" } }] },
    ],
    [
        "HTTP needs a port",
        { readinessProbe: { path: "/" } },
        "readinessProbe.port",
        /missing/,
        { readinessProbe: { path: "/", port: "http" } },
    ],
    [
        "UDP can't be asked",
        { ports: [port, { name: "dns", port: 5353, protocol: "UDP" }], readinessProbe: { port: "dns" } },
        "readinessProbe.port",
        /only TCP can be asked/,
        { ports: [port, { name: "dns", port: 5353 }], readinessProbe: { port: "dns" } },
    ],
    [
        "an HTTP path is absolute",
        { readinessProbe: { path: "ready", port: "http" } },
        "readinessProbe.path",
        /Write "\/ready"/,
        { readinessProbe: { path: "/ready", port: "http" } },
    ],
    [
        "only readiness may take several answers",
        { livenessProbe: { port: "http", successThreshold: 2 } },
        "livenessProbe.successThreshold",
        /from 1 to 1/,
        { readinessProbe: { port: "http", successThreshold: 2 } },
    ],
    [
        "periods are whole seconds",
        { livenessProbe: { port: "http", periodSeconds: 0.5 } },
        "livenessProbe.periodSeconds",
        /whole number, 1 or more/,
        { livenessProbe: { port: "http", periodSeconds: 1 } },
    ],
    ["variables have names", { env: { "A B": "x" } }, "env.A B", /not a name of a variable/, { env: { A_B: "x" } }],
    [
        "a variable is set once",
        { env: { TOKEN: "x" }, secrets: { token: "x" }, secretEnv: { TOKEN: "token" } },
        "secretEnv.TOKEN",
        /set twice/,
        { secrets: { token: "x" }, secretEnv: { TOKEN: "token" } },
    ],
    [
        "secretEnv names a file of secrets",
        { secrets: { token: "x" }, secretEnv: { TOKEN: "tokn" } },
        "secretEnv.TOKEN",
        /Did you mean "token"/,
        { secrets: { tokn: "x" }, secretEnv: { TOKEN: "tokn" } },
    ],
    ["a source is one object", { envFrom: [{ secret: "a", configMap: "b" }] }, "envFrom[0]", /one object/, { envFrom: [{ secret: "a" }] }],
    [
        "a prefix is for all keys",
        { envFrom: [{ secret: "a", variable: "B", prefix: "C_" }] },
        "envFrom[0].prefix",
        /takes one/,
        { envFrom: [{ secret: "a", prefix: "C_" }] },
    ],
    [
        "a key needs its variable",
        { envFrom: [{ secret: "a", key: "b" }] },
        "envFrom[0].variable",
        /missing/,
        { envFrom: [{ secret: "a", key: "b", variable: "B" }] },
    ],
    [
        "two mounts have two places",
        { volumes: [data, { name: "media", mountPath: "/var/lib/wiki/", size: "1Gi" }] },
        "volumes[1].mountPath",
        /taken by volume "data"/,
        { volumes: [data, { name: "media", mountPath: "/var/lib/media", size: "1Gi" }] },
    ],
    [
        "data doesn't hide data",
        { volumes: [data, { name: "media", mountPath: "/var/lib/wiki/media", size: "1Gi" }] },
        "volumes[1].mountPath",
        /lies in volume "data".*would hide/,
        { scratch: [{ name: "cache", mountPath: "/var/lib/wiki/cache" }] },
    ],
    [
        "data doesn't lie in what is emptied",
        { volumes: [{ ...data, mountPath: "/scratch/data" }], scratch: [{ name: "room", mountPath: "/scratch" }] },
        "volumes[0].mountPath",
        /emptied at every start/,
        { volumes: [{ ...data, mountPath: "/scratch-data" }], scratch: [{ name: "room", mountPath: "/scratch" }] },
    ],
    [
        "nothing is mounted below files",
        { config: { a: "b" }, configPath: "/etc/wiki", scratch: [{ name: "run", mountPath: "/etc/wiki/run" }] },
        "scratch[0].mountPath",
        /it is read-only/,
        { configPath: "/etc/wiki", scratch: [{ name: "run", mountPath: "/etc/wiki/run" }] },
    ],
    ["a mount has a place", { volumes: [{ ...data, mountPath: "data" }] }, "volumes[0].mountPath", /absolute path/, {}],
    [
        "a sidecar mounts a volume there is",
        { sidecars: [{ ...sidecar, mounts: [{ volume: "dat", mountPath: "/d" }] }] },
        "sidecars[0].mounts[0].volume",
        /Did you mean "data"/,
        { sidecars: [{ ...sidecar, mounts: [{ volume: "data", mountPath: "/d" }] }] },
    ],
    [
        "files are mounted where there are some",
        { mounts: [{ volume: "holdfast-config", mountPath: "/etc/wiki.ini" }] },
        "mounts[0].volume",
        /not a volume/,
        { config: { "wiki.ini": "x" }, mounts: [{ volume: "holdfast-config", mountPath: "/etc/wiki.ini", subPath: "wiki.ini" }] },
    ],
    [
        "a part of a volume stays in it",
        { volumes: [{ ...data, subPath: "../other" }] },
        "volumes[0].subPath",
        /without "\.\."/,
        { volumes: [{ ...data, subPath: "files/wiki" }] },
    ],
    [
        "scratch has a name of its own",
        { scratch: [{ name: "data", mountPath: "/cache" }] },
        "scratch[0].name",
        /another volume "data"/,
        { scratch: [{ name: "cache", mountPath: "/cache" }] },
    ],
    [
        "a sidecar's /tmp has its name",
        { volumes: [{ ...data, name: "tmp-exporter" }], sidecars: [sidecar] },
        "volumes[0].name",
        /made here/,
        { volumes: [{ ...data, name: "tmp-exporter" }] },
    ],
    [
        "scratch has a size with a unit",
        { scratch: [{ name: "cache", mountPath: "/cache", sizeLimit: "64" }] },
        "scratch[0].sizeLimit",
        /not a size/,
        { scratch: [{ name: "cache", mountPath: "/cache", sizeLimit: "64Mi" }] },
    ],
    [
        "containers have names",
        { sidecars: [{ ...sidecar, name: "main" }] },
        "sidecars[0].name",
        /another container "main"/,
        { sidecars: [sidecar] },
    ],
    [
        "a container that ends listens to nobody",
        { initContainers: [{ ...sidecar, ports: [{ name: "metrics", port: 9100 }] }] },
        "initContainers[0].ports",
        /ends before the main one starts/,
        { initContainers: [sidecar] },
    ],
    ["root is refused beside the main container too", { sidecars: [{ ...sidecar, runAsUser: 0 }] }, "sidecars[0].runAsUser", /root/, {}],
    ["a strategy is one of two", { updateStrategy: "Rolling" }, "updateStrategy", /RollingUpdate/, { updateStrategy: "OnDelete" }],
    ["a partition is a member", { replicas: 3, partition: 4 }, "partition", /Write 0 to 3/, { replicas: 3, partition: 3 }],
    ["a partition is whole", { replicas: 3, partition: -1 }, "partition", /whole number, 0 or more/, { replicas: 3, partition: 0 }],
    ["OnDelete has no partition", { updateStrategy: "OnDelete", partition: 0 }, "partition", /means nothing/, { partition: 0 }],
    ["one member at least may be away", { maxUnavailable: 0 }, "maxUnavailable", /1 or more/, { maxUnavailable: 1 }],
    ["what is let go was held", { unquiesceCommand: ["sync"] }, "quiesceCommand", /missing/, { quiesceCommand: ["sync"] }],
    ["what is limited is run", { quiesceTimeoutSeconds: 9 }, "quiesceTimeoutSeconds", /no quiesceCommand/, { quiesceCommand: ["sync"] }],
    [
        "a grace is not negative",
        { terminationGracePeriodSeconds: -1 },
        "terminationGracePeriodSeconds",
        /0 or more/,
        { minReadySeconds: 0 },
    ],
    [
        "a member leaves a lost node",
        { tolerations: [{ effect: "NoExecute" }] },
        "tolerations[0]",
        /lost for ever/,
        { tolerations: [{ effect: "NoSchedule" }] },
    ],
    [
        "lostNodeSeconds says how long a lost node is waited for",
        { tolerations: [{ key: "node.kubernetes.io/unreachable" }] },
        "tolerations[0]",
        /lostNodeSeconds/,
        { tolerations: [{ key: "dedicated" }] },
    ],
    ["an effect is one of three", { tolerations: [{ key: "a", effect: "NoScedule" }] }, "tolerations[0].effect", /"NoSchedule"/, {}],
    ["files have names", { config: { "a/b": "x" } }, "config.a/b", /not a file's name/, { config: { "a.b": "x" } }],
    [
        "the label that finds the pods is ours",
        { labels: { "app.kubernetes.io/name": "x" } },
        "labels.app.kubernetes.io/name",
        /Leave it out/,
        { labels: { "app.kubernetes.io/part-of": "x" } },
    ],
    ["a range has a length", { egressCidrs: ["10.0.0.1"] }, "egressCidrs[0]", /0\.0\.0\.0\/0/, { egressCidrs: ["10.0.0.0/8", "fd00::/8"] }],
    [
        "an account of others isn't annotated",
        { serviceAccount: "robot", accountAnnotations: { a: "b" } },
        "accountAnnotations",
        /names another/,
        { accountAnnotations: { a: "b" } },
    ],
    [
        "a limit isn't below what is requested",
        { resources: { cpu: "1", memory: "1Gi", cpuLimit: "500m" } },
        "resources.cpuLimit",
        /at least 1/,
        { resources: { cpu: "1", memory: "1Gi", cpuLimit: "1" } },
    ],
];

it.each(rules)("%s", (_, refused, path, words, allowed) => {
    expect(problemsOf(refused)).toEqual([{ path, reason: expect.stringMatching(words) }]);
    expect(problemsOf(allowed)).toEqual([]);
});

it("tells all of them at once", () => {
    // What one of them says changes what another would find.
    const entangled = ["ports", "mounts", "sidecars"];
    const everything: Args = {};
    const paths: string[] = [];
    for (const [, refused, path] of rules) {
        const [key, ...more] = Object.keys(refused) as (keyof StatefulWorkloadArgs)[];
        if (more.length === 0 && !(key in everything) && !entangled.includes(key)) {
            Object.assign(everything, refused);
            paths.push(path);
        }
    }
    expect(paths.length).toBeGreaterThan(15);
    expect(
        problemsOf(everything)
            .map(({ path }) => path)
            .sort(),
    ).toEqual(paths.sort());
});
