import { insideLayout } from "../../../sandbox/cluster/control-plane";
import { runInside } from "../../../sandbox/node/compartment";
import { startClientPod } from "./client-pod";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** As much of the operator's Cluster as is looked at. */
interface ClusterObject {
    metadata: { uid: string; generation: number };
    spec: { instances: number };
    status: { currentPrimary?: string; targetPrimary?: string; phase?: string; readyInstances?: number };
}

/** A PostgreSQL cluster of CloudNativePG, as its users see it: from a pod, by TLS with the server's name checked, with each role's password. */
export class ClusterDatabase {
    readonly client = "client";

    constructor(
        private readonly world: World,
        readonly app: string,
        readonly namespace = app,
    ) {}

    private get database(): string {
        return this.app.replaceAll("-", "_");
    }

    /** Makes a client pod that the NetworkPolicy admits, on a node of choice. It works as the application's role unless told another. */
    startClient(nodeName?: string): void {
        this.world.tryKubectl("-n", this.namespace, "delete", "pod", this.client, "--ignore-not-found", "--force", "--grace-period=0");
        const passwordOf = (secret: string) => ({ secretKeyRef: { name: `${this.app}-${secret}`, key: "password" } });
        startClientPod(this.world, {
            name: this.client,
            namespace: this.namespace,
            app: this.app,
            image: "registry.sandbox.holdfast/postgres-cluster:17",
            nodeName,
            env: [
                { name: "PGHOST", value: `${this.app}-rw` },
                { name: "PGDATABASE", value: this.database },
                { name: "PGUSER", value: `${this.database}_app` },
                { name: "PGCONNECT_TIMEOUT", value: "3" },
                { name: "PGSSLMODE", value: "verify-full" },
                { name: "PGSSLROOTCERT", value: "/run/ca/ca.crt" },
                { name: "PGPASSWORD", valueFrom: passwordOf("password") },
                { name: "OWNER_PASSWORD", valueFrom: passwordOf("owner") },
                { name: "READER_PASSWORD", valueFrom: passwordOf("reader") },
            ],
            volumeMounts: [{ name: "ca", mountPath: "/run/ca", readOnly: true }],
            volumes: [{ name: "ca", secret: { secretName: `${this.app}-ca`, items: [{ key: "ca.crt", path: "ca.crt" }] } }],
        });
    }

    /** Number of the node that the client pod is on; nothing where none runs. */
    clientNode(): number | undefined {
        const fields = "jsonpath={.status.conditions[?(@.type=='Ready')].status} {.spec.nodeName}";
        const { stdout } = this.world.tryKubectl("-n", this.namespace, "get", "pod", this.client, "-o", fields);
        const node = /^True node-(\d)$/.exec(stdout.trim())?.[1];
        return node === undefined ? undefined : Number(node);
    }

    /** Runs a program in the client pod, as the application. */
    inClient(...argv: string[]): string {
        return this.world.kubectl("-n", this.namespace, "exec", this.client, "--", ...argv);
    }

    /** What a statement of one of the roles comes to: its result, or why it was refused. */
    as(role: "app" | "owner" | "reader", statement: string, host = `${this.app}-rw`): string {
        const [user, password] = {
            app: [`${this.database}_app`, "PGPASSWORD"],
            owner: [this.database, "OWNER_PASSWORD"],
            reader: [`${this.database}_reader`, "READER_PASSWORD"],
        }[role];
        const script = `PGPASSWORD="$${password}" psql -h "$1" -U "$2" -XAtq -v ON_ERROR_STOP=1 -c "$3"`;
        const outcome = this.world.tryKubectl(
            "-n",
            this.namespace,
            "exec",
            this.client,
            "--",
            "bash",
            "-c",
            script,
            "psql",
            host,
            user,
            statement,
        );
        return (outcome.status === 0 ? outcome.stdout : outcome.stderr).trim();
    }

    /** Result of a statement of the owner's. */
    sql(statement: string): string {
        return this.inClient(
            "bash",
            "-c",
            'PGPASSWORD="$OWNER_PASSWORD" psql -U "$1" -XAtq -v ON_ERROR_STOP=1 -c "$2"',
            "psql",
            this.database,
            statement,
        );
    }

    object(): ClusterObject {
        return JSON.parse(
            this.world.kubectl("-n", this.namespace, "get", "clusters.postgresql.cnpg.io", this.app, "-o", "json"),
        ) as ClusterObject;
    }

    /** A field of every member's pod, by the pod's name. */
    members(field = "{.metadata.uid}"): Record<string, string> {
        const lines = this.world
            .kubectl(
                "-n",
                this.namespace,
                "get",
                "pods",
                `--selector=cnpg.io/cluster=${this.app},cnpg.io/podRole=instance`,
                "-o",
                `jsonpath={range .items[*]}{.metadata.name} ${field}{"\\n"}{end}`,
            )
            .split("\n")
            .filter((line) => line !== "");
        return Object.fromEntries(lines.map((line) => [line.split(" ")[0] as string, line.split(" ").slice(1).join(" ")]));
    }

    /** The primary, as the operator has it. */
    primary(): string {
        return this.object().status.currentPrimary ?? "";
    }

    /** Number of the node that a member is on. */
    nodeOf(pod: string): number {
        return Number(/^node-(\d)$/.exec(this.members("{.spec.nodeName}")[pod] ?? "")?.[1]);
    }

    /** Which start of which member is the primary. */
    incarnation(): string {
        const primary = this.primary();
        return `${primary} ${this.members("{.metadata.uid} {.status.containerStatuses[0].restartCount}")[primary] ?? ""}`;
    }

    /** Waits until every member is there and follows the primary; returns the seconds that took. */
    waitUntilWhole(limitSeconds: number): number {
        return waitUntil("every member is there and follows", limitSeconds, () => {
            const { spec, status } = this.object();
            if (status.phase !== "Cluster in healthy state" || status.readyInstances !== spec.instances) return false;
            return this.onPrimary("select count(*) from pg_stat_replication where state = 'streaming'") === String(spec.instances - 1);
        });
    }

    /** Result of a statement of the superuser's, within the primary's pod; empty where nobody answers. */
    onPrimary(statement: string): string {
        const pod = this.primary();
        const psql = ["psql", "-XAtqc", statement];
        return this.world.tryKubectl("-n", this.namespace, "exec", pod, "-c", "postgres", "--", ...psql).stdout.trim();
    }

    /** Deletes a member's pod by force: it is forgotten before it has ended. */
    deleteByForce(...pods: string[]): void {
        this.world.kubectl("-n", this.namespace, "delete", "pod", ...pods, "--force", "--grace-period=0", "--wait=false");
    }

    /** Kills the first process of a member's container: the others go with it. */
    kill(pod: string): void {
        this.send("KILL", this.nodeOf(pod), this.processes(pod).slice(0, 1));
    }

    /** Freezes every process of a member's container, the first one first: the others can't answer for it. Returns what thaws those that are left. */
    freeze(pod: string): () => void {
        const node = this.nodeOf(pod);
        const processes = this.processes(pod);
        this.send("STOP", node, processes);
        return () => this.send("CONT", node, processes);
    }

    /** Numbers of the processes of a member's container on its node, the first one first. */
    private processes(pod: string): string[] {
        const node = this.nodeOf(pod);
        const id = this.members('{.status.containerStatuses[?(@.name=="postgres")].containerID}')[pod]?.replace("containerd://", "") ?? "";
        const { folder } = this.world.layout.node(node);
        const ctr = ["ctr", "--address", insideLayout.node(node).containerdSocket, "-n", "k8s.io", "tasks"];
        const first = new RegExp(`^${id}\\s+(\\d+)\\s+RUNNING`, "m").exec(runInside(folder, [...ctr, "ls"]))?.[1];
        if (!first) throw new Error(`no running container of ${pod}`);
        const all = [...runInside(folder, [...ctr, "ps", id]).matchAll(/^(\d+)\s/gm)].map(([, pid]) => pid as string);
        return [first, ...all.filter((pid) => pid !== first)];
    }

    /** One that has ended meanwhile needs no signal. */
    private send(name: "KILL" | "STOP" | "CONT", node: number, processes: string[]): void {
        runInside(this.world.layout.node(node).folder, [
            "sh",
            "-c",
            `for pid in ${processes.join(" ")}; do kill -${name} $pid 2>/dev/null; done; true`,
        ]);
    }
}
