import type * as pulumi from "@pulumi/pulumi";
import type { PostgresClusterArgs } from "../../../components";
import { clusterNetwork, clusterSpec } from "../../../components/workloads/postgres-cluster-spec";
import schema from "../../support/cloudnative-pg-cluster.json";
import { faults } from "../../support/json-schema";

const base: PostgresClusterArgs = {
    namespace: "bank",
    image: "ghcr.io/cloudnative-pg/postgresql:17.5",
    size: "10Gi",
    storageClass: "fast-123456",
    resources: { cpu: "1", memory: "1Gi" },
};
const specOf = (args: Partial<PostgresClusterArgs> = {}) => clusterSpec("ledger", "ledger", { ...base, ...args });

describe("what the operator is asked for", () => {
    const variants: [string, Partial<PostgresClusterArgs>][] = [
        ["a quorum", {}],
        ["asynchronous standbys", { synchronousStandbys: 0, attributesClass: "quick", spreadIsRequired: true }],
        ["one member", { replicas: 1, resources: { cpu: "1", memory: "1Gi", cpuLimit: "2", memoryLimit: "2Gi" } }],
        ["five with two", { replicas: 5, synchronousStandbys: 2, isDurabilityBestEffort: true, failoverSeconds: 300 }],
    ];
    it.each(variants)("fits the definition of its Cluster: %s", (_, args) => {
        expect(faults({ $defs: {} }, JSON.parse(JSON.stringify(specOf(args))), schema, "spec")).toEqual([]);
    });

    it("would be told where it didn't fit", () => {
        const wrong = { ...specOf(), instances: "3", failoverQuorum: true };
        expect(faults({ $defs: {} }, wrong, schema, "spec")).toEqual([
            "spec.instances is no integer",
            "spec.failoverQuorum is not in the schema",
        ]);
    });

    it("acknowledges a commit on two of three, and never promotes a member that may lack one", () => {
        const synchronous = { method: "any", number: 1, dataDurability: "required", failoverQuorum: true };
        expect(specOf().postgresql.synchronous).toEqual(synchronous);
        expect(specOf({ isDurabilityBestEffort: true }).postgresql.synchronous).toEqual({ ...synchronous, dataDurability: "preferred" });
    });

    it("waits for nobody where replication is asynchronous, or there is one member", () => {
        expect(specOf({ synchronousStandbys: 0 }).postgresql).not.toHaveProperty("synchronous");
        expect(specOf({ replicas: 1 }).postgresql).not.toHaveProperty("synchronous");
    });

    it("refuses sessions without TLS, and the superuser's", () => {
        expect(specOf().postgresql.pg_hba).toEqual(["hostnossl all all all reject"]);
        expect(specOf().enableSuperuserAccess).toBe(false);
    });

    it("leaves to the operator what it sets itself, and takes the rest from the memory", () => {
        const { parameters } = specOf({ settings: { work_mem: "9MB" } }).postgresql;
        expect(parameters).toMatchObject({ shared_buffers: "256MB", max_connections: "128", work_mem: "9MB" });
        expect(Object.keys(parameters)).not.toEqual(expect.arrayContaining(["listen_addresses"]));
        expect(Object.keys(parameters)).not.toEqual(expect.arrayContaining(["unix_socket_directories"]));
    });

    it.each([
        ["1Gi", "64MB", "256MB"],
        ["512Mi", "32MB", "128MB"],
        ["100Gi", "512MB", "25600MB"],
    ])("keeps no more log than a volume of %s has room for", (size, kept, ofSlots) => {
        expect(specOf({ size }).postgresql.parameters).toMatchObject({ wal_keep_size: kept, max_slot_wal_keep_size: ofSlots });
    });

    it("grows volumes in place", () => {
        expect(specOf({ size: "20Gi", accessMode: "ReadWriteOncePod" }).storage).toEqual({
            size: "20Gi",
            storageClass: "fast-123456",
            resizeInUseVolumes: true,
            pvcTemplate: { accessModes: ["ReadWriteOncePod"] },
        });
    });

    it.each([
        { failoverSeconds: 30, readiness: 2, liveness: 15, lease: [5, 3, 1], switchoverDelay: 15 },
        { failoverSeconds: 60, readiness: 3, liveness: 15, lease: [7, 4, 1], switchoverDelay: 30 },
        { failoverSeconds: 300, readiness: 10, liveness: 30, lease: [15, 10, 2], switchoverDelay: 150 },
    ])("notices a dead primary and stops a live one early enough for $failoverSeconds s", ({ failoverSeconds, ...expected }) => {
        const { probes, primaryLease, switchoverDelay } = specOf({ failoverSeconds });
        const { readiness, liveness } = probes;
        expect({
            readiness: readiness.periodSeconds,
            liveness: liveness.periodSeconds * liveness.failureThreshold,
            lease: [primaryLease.leaseDurationSeconds, primaryLease.renewDeadlineSeconds, primaryLease.retryPeriodSeconds],
            switchoverDelay,
        }).toEqual(expected);
        expect(readiness).toMatchObject({ timeoutSeconds: readiness.periodSeconds, failureThreshold: 3 });
        // A role that moves is noticed first, and only then is a process ended.
        expect(readiness.periodSeconds * 3).toBeLessThanOrEqual(liveness.periodSeconds * liveness.failureThreshold);
        // The lease of a primary that was ended is waited for as well.
        expect(
            (liveness.failureThreshold + 1) * liveness.periodSeconds +
                liveness.terminationGracePeriodSeconds +
                primaryLease.leaseDurationSeconds,
        ).toBeLessThanOrEqual(failoverSeconds);
        // The operator's webhook takes nothing else.
        expect(primaryLease.leaseDurationSeconds).toBeGreaterThan(primaryLease.renewDeadlineSeconds);
        expect(primaryLease.renewDeadlineSeconds).toBeGreaterThan(1.2 * primaryLease.retryPeriodSeconds);
    });

    it("spreads members, by force where it is required", () => {
        expect(specOf().affinity).toMatchObject({ topologyKey: "kubernetes.io/hostname", podAntiAffinityType: "preferred" });
        expect(specOf({ spreadOver: "topology.kubernetes.io/zone", spreadIsRequired: true }).affinity).toMatchObject({
            topologyKey: "topology.kubernetes.io/zone",
            podAntiAffinityType: "required",
        });
        expect(specOf({ lostNodeSeconds: 10 }).affinity.tolerations.map(({ tolerationSeconds }) => tolerationSeconds)).toEqual([10, 10]);
    });
});

describe("who gets in", () => {
    const from = (args: Partial<PostgresClusterArgs> = {}) =>
        clusterNetwork("ledger", { ...base, ...args }).ingress as pulumi.Unwrap<never[]>;
    it("is a client, a member and the operator, each to its port", () => {
        const client = { podSelector: { matchLabels: { "holdfast.dev/client-of-ledger": "true" } } };
        expect(from()).toEqual([
            { from: [client], ports: [{ port: 5432, protocol: "TCP" }] },
            { from: [{ podSelector: { matchLabels: { "cnpg.io/cluster": "ledger" } } }] },
            {
                from: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "cnpg-system" } },
                        podSelector: { matchLabels: { "app.kubernetes.io/name": "cloudnative-pg" } },
                    },
                ],
                ports: [{ port: 8000, protocol: "TCP" }],
            },
        ]);
    });

    it("is a client of another namespace where that is named, and Prometheus", () => {
        const rules = JSON.stringify(
            from({ clientNamespaces: ["web"], monitoringNamespace: "monitoring", operatorNamespace: "operators" }),
        );
        for (const name of ["web", "monitoring", "operators"]) expect(rules).toContain(`{"kubernetes.io/metadata.name":"${name}"}`);
        expect(rules).toContain("9187");
    });
});
