/** The members as a workload: a server, its guard and its sentinel, and the way in for clients. */

import * as pulumi from "@pulumi/pulumi";
import type { InputProblem } from "../../problems";
import type { WorkloadContainer } from "../container-args";
import { leaderCommandAnnotation } from "../labels";
import { configVolume, secretFilesVolume } from "../mounts";
import { headlessNameOf } from "../network";
import { membersSecretNameOf, passwordSecretNameOf } from "../password";
import type { StatefulWorkloadArgs } from "../workload-args";
import {
    clientSecretPath,
    commonScript,
    dataPath,
    memberPort,
    memberSecretPath,
    runPath,
    scriptFolder,
    sentinelPort,
} from "./common-script";
import { fenceScript } from "./fence-script";
import { guardScript, leadScript } from "./guard-script";
import { aliveScript, handOverSeconds, leaderScript, readyScript, stopScript } from "./hooks-script";
import { metricsPort, metricsScript, proxyPort, proxyScript } from "./proxy-script";
import { sentinelScript } from "./sentinel-script";
import { serverScript } from "./server-script";
import { ownSettings, valkeySettings } from "./settings";
import type { ValkeyArgs } from "./valkey-args";

/** The port clients use: whoever connects talks to the primary. */
export const valkeyPort = 6379;
/** The same Service's port for reads from any member, which may be a moment behind. */
export const anyMemberPort = 6381;

const defaultProxy = "docker.io/library/haproxy:3.0.11";
const kept = { appendonly: "yes", appendfsync: "everysec" };

/** What is wrong beyond what the workload checks. */
export function valkeyProblems(args: ValkeyArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const { replicas = 3, settings = {} } = args;
    if (![3, 5, 7].includes(replicas)) {
        problems.push({ path: "replicas", reason: `${replicas} is not 3, 5 or 7: a majority has to be left when members are lost.` });
    }
    if (args.passwordSecret !== undefined && args.password !== undefined) {
        problems.push({
            path: "passwordSecret",
            reason: `"${args.passwordSecret}" has a password already. Leave out "password", or this.`,
        });
    }
    for (const [name, value] of Object.entries(settings)) {
        const path = `settings["${name}"]`;
        if (ownSettings.includes(name.toLowerCase())) {
            problems.push({ path, reason: "is decided here: it is what holds the members together. Leave it out." });
        } else if (!/^[a-z][a-z0-9-]*$/.test(name) || /[\r\n]/.test(value)) {
            problems.push({ path, reason: `is not a line of valkey.conf. Write a setting's name and its value: "maxmemory-policy".` });
        }
    }
    return problems;
}

/** What every container of a member knows and sees. */
function shared(app: string, args: ValkeyArgs) {
    return {
        VALKEY_APP: app,
        VALKEY_MEMBERS: String(args.replicas ?? 3),
        VALKEY_DOMAIN: pulumi.interpolate`${headlessNameOf(app)}.${args.namespace}.svc.cluster.local`,
        // Names are whole: other ones aren't tried, and a name server that is away holds nobody up for long.
        RES_OPTIONS: "ndots:1 timeout:1 attempts:2",
    };
}

const scripts = { volume: configVolume, mountPath: scriptFolder };
const clientSecret = { volume: secretFilesVolume(0), mountPath: clientSecretPath };
const memberSecret = { volume: secretFilesVolume(1), mountPath: memberSecretPath };
const data = { volume: "data", mountPath: dataPath };
const run = { volume: "run", mountPath: runPath };
const script = (name: string): string[] => ["/bin/sh", `${scriptFolder}/${name}.sh`];

/** Beside the server: they start before it and end after it, so that a primary can hand over when it stops. */
function sidecars(app: string, args: ValkeyArgs): WorkloadContainer[] {
    const env = shared(app, args);
    return [
        {
            name: "sentinel",
            image: args.image,
            command: script("sentinel"),
            env,
            ports: [{ name: "sentinel", port: sentinelPort }],
            mounts: [scripts, data, run, clientSecret, memberSecret],
            resources: { cpu: "10m", memory: "16Mi", memoryLimit: "64Mi" },
        },
        {
            name: "guard",
            image: args.image,
            command: script("guard"),
            env,
            mounts: [scripts, data, run, memberSecret],
            resources: { cpu: "20m", memory: "16Mi", memoryLimit: "64Mi" },
        },
        {
            name: "proxy",
            image: args.proxyImage ?? defaultProxy,
            command: script("proxy"),
            env,
            ports: [
                { name: "valkey", port: proxyPort, servicePort: valkeyPort },
                { name: "metrics", port: metricsPort },
            ],
            // A place of its own: what it writes holds the clients' password.
            mounts: [scripts, clientSecret, { ...run, volume: "proxy" }],
            resources: { cpu: "10m", memory: "32Mi", memoryLimit: "128Mi" },
        },
    ];
}

/** The members as a workload. */
export function memberArgs(app: string, args: ValkeyArgs): StatefulWorkloadArgs {
    const resources = args.resources ?? { cpu: "50m", memory: "128Mi" };
    const settings = valkeySettings(resources.memoryLimit ?? resources.memory, args.settings ?? kept);
    return {
        app,
        namespace: args.namespace,
        image: args.image,
        runAsUser: args.runAsUser ?? 999,
        runAsGroup: args.runAsGroup ?? args.runAsUser ?? 999,
        replicas: args.replicas ?? 3,
        keepClaims: args.keepClaims,
        command: script("server"),
        ports: [{ name: "member", port: memberPort, servicePort: anyMemberPort }],
        volumes: [
            {
                name: "data",
                mountPath: dataPath,
                size: args.size,
                ceiling: args.ceiling,
                minimum: "256Mi",
                accessMode: args.accessMode,
                attributesClass: args.attributesClass,
            },
        ],
        restoreFrom: args.restoreFrom,
        storageClass: args.storageClass,
        allow: args.allow,
        resources,
        env: shared(app, args),
        config: {
            "common.sh": commonScript,
            "server.sh": serverScript(settings),
            "sentinel.sh": sentinelScript,
            "guard.sh": guardScript,
            "fence.sh": fenceScript(settings["min-replicas-to-write"]),
            "lead.sh": leadScript,
            "proxy.sh": proxyScript,
            "metrics.lua": metricsScript,
            "leader.sh": leaderScript,
            "ready.sh": readyScript,
            "alive.sh": aliveScript,
            "stop.sh": stopScript,
        },
        configPath: scriptFolder,
        secretFiles: [
            { secret: args.passwordSecret ?? passwordSecretNameOf(app), mountPath: clientSecretPath },
            { secret: membersSecretNameOf(app), mountPath: memberSecretPath },
        ],
        scratch: [
            { name: "run", mountPath: runPath, isInMemory: true, sizeLimit: "1Mi" },
            { name: "proxy", mountPath: `${runPath}-proxy`, isInMemory: true, sizeLimit: "1Mi" },
        ],
        sidecars: sidecars(app, args),
        // Reading the data takes as long as it takes; any answer counts, even that it is still being read.
        startupProbe: { command: script("alive"), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 90 },
        // A replica that has lost its primary stays among the ready while the sentinels choose: clients come in by its proxy.
        readinessProbe: { command: script("ready"), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 10 },
        // A server that hangs is replaced by the sentinels within seconds; this only brings it back.
        livenessProbe: { command: script("alive"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
        stopCommand: script("stop"),
        terminationGracePeriodSeconds: handOverSeconds + 40,
        // All of them have to be seen before one leads.
        startsInParallel: true,
        annotations: { ...args.annotations, [leaderCommandAnnotation]: script("leader").join(" ") },
        configFiles: args.configFiles,
        claimAnnotations: args.claimAnnotations,
        lostNodeSeconds: args.lostNodeSeconds,
        spreadOver: args.spreadOver,
        spreadIsRequired: args.spreadIsRequired,
        clientNamespaces: args.clientNamespaces,
    };
}
