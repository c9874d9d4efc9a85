import type { World } from "./world";

const namespace = "user-preferences";
const app = "user-preferences";

/** The PostgreSQL of the user-preferences stack, as its users see it: from a pod, through its Service, with its password. */
export class Database {
    readonly client = "client";

    constructor(private readonly world: World) {}

    /** Makes a client pod that the NetworkPolicy admits; the image has psql and pgbench. */
    startClient(): void {
        const restricted = {
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            seccompProfile: { type: "RuntimeDefault" },
        };
        this.world.apply({
            apiVersion: "v1",
            kind: "Pod",
            metadata: { name: this.client, namespace, labels: { [`holdfast.dev/client-of-${app}`]: "true" } },
            spec: {
                automountServiceAccountToken: false,
                terminationGracePeriodSeconds: 0,
                tolerations: [{ operator: "Exists" }],
                containers: [
                    {
                        name: "client",
                        image: "registry.sandbox.holdfast/postgres:17",
                        imagePullPolicy: "IfNotPresent",
                        command: ["sleep", "infinity"],
                        securityContext: restricted,
                        env: [
                            { name: "PGHOST", value: app },
                            { name: "PGUSER", value: "user_preferences" },
                            { name: "PGDATABASE", value: "user_preferences" },
                            { name: "PGCONNECT_TIMEOUT", value: "3" },
                            { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: `${app}-password`, key: "password" } } },
                        ],
                    },
                ],
            },
        });
        this.world.kubectl("-n", namespace, "wait", "--for=condition=Ready", `pod/${this.client}`, "--timeout=60s");
    }

    /** Runs a program in the client pod. */
    inClient(...argv: string[]): string {
        return this.world.kubectl("-n", namespace, "exec", this.client, "--", ...argv);
    }

    /** Result of one SQL statement, unaligned, without headings. */
    sql(statement: string): string {
        return this.inClient("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement);
    }

    /** `pgbench -i -s <scale>`. */
    fill(scale: number): void {
        this.inClient("pgbench", "-i", "-q", "-s", String(scale));
    }

    /** Row counts and checksums of the tables pgbench doesn't change while nobody runs it. */
    fingerprint(): Fingerprint {
        const [accounts, checksum, history] = this.sql(
            "select (select count(*) from pgbench_accounts), (select md5(string_agg(aid || ':' || abalance, ',' order by aid)) from pgbench_accounts), (select count(*) from pgbench_history)",
        ).split("|") as [string, string, string];
        return { accounts: Number(accounts), checksum, history: Number(history), claimUid: this.claim("{.metadata.uid}") };
    }

    /** A field of the data's claim. */
    claim(jsonpath: string): string {
        return this.world.kubectl("-n", namespace, "get", "pvc", `data-${app}-0`, "-o", `jsonpath=${jsonpath}`);
    }

    /** A field of the database's pod. */
    pod(jsonpath: string): string {
        return this.world.kubectl("-n", namespace, "get", "pod", `${app}-0`, "-o", `jsonpath=${jsonpath}`);
    }

    /** Waits until the database answers through its Service; returns the seconds that took. */
    waitUntilReachable(limitSeconds: number): number {
        const started = Date.now();
        for (;;) {
            const answer = this.world.tryKubectl("-n", namespace, "exec", this.client, "--", "psql", "-XAtqc", "select 1");
            const seconds = (Date.now() - started) / 1000;
            if (answer.status === 0 && answer.stdout.trim() === "1") return seconds;
            if (seconds > limitSeconds) throw new Error(`the database does not answer after ${limitSeconds} s: ${answer.stderr}`);
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        }
    }
}

/** What must be the same before and after. */
export interface Fingerprint {
    accounts: number;
    checksum: string;
    history: number;
    claimUid: string;
}
