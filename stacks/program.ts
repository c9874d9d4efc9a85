/** Stack config in, a StatefulApp out, with how to reach it and what it promises. */

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { StatefulApp } from "../components/stateful-app";
import { takesSnapshots } from "../components/storage/planned-storage";
import type { AppWorkload } from "../components/workloads/app-workload";
import type { ContainerProcess } from "../components/workloads/container-args";
import { awsProvider } from "./aws";
import { checkConfig } from "./check";
import type { Cluster } from "./cluster";
import { missingInCluster } from "./cluster-check";
import { howToSet, refusal } from "./config";
import { keys, type Settings } from "./keys";
import { claimsOf, connectionOf, passwordOf, promiseOf } from "./outputs";
import { surroundings } from "./surroundings";

/** Checks everything before anything is registered; a RunError is shown without a stack trace and nothing is created. */
async function checkedConfig() {
    const reading = checkConfig(pulumi.runtime.allConfig(), () => surroundings);
    const problems = [...reading.problems, ...(await missingInCluster(reading))];
    const { checked } = reading;
    if (!checked || problems.length > 0) {
        throw new pulumi.RunError(refusal(pulumi.getStack(), problems));
    }
    return checked;
}

/** Not part of the SDK's types, and the one way to ask without reading the value as something else. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/**
 * The workload with its variables marked secret where any part of it is: Pulumi says that of the whole key only. Secrets are marked by the
 * component, which gets them as such.
 */
function workloadOf({ workload }: Settings): AppWorkload | undefined {
    if (!workload || !isConfigSecret("holdfast:workload")) {
        return workload;
    }
    const hidden = <Part extends ContainerProcess>(part: Part): Part => ({
        ...part,
        env: part.env && Object.fromEntries(Object.entries(part.env).map(([name, value]) => [name, pulumi.secret(value)])),
    });
    return { ...hidden(workload), sidecars: workload.sidecars?.map(hidden), initContainers: workload.initContainers?.map(hidden) };
}

function provider({ kubeconfig, context, clusterIdentifier }: Cluster): Provider {
    return new Provider("kubernetes", {
        ...(kubeconfig ? { kubeconfig } : {}),
        context,
        clusterIdentifier,
        // Changed files are changed in place. Otherwise there would be none for a moment, and a pod that starts in it would wait.
        enableConfigMapMutable: true,
        enableSecretMutable: true,
    });
}

/** Says which secrets anybody can read in the stack's file; what becomes of them here is secret all the same. */
function warnOfReadable(): void {
    const config = pulumi.runtime.allConfig();
    for (const [name, { kind }] of Object.entries(keys)) {
        const key = `holdfast:${name}`;
        if (kind === "secret" && config[key] !== undefined && !isConfigSecret(key)) {
            pulumi.log.warn(`${key} can be read in the stack's file. Write: ${howToSet(name)}`);
        }
    }
}

const secretOf = (value: string | undefined) => (value === undefined ? undefined : pulumi.secret(value));

/** Deploys what the stack's config asks for, and returns the stack's outputs. */
export async function deploy() {
    const { settings, cluster, plan } = await checkedConfig();
    warnOfReadable();
    const app = new StatefulApp(
        plan.app,
        {
            ...settings,
            kubeconfig: cluster.kubeconfig,
            context: cluster.context,
            workload: workloadOf(settings),
            // Config says itself which of its values are secret; passwords and keys are even where someone forgot to.
            password: secretOf(settings.password),
            backupAccessKeyId: secretOf(settings.backupAccessKeyId),
            backupSecretAccessKey: secretOf(settings.backupSecretAccessKey),
            backupPassword: secretOf(settings.backupPassword),
        },
        {
            providers: {
                kubernetes: provider(cluster),
                ...(settings.aws && plan.region ? { aws: awsProvider(plan.region, settings.accountId) } : {}),
            },
        },
    );
    const made = pulumi.output({
        host: app.host,
        port: app.port,
        database: app.database,
        user: app.user,
        passwordSecret: app.passwordSecret,
        namespace: app.namespace,
        storageClass: app.storageClass,
        claimNames: app.claimNames,
        claimClasses: app.claimClasses,
    });
    return {
        connection: made.apply((names) => connectionOf(plan, names, cluster, settings.workload)),
        // Of an image of one's own no password is known, and Pulumi warns of an output without a value.
        ...(settings.workload ? {} : { password: made.apply((names) => passwordOf(names, cluster)) }),
        promise: promiseOf(plan),
        claims: made.apply((names) => claimsOf(plan, names)),
        ...(takesSnapshots(plan) ? { snapshotClass: app.snapshotClass } : {}),
    };
}
