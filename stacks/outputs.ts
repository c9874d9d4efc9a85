import { engines } from "../components/engines";
import type { Plan } from "../components/usecases/plan";
import { inWords } from "../components/usecases/quantities";
import type { AppWorkload } from "../components/workloads/app-workload";
import { clientLabelOf } from "../components/workloads/labels";
import { clientPortsOf } from "../components/workloads/network";
import { passwordSecretNameOf } from "../components/workloads/password";
import { filesNameOf } from "../components/workloads/shared-files-spec";
import { type Cluster, kubectl } from "./cluster";

/** What the outputs are made from: names only, never a password. */
export interface Made {
    host: string;
    port: number;
    database: string;
    user: string;
    passwordSecret: string;
    namespace: string;
    storageClass: string;
    claimNames: string[];
    claimClasses: Record<string, string>;
}

/** How to connect, from a terminal and from a pod: to a database as its user, to an image of one's own by its ports. */
export function connectionOf(plan: Plan, made: Made, cluster: Cluster, workload?: AppWorkload) {
    const [label, value] = Object.entries(workload?.clientLabels ?? clientLabelOf(plan.app))[0];
    const command = (text: string) => `${kubectl(cluster)} -n ${made.namespace} ${text}`;
    const clients = `pods in namespace ${made.namespace} with the label ${label}: "${value}"`;
    if (workload) {
        const ports = clientPortsOf(workload).map(({ name, port, servicePort, protocol }) => ({
            name,
            port: servicePort ?? port,
            protocol: protocol ?? "TCP",
        }));
        const first = ports.find(({ protocol }) => protocol === "TCP");
        return {
            host: made.host,
            port: made.port,
            ports,
            // Forwarding knows TCP only.
            command: first
                ? command(`port-forward service/${plan.app} ${first.port < 1024 ? 8000 + first.port : first.port}:${first.port}`)
                : command(`get endpointslices -l kubernetes.io/service-name=${plan.app}`),
            clients,
        };
    }
    return {
        host: made.host,
        port: made.port,
        ...(made.database === "" ? {} : { database: made.database }),
        user: made.user,
        command: command(engines[plan.engine.name]?.clientCommand?.(plan, made) ?? `get pods -l app.kubernetes.io/name=${plan.app}`),
        ...filesOf(plan, made),
        clients,
    };
}

/** Files beside the rows, where the use case has them: where they are asked for, and whose token writes them. */
function filesOf({ app, volumes }: Plan, { namespace }: Made) {
    const files = volumes
        .filter(({ shared }) => shared)
        .map(({ name }) => filesNameOf(app, name))
        .map((name) => ({ url: `http://${name}.${namespace}.svc.cluster.local/`, secret: passwordSecretNameOf(name) }));
    return files.length > 0 ? { files } : {};
}

/** Where the password is. */
export function passwordOf(made: Made, cluster: Cluster) {
    return {
        namespace: made.namespace,
        secret: made.passwordSecret,
        key: "password",
        command: `${kubectl(cluster)} -n ${made.namespace} get secret ${made.passwordSecret} -o jsonpath='{.data.password}' | base64 -d`,
    };
}

/** What was promised, and what of it is not in force. */
export function promiseOf(plan: Plan) {
    const { failover, restore, survives, restoreReason } = plan.objectives;
    const { backup } = plan;
    const planned = [plan.storage, ...plan.volumes.flatMap(({ storage }) => storage ?? [])];
    const isMadeOnAws = planned.some(
        ({ provisioner, existingClass }) => /\.csi\.aws\.com$/.test(provisioner) && existingClass === undefined,
    );
    const isUncovered = backup.policy !== "none" && !backup.carriedOut;
    return {
        failover: `a lost pod or node loses ${inWords(failover.rpo)}, and is made up for within ${inWords(failover.rto)}`,
        survives: survives.length > 0 ? `the loss of a ${survives.join(", a ")}` : "nothing",
        restore: restore
            ? `${isUncovered ? "not in force yet; planned: " : ""}lost or wrong data comes back within ${inWords(restore.rto)}, but for the last ${inWords(restore.rpo)}; recovery points are kept for ${inWords(restore.retention)}`
            : `nothing is restored: ${restoreReason ?? "the use case needs none"}`,
        notYet: [
            ...(isUncovered
                ? [
                      `backups are planned by the policy "${backup.policy}" and none is made: ${backup.missing}. Until that is there, lost or wrong data does not come back`,
                  ]
                : []),
            ...(isMadeOnAws
                ? ["storage on AWS is proven by mocks only: its resources were never created in an account by its authors"]
                : []),
        ],
        lowered: plan.accepted.map(({ rule, lowers }) => `${rule}: ${lowers}`),
    };
}

/** The claims that hold the data, each with the class it has, which may be older than the one new claims get. */
export function claimsOf(plan: Plan, made: Made) {
    return made.claimNames.map((name) => {
        // Those of an operator are called after the application alone.
        const volume =
            plan.volumes.find((candidate) => name.startsWith(`${candidate.name}-${plan.app}-`)) ??
            plan.volumes.find(({ shared }) => !shared);
        return { name, namespace: made.namespace, size: volume?.size ?? "", storageClass: made.claimClasses[name] ?? made.storageClass };
    });
}
