/**
 * The live side's part in a drill of an archive: a Job beside the database that leaves a mark in its log, as a commit without a row. The drill waits
 * for the mark in the archive, so that what could be lost is measured and not believed, and compares what the mark says was answered.
 */

import { CronJob } from "@pulumi/kubernetes/batch/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { clientLabelOf } from "../workloads/labels";
import { readerSecretNameOf } from "../workloads/postgres-cluster-names";
import { postgresPort } from "../workloads/postgres-settings";
import { witnessScript } from "./drill/witness-script";
import type { RestoreDrillArgs } from "./restore-drill-args";
import { drillCronSpec, drillLabels, drillNameOf } from "./restore-drill-spec";

const authority = { name: "authority", mountPath: "/authority", readOnly: true };

/** The pod of the witness: psql as the database's reader, for a minute. */
export function witnessPod(app: string, { image, runAsUser = 999, runAsGroup = runAsUser, query, database }: RestoreDrillArgs) {
    const secret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: readerSecretNameOf(app), key } } });
    const values: Record<string, pulumi.Input<string>> = {
        DRILL_APP: app,
        DRILL_QUERY: query ?? "",
        DRILL_TRIES: "20",
        HOME: "/tmp",
        PGHOST: `${app}-rw`,
        PGPORT: String(postgresPort),
        PGDATABASE: database ?? "",
        PGSSLMODE: "verify-full",
        PGSSLROOTCERT: `${authority.mountPath}/ca.crt`,
        PGCONNECT_TIMEOUT: "10",
    };
    const container: input.core.v1.Container = {
        name: "witness",
        image,
        imagePullPolicy: "IfNotPresent",
        command: ["sh", "-c", witnessScript],
        env: [
            ...Object.entries(values).map(([name, value]) => ({ name, value })),
            secret("PGUSER", "username"),
            secret("PGPASSWORD", "password"),
        ],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
        securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [authority, { name: "tmp", mountPath: "/tmp" }],
    };
    return {
        metadata: { labels: { ...drillLabels(app), ...clientLabelOf(app), "holdfast.dev/drill-part": "witness" } },
        spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, runAsUser, runAsGroup, seccompProfile: { type: "RuntimeDefault" } },
            containers: [container],
            volumes: [
                // The operator's; its key stays where it is.
                { name: authority.name, secret: { secretName: `${app}-ca`, items: [{ key: "ca.crt", path: "ca.crt" }] } },
                { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
            ],
        },
    };
}

/** The live side of an archive's drill: at the same times, in the application's namespace, it leaves a mark in the log. */
export function createWitness(name: string, app: string, args: RestoreDrillArgs, options: pulumi.CustomResourceOptions): void {
    const labels = drillLabels(app);
    const metadata = { name: drillNameOf(app), namespace: args.appNamespace, labels };
    const network = new NetworkPolicy(
        `${name}-witness-network`,
        {
            metadata,
            spec: {
                podSelector: { matchLabels: { ...labels, "holdfast.dev/drill-part": "witness" } },
                policyTypes: ["Ingress", "Egress"],
                ingress: [],
                egress: [{ ports: [{ port: 53, protocol: "UDP" }, ...[53, postgresPort].map((port) => ({ port, protocol: "TCP" }))] }],
            },
        },
        options,
    );
    new CronJob(
        `${name}-witness`,
        {
            metadata,
            spec: drillCronSpec(app, args, { backoffLimit: 2, activeDeadlineSeconds: 300, template: witnessPod(app, args) }),
        },
        { ...options, dependsOn: dependenciesOf(options.dependsOn, network) },
    );
}
