import { insideLayout } from "../../../sandbox/cluster/control-plane";
import { runInside } from "../../../sandbox/node/compartment";
import { startClientPod } from "./client-pod";
import { waitUntil } from "./wait";
import type { World } from "./world";

const app = "user-preferences";

/** The PostgreSQL of the user-preferences stack, as its users see it: from a pod, through its Service, with its password. */
export class Database {
    readonly namespace = app;
    readonly client = "client";

    constructor(private readonly world: World) {}

    /** Makes a client pod that the NetworkPolicy admits, on a node of choice; the image has psql and pgbench. */
    startClient(nodeName?: string): void {
        startClientPod(this.world, {
            name: this.client,
            namespace: this.namespace,
            app,
            image: "registry.sandbox.holdfast/postgres:17",
            nodeName,
            env: [
                { name: "PGHOST", value: app },
                { name: "PGUSER", value: "user_preferences" },
                { name: "PGDATABASE", value: "user_preferences" },
                { name: "PGCONNECT_TIMEOUT", value: "3" },
                { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: `${app}-password`, key: "password" } } },
            ],
        });
    }

    /** Runs a program in the client pod. */
    inClient(...argv: string[]): string {
        return this.world.kubectl("-n", this.namespace, "exec", this.client, "--", ...argv);
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
        return {
            accounts: Number(accounts),
            checksum,
            history: Number(history),
            claimUid: this.claim("{.metadata.uid}"),
            volume: this.claim("{.spec.volumeName}"),
        };
    }

    /** True where every transaction of pgbench is there with all its parts: each adds one amount to four tables. */
    isConsistent(): boolean {
        const sums = this.sql(
            "select coalesce(sum(delta), 0) from pgbench_history union all select sum(abalance) from pgbench_accounts union all select sum(tbalance) from pgbench_tellers union all select sum(bbalance) from pgbench_branches",
        ).split("\n");
        return sums.length === 4 && new Set(sums).size === 1;
    }

    /** Has the server's own checker read every row and index, and every page against its checksum; throws with what it found. */
    checkEveryPage(host = app): void {
        const ask = (statement: string) => this.inClient("psql", "-h", host, "-XAtqc", statement);
        if (ask("show data_checksums") !== "on") throw new Error("pages have no checksums");
        this.inClient("pg_amcheck", "-h", host, "--install-missing", "--heapallindexed");
        const failures = ask("select coalesce(sum(checksum_failures), 0) from pg_stat_database");
        if (failures !== "0") throw new Error(`${failures} pages don't match their checksums`);
    }

    /** A field of the data's claim. */
    claim(jsonpath: string): string {
        return this.world.kubectl("-n", this.namespace, "get", "pvc", `data-${app}-0`, "-o", `jsonpath=${jsonpath}`);
    }

    /** A field of the database's pod; empty when there is no pod or no such field. */
    pod(jsonpath: string): string {
        return this.world.tryKubectl("-n", this.namespace, "get", "pod", `${app}-0`, "-o", `jsonpath=${jsonpath}`).stdout.trim();
    }

    /** Which start of the server this is: the pod's UID and how often its container was restarted. */
    incarnation(): string {
        return this.pod("{.metadata.uid} {.status.containerStatuses[0].restartCount}");
    }

    /** Number of the node the pod is on. */
    node(): number {
        return Number(/^node-(\d)$/.exec(this.pod("{.spec.nodeName}"))?.[1]);
    }

    /** What the server has written since it was started, or with `--previous` before; empty where there is no such start. */
    serverLog(...flags: string[]): string {
        return this.world.tryKubectl("-n", this.namespace, "logs", `${app}-0`, ...flags).stdout;
    }

    /** Deletes the pod as `kubectl drain` would, or with flags by force; returns the seconds until it was gone. */
    deletePod(...flags: string[]): number {
        const started = Date.now();
        this.world.kubectl("-n", this.namespace, "delete", "pod", `${app}-0`, ...flags);
        return (Date.now() - started) / 1000;
    }

    /** Kills the server's first process with SIGKILL, from its node. */
    killServer(): void {
        const node = this.node();
        const id = this.pod("{.status.containerStatuses[0].containerID}").replace("containerd://", "");
        const socket = insideLayout.node(node).containerdSocket;
        const tasks = runInside(this.world.layout.node(node).folder, ["ctr", "--address", socket, "-n", "k8s.io", "tasks", "ls"]);
        const pid = new RegExp(`^${id}\\s+(\\d+)\\s+RUNNING`, "m").exec(tasks)?.[1];
        if (!pid) throw new Error(`no running container ${id}:\n${tasks}`);
        runInside(this.world.layout.node(node).folder, ["kill", "-KILL", pid]);
    }

    /** True when the database answers through its Service. */
    answers(): boolean {
        const answer = this.world.tryKubectl("-n", this.namespace, "exec", this.client, "--", "psql", "-XAtqc", "select 1");
        return answer.status === 0 && answer.stdout.trim() === "1";
    }

    /** Waits until the database answers through its Service; returns the seconds that took. */
    waitUntilReachable(limitSeconds: number): number {
        return waitUntil("the database answers", limitSeconds, () => this.answers());
    }

    /** Waits until another start of the server than that one answers; returns the seconds that took. */
    waitForNext(incarnation: string, limitSeconds: number): number {
        const isNext = () => this.pod("{.status.containerStatuses[0].ready}") === "true" && this.incarnation() !== incarnation;
        return waitUntil("another start of the server answers", limitSeconds, () => isNext() && this.answers());
    }
}

/** What must be the same before and after. */
export interface Fingerprint {
    accounts: number;
    checksum: string;
    history: number;
    claimUid: string;
    volume: string;
}
