import type * as input from "@pulumi/kubernetes/types/input";
import { clientLabelOf, selectorOf } from "./labels";
import type { StatefulWorkloadArgs } from "./workload-args";

type NetworkPolicySpec = input.networking.v1.NetworkPolicySpec;
type ServiceSpec = input.core.v1.ServiceSpec;

/** Name of the headless Service, by which members find each other: `<app>-0.<app>-headless`. */
export function headlessNameOf(app: string): string {
    return `${app}-headless`;
}

/** The Service clients use: one stable name and address, sent to members that are ready. */
export function clientServiceSpec(app: string, args: StatefulWorkloadArgs): ServiceSpec {
    return { type: "ClusterIP", selector: selectorOf(app), ports: args.ports.map(({ name, port }) => ({ name, port, targetPort: name })) };
}

/** The Service that gives every member a name of its own; members must find each other before they are ready. */
export function headlessServiceSpec(app: string, args: StatefulWorkloadArgs): ServiceSpec {
    return { ...clientServiceSpec(app, args), clusterIP: "None", publishNotReadyAddresses: true };
}

/**
 * Only named clients get in, and only to the ports; members talk to each other; out go name look-ups alone.
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
            { from: [{ podSelector }, ...elsewhere], ports: args.ports.map(({ port }) => ({ port, protocol: "TCP" })) },
            { from: [members] },
        ],
        egress: [{ to: [members] }, { ports: ["UDP", "TCP"].map((protocol) => ({ port: 53, protocol })) }],
    };
}
