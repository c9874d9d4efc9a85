import * as fs from "node:fs";
import * as path from "node:path";
import { natsClientScript } from "../../../components/workloads/nats-client-script";
import { insideLayout } from "../../../sandbox/cluster/control-plane";
import { runInside } from "../../../sandbox/node/compartment";
import { type ClientPod, startClientPod } from "./client-pod";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** What JetStream says of a stream. */
export interface StreamInfo {
    config: { num_replicas: number; max_age: number; max_bytes: number };
    state: { messages: number };
    cluster: { leader: string; replicas: { name: string; current: boolean }[] };
}

/** The JetStream of an application, as its clients see it: from a pod, with a password, by its protocol. */
export class EventStream {
    readonly client = "client";

    constructor(
        private readonly world: World,
        readonly app = "user-actions",
        readonly stream = "user-actions",
    ) {}

    /** Makes a client pod that the NetworkPolicy admits, on a node of its own choice or on that one. What it runs lies in a ConfigMap. */
    startClient(node?: number): void {
        const program = fs.readFileSync(path.join(__dirname, "stream-client.js"), "utf8");
        const servers = [0, 1, 2].map((n) => `${this.app}-${n}.${this.app}-headless`).join(",");
        const metadata = { name: this.client, namespace: this.app };
        const client: ClientPod = {
            ...metadata,
            app: this.app,
            image: "registry.sandbox.holdfast/node:20",
            command: ["node", "-e", "setInterval(() => undefined, 1 << 30)"],
            nodeName: node === undefined ? undefined : `node-${node}`,
            env: [
                { name: "NATS_SERVERS", value: servers },
                { name: "NATS_USER", value: this.app },
                {
                    name: "NATS_PASSWORD",
                    valueFrom: { secretKeyRef: { name: `${this.app}-password`, key: "password" } },
                },
            ],
            volumeMounts: [{ name: "programs", mountPath: "/programs", readOnly: true }],
            volumes: [{ name: "programs", configMap: { name: this.client } }],
        };
        const data = { "client.js": natsClientScript, "stream-client.js": program };
        startClientPod(this.world, client, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
    }

    /** Number of the node that a pod is on. */
    nodeOf(pod: string): number {
        return Number(/^node-(\d)$/.exec(this.pod(pod, "{.spec.nodeName}"))?.[1]);
    }

    /** Puts the client on a node that nothing will happen to. */
    moveClientFrom(node: number): void {
        if (this.nodeOf(this.client) !== node) return;
        this.world.kubectl("-n", this.app, "delete", "pod", this.client, "--force", "--grace-period=0");
        this.startClient((node % 3) + 1);
    }

    /** Runs the client program once. */
    ask(...argv: string[]): string {
        return this.world.kubectl("-n", this.app, "exec", this.client, "--", "node", "/programs/stream-client.js", ...argv);
    }

    info(): StreamInfo {
        return JSON.parse(this.ask("info", this.stream));
    }

    /** The same, undefined while nobody answers. */
    private tryInfo(): StreamInfo | undefined {
        try {
            return this.info();
        } catch {
            return undefined;
        }
    }

    /**
     * A line for every stored message from a sequence on: its sequence, the number it carries or `damaged`, its subject, its time, and a hash
     * of all of it.
     */
    contents(from = 1): string[] {
        const lines = this.ask("read", this.stream, String(from)).split("\n");
        const end = lines.pop();
        if (end !== `end ${lines.length}`) throw new Error(`the stream was not read to its end: ${end} after ${lines.length} messages`);
        return lines;
    }

    /** Every stored message from a sequence on, by its own: the number it carries, or `damaged`. */
    stored(from = 1): Map<string, string> {
        return new Map(this.contents(from).map((line) => line.split(" ").slice(0, 2) as [string, string]));
    }

    /** A field of a member's pod; empty when there is no pod or no such field. */
    pod(member: string, jsonpath: string): string {
        return this.world.tryKubectl("-n", this.app, "get", "pod", member, "-o", `jsonpath=${jsonpath}`).stdout.trim();
    }

    /** UIDs of the members' pods, in their order. */
    podUids(): string[] {
        return [0, 1, 2].map((n) => this.pod(`${this.app}-${n}`, "{.metadata.uid}"));
    }

    /** Sends a signal to a member's server, from its node. */
    signal(member: string, signal: "KILL" | "STOP" | "CONT"): void {
        const node = this.nodeOf(member);
        const id = this.pod(member, "{.status.containerStatuses[0].containerID}").replace("containerd://", "");
        const socket = insideLayout.node(node).containerdSocket;
        const folder = this.world.layout.node(node).folder;
        const tasks = runInside(folder, ["ctr", "--address", socket, "-n", "k8s.io", "tasks", "ls"]);
        const pid = new RegExp(`^${id}\\s+(\\d+)\\s+(RUNNING|PAUSED)`, "m").exec(tasks)?.[1];
        if (!pid) throw new Error(`no running container ${id}:\n${tasks}`);
        runInside(folder, ["kill", `-${signal}`, pid]);
    }

    /** Waits until every member is ready, and every copy of the stream has what its leader has. */
    waitUntilWhole(limitSeconds: number): number {
        const path = 'jsonpath={range .items[*]}{.status.containerStatuses[0].ready}{.metadata.deletionTimestamp}{"\\n"}{end}';
        const members = ["-n", this.app, "get", "pods", "-l", `app.kubernetes.io/name=${this.app}`, "-o", path];
        const areReady = () => /^(true\n?){3}$/.test(this.world.tryKubectl(...members).stdout);
        return waitUntil("three members with every copy", limitSeconds, () => {
            if (!areReady()) return false;
            const { replicas } = this.tryInfo()?.cluster ?? { replicas: [] };
            return replicas.length === 2 && replicas.every(({ current }) => current);
        });
    }

    /** What a person would look at first. */
    lookAround(): string {
        const look = (...argv: string[]) => this.world.tryKubectl("-n", this.app, ...argv).stdout.trim();
        const logs = [0, 1, 2].map((n) => `${this.app}-${n}:\n${look("logs", `${this.app}-${n}`, "--tail=8")}`);
        const events = look("get", "events", "--sort-by=.lastTimestamp").split("\n").slice(-20);
        return [look("get", "pods,jobs", "-o", "wide"), ...events, ...logs].join("\n");
    }
}
