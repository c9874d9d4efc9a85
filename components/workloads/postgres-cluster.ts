import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { refuseProblems } from "../problems";
import { checkedAtPreview } from "../storage/driver-presence";
import { protection } from "../volumes/permissions";
import { cloudnativePgNeed, podMonitorNeed } from "./cloudnative-pg-presence";
import { labelsOf } from "./labels";
import type { PostgresClusterArgs } from "./postgres-cluster-args";
import { rolesOf } from "./postgres-cluster-names";
import { postgresClusterProblems } from "./postgres-cluster-problems";
import { createRoleSecret } from "./postgres-cluster-roles";
import { clusterDefaults, clusterNetwork, clusterSpec, podMonitorSpec } from "./postgres-cluster-spec";
import { checkedMajor } from "./postgres-major-check";
import { databaseNameOf } from "./postgres-settings";

/** A new Cluster is there when all members are, and both roles beside the owner can log in. */
const isReady = JSON.stringify(["condition=Ready", "jsonpath={.status.managedRolesStatus.byStatus.reconciled[1]}"]);

/**
 * PostgreSQL with standbys that take over by themselves, run by the operator CloudNativePG.
 *
 * By default a commit is on two of three members before it is acknowledged, and a standby that may lack one is never promoted: with two of
 * three members gone, writes wait. Sessions are encrypted by TLS, or refused. Clients work as the application's role, which reads and writes
 * rows; the owner, who makes tables, and the reader have roles and passwords of their own; nobody logs in as superuser. Members are spread,
 * data pages carry checksums.
 *
 * The claims are the operator's: it makes `<app>-1` and so on, counts on where a member is made anew, grows them in place, and deletes them
 * with the Cluster. So the Cluster is protected and retained, like the passwords. `pulumi destroy --exclude-protected` leaves it running;
 * `holdfast down` has the operator stop the pods and keeps the claims, and `holdfast up` wakes them.
 *
 * The operator makes the Services (`<app>-rw` for the primary, `<app>-ro` for standbys, `<app>-r` for any), the PodDisruptionBudgets and the
 * account of the pods, whose token they need. A preview without the operator in the cluster says so.
 *
 * Cost: every member's resources and volume.
 *
 * @example
 * new PostgresCluster("ledger", {
 *     namespace: "ledger",
 *     image: "ghcr.io/cloudnative-pg/postgresql:17.5",
 *     size: "100Gi",
 *     storageClass: fast.className,
 * });
 */
export class PostgresCluster extends pulumi.ComponentResource {
    /** Name clients connect to, on port 5432: the primary's, whichever member that is. */
    public readonly host: pulumi.Output<string>;
    /** Name under which the standbys are read. */
    public readonly readHost: pulumi.Output<string>;
    /** The database made at the first start. */
    public readonly database: pulumi.Output<string>;
    /** The application's role, to connect as: it reads and writes rows. */
    public readonly user: pulumi.Output<string>;
    /** Name of the Secret with the application's password, under `password`. */
    public readonly passwordSecret: pulumi.Output<string>;
    /** Name of the Secret with the owner's name (`username`) and password: for whoever makes and changes tables. */
    public readonly ownerSecret: pulumi.Output<string>;
    /** Name of the Secret with the reader's name and password. */
    public readonly readerSecret: pulumi.Output<string>;
    /** Name of the Secret whose `ca.crt` vouches for the servers. Its `ca.key` is the operator's: mount the certificate alone. */
    public readonly caSecret: pulumi.Output<string>;
    /** Names of the claims that the first members get; the operator counts on where one is made anew. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class that members' claims are made with, by the claim's name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: PostgresClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:PostgresCluster", name, {}, opts);
        const app = args.app ?? name;
        const database = args.database ?? databaseNameOf(app);
        refuseProblems("PostgresCluster", name, postgresClusterProblems(app, database, args));
        const { namespace, allow } = args;
        const roles = rolesOf(app, database);
        const secrets = Object.values(roles).map((role) => {
            const password = role === roles.application ? args.password : undefined;
            return createRoleSecret(this, `${name}-${role.suffix}`, role, { app, namespace, password, allow }, opts?.dependsOn);
        });
        const network = new NetworkPolicy(
            `${name}-network`,
            { metadata: { name: app, namespace, labels: labelsOf(app) }, spec: clusterNetwork(app, args) },
            { parent: this, dependsOn: opts?.dependsOn },
        );
        const custom = (suffix: string, apiVersion: string, kind: string, spec: object, options: pulumi.CustomResourceOptions) => {
            const annotations = kind === "Cluster" ? { "pulumi.com/waitFor": isReady } : undefined;
            const metadata = { name: app, namespace, labels: labelsOf(app), ...(annotations ? { annotations } : {}) };
            const object = { apiVersion, kind, metadata, spec };
            return new CustomResource(
                `${name}-${suffix}`,
                object as ConstructorParameters<typeof CustomResource>[1],
                pulumi.mergeOptions({ parent: this }, options),
            );
        };
        const cluster = custom("cluster", "postgresql.cnpg.io/v1", "Cluster", clusterSpec(app, database, args), {
            // Passwords are read when the roles are made, and no member runs before it is known who may talk to it.
            dependsOn: dependenciesOf(opts?.dependsOn, ...secrets, network),
            // A database is made once: what it was made with is history.
            ignoreChanges: ["spec.bootstrap"],
            customTimeouts: { create: "20m", update: "20m" },
            ...protection(allow, `cluster/${app}`, this),
        });
        if (args.monitoringNamespace !== undefined) {
            custom("metrics", "monitoring.coreos.com/v1", "PodMonitor", podMonitorSpec(app), { dependsOn: opts?.dependsOn });
        }
        const needs = [
            cloudnativePgNeed("app"),
            ...(args.monitoringNamespace === undefined ? [] : [podMonitorNeed("monitoringNamespace")]),
        ];
        const checked = checkedAtPreview(`PostgresCluster "${name}"`, this, args, needs);
        const image = checkedMajor(`PostgresCluster "${name}"`, this, args, { app, namespace, image: args.image, isCluster: true });
        const hostOf = (service: string) => pulumi.interpolate`${app}-${service}.${namespace}.svc.cluster.local`;
        this.host = pulumi.all([hostOf("rw"), cluster.metadata, checked, image]).apply(([host]) => host);
        this.readHost = hostOf("ro");
        this.database = pulumi.output(database);
        this.user = pulumi.output(roles.application.role);
        this.passwordSecret = pulumi.output(roles.application.secret);
        this.ownerSecret = pulumi.output(roles.owner.secret);
        this.readerSecret = pulumi.output(roles.reader.secret);
        this.caSecret = pulumi.output(`${app}-ca`);
        const claims = Array.from({ length: args.replicas ?? clusterDefaults.replicas }, (_, index) => `${app}-${index + 1}`);
        this.claimNames = pulumi.output(claims);
        this.claimClasses = pulumi.output(args.storageClass).apply((of) => Object.fromEntries(claims.map((claim) => [claim, of])));
        const { host, readHost, user, passwordSecret, ownerSecret, readerSecret, caSecret, claimNames, claimClasses } = this;
        this.registerOutputs({
            host,
            readHost,
            database: this.database,
            user,
            passwordSecret,
            ownerSecret,
            readerSecret,
            caSecret,
            claimNames,
            claimClasses,
        });
    }
}
