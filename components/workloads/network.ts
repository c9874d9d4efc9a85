import type * as input from "@pulumi/kubernetes/types/input";
import type { WorkloadPort } from "./container-args";
import { clientLabelOf, selectorOf } from "./labels";
import type { StatefulWorkloadArgs } from "./workload-args";

type NetworkPolicySpec = input.networking.v1.NetworkPolicySpec;
type ServiceSpec = input.core.v1.ServiceSpec;

/** Name of the headless Service, by which members find each other: `<app>-0.<app>-headless`. */
export function headlessNameOf(app: string): string {
    return `${app}-headless`;
}

/** Every port of a member: the main container's and its sidecars'. */
export function portsOf(args: Pick<StatefulWorkloadArgs, "ports" | "sidecars">): WorkloadPort[] {
    return [...args.ports, ...(args.sidecars ?? []).flatMap(({ ports }) => ports ?? [])];
}

/** The ports that clients may use. */
export function clientPortsOf(args: Pick<StatefulWorkloadArgs, "ports" | "sidecars">): WorkloadPort[] {
    return portsOf(args).filter(({ isInternal }) => !isInternal);
}

/** TCP is what a port is when nothing is said. */
const protocolOf = ({ protocol }: WorkloadPort) => (protocol === undefined || protocol === "TCP" ? {} : { protocol });

/** The Service clients use: one stable name and address, sent to members that are ready. */
export function clientServiceSpec(app: string, args: StatefulWorkloadArgs): ServiceSpec {
    return {
        type: "ClusterIP",
        selector: selectorOf(app),
        ports: clientPortsOf(args).map((each) => ({
            name: each.name,
            port: each.servicePort ?? each.port,
            targetPort: each.name,
            ...protocolOf(each),
        })),
    };
}

/** The Service that gives every member a name of its own; members must find each other before they are ready. */
export function headlessServiceSpec(app: string, args: StatefulWorkloadArgs): ServiceSpec {
    return {
        type: "ClusterIP",
        selector: selectorOf(app),
        ports: portsOf(args).map((each) => ({ name: each.name, port: each.port, targetPort: each.name, ...protocolOf(each) })),
        clusterIP: "None",
        publishNotReadyAddresses: true,
    };
}

/**
 * Only named clients get in, and only to the ports; members talk to each other; out go name look-ups, and what `egress…` names.
 *
 * Kubernetes leaves it to the network plugin to enforce this. One without policies (flannel, a bare bridge) lets everyone in.
 */
export function networkPolicySpec(app: string, args: StatefulWorkloadArgs): NetworkPolicySpec {
    const members = { podSelector: { matchLabels: selectorOf(app) } };
    const podSelector = { matchLabels: args.clientLabels ?? clientLabelOf(app) };
    const elsewhere = (args.clientNamespaces ?? []).map((namespace) => ({
        podSelector,
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    }));
    return {
        ...members,
        policyTypes: ["Ingress", "Egress"],
        ingress: [
            {
                from: [{ podSelector }, ...elsewhere],
                ports: clientPortsOf(args).map(({ port, protocol }) => ({ port, protocol: protocol ?? "TCP" })),
            },
            { from: [members] },
        ],
        egress: [{ to: [members] }, { ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })) }, ...egressRules(args)],
    };
}

/** One rule for everything else that members may call: a rule without a target would let everything out. */
function egressRules({ egressCidrs = [], egressNamespaces = [] }: StatefulWorkloadArgs): input.networking.v1.NetworkPolicyEgressRule[] {
    const to = [
        ...egressCidrs.map((cidr) => ({ ipBlock: { cidr } })),
        ...egressNamespaces.map((namespace) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } })),
    ];
    return to.length > 0 ? [{ to }] : [];
}
