import { insideLayout } from "../../../sandbox/cluster/control-plane";
import { runInside } from "../../../sandbox/node/compartment";
import { startClientPod } from "./client-pod";
import { waitUntil } from "./wait";
import type { World } from "./world";

/** A Valkey with Sentinel as its users see it: from a pod, through its Service, with its password. */
export class Store {
    readonly client = "client";
    private ip = "";

    constructor(
        private readonly world: World,
        readonly app: string,
        readonly members = 3,
    ) {}

    get namespace(): string {
        return this.app;
    }

    /** Makes a client pod that the NetworkPolicy admits, on a node of choice; the image has valkey-cli and bash. */
    startClient(node?: number): void {
        this.world.tryKubectl("-n", this.namespace, "delete", "pod", this.client, "--force", "--grace-period=0", "--ignore-not-found");
        startClientPod(this.world, {
            name: this.client,
            namespace: this.namespace,
            app: this.app,
            image: "registry.sandbox.holdfast/valkey:8.1",
            runAsUser: 999,
            nodeName: node === undefined ? undefined : `node-${node}`,
            env: [
                { name: "REDISCLI_AUTH", valueFrom: { secretKeyRef: { name: `${this.app}-password`, key: "password" } } },
                { name: "HOST", value: this.app },
            ],
        });
    }

    /** Runs a program in the client pod. */
    inClient(...argv: string[]): string {
        return this.world.kubectl("-n", this.namespace, "exec", this.client, "--", ...argv);
    }

    private tryInClient(...argv: string[]): string {
        return this.world.tryKubectl("-n", this.namespace, "exec", this.client, "--", ...argv).stdout.trim();
    }

    /** What the primary answers, through the Service. */
    ask(...command: string[]): string {
        return this.inClient("valkey-cli", "-h", this.app, ...command);
    }

    /** The same, empty where there is no answer within seconds: while nobody leads. */
    tryAsk(...command: string[]): string {
        return this.tryInClient("timeout", "5", "valkey-cli", "-h", this.app, ...command);
    }

    /** The Service's own address. */
    address(): string {
        this.ip ||= this.world.kubectl("-n", this.namespace, "get", "service", this.app, "-o", "jsonpath={.spec.clusterIP}");
        return this.ip;
    }

    password(): string {
        const encoded = this.world.kubectl(
            "-n",
            this.namespace,
            "get",
            "secret",
            `${this.app}-password`,
            "-o",
            "jsonpath={.data.password}",
        );
        return Buffer.from(encoded, "base64").toString();
    }

    /** Name of the member that a sentinel, asked through the Service as clients do, has for the primary; empty where none answers. */
    primary(): string {
        const answer = this.tryAsk("-p", "26379", "SENTINEL", "get-master-addr-by-name", this.app);
        return /^([-\w]+)\./.exec(answer)?.[1] ?? "";
    }

    waitForAnotherPrimary(than: string, limitSeconds: number): void {
        this.explained(() => waitUntil(`another primary than ${than}`, limitSeconds, () => !["", than].includes(this.primary())));
    }

    /** How many keys each member has itself. */
    keys(): number[] {
        return this.names.map((member) => Number(this.tryInClient("valkey-cli", "-h", `${member}.${this.app}-headless`, "DBSIZE")));
    }

    /** The members, in their order. */
    get names(): string[] {
        return Array.from({ length: this.members }, (_, member) => `${this.app}-${member}`);
    }

    /** A field of a member's pod; empty when there is no pod or no such field. */
    pod(member: string, jsonpath: string): string {
        return this.world.tryKubectl("-n", this.namespace, "get", "pod", member, "-o", `jsonpath=${jsonpath}`).stdout.trim();
    }

    /** Number of the node a member is on. */
    node(member: string): number {
        return Number(/^node-(\d)$/.exec(this.pod(member, "{.spec.nodeName}"))?.[1]);
    }

    /** Waits until every member is ready, and the primary has all the others as its replicas. */
    waitUntilWhole(limitSeconds: number): number {
        const path = "jsonpath={.status.readyReplicas} {.status.updatedReplicas} {.status.currentRevision} {.status.updateRevision}";
        const isReady = () => {
            const { stdout } = this.world.tryKubectl("-n", this.namespace, "get", "statefulset", this.app, "-o", path);
            const [ready, , current, wanted] = stdout.trim().split(" ");
            return ready === String(this.members) && current === wanted;
        };
        const replicas = () => this.tryAsk("ROLE").match(/^6379$/gm)?.length ?? 0;
        const isWhole = () => isReady() && replicas() === this.members - 1;
        return this.explained(() => waitUntil(`${this.members} members are ready`, limitSeconds, isWhole));
    }

    /** Adds to an error what the members' guards have said last. */
    private explained<T>(wait: () => T): T {
        try {
            return wait();
        } catch (error) {
            const log = (name: string) =>
                this.world.tryKubectl("-n", this.namespace, "logs", name, "-c", "guard", "--tail=8", "--timestamps");
            const pods = this.world.tryKubectl("-n", this.namespace, "get", "pods", "-o", "wide").stdout;
            const said = this.names.map((name) => `${name}:\n${log(name).stdout}${log(name).stderr}`).join("");
            throw new Error(`${(error as Error).message}\n${pods}${said}`, { cause: error });
        }
    }

    /** Sends a signal to a member's server from its node; returns how to send that same process another one. */
    signal(member: string, signal: string): (next: string) => void {
        const node = this.node(member);
        const id = this.pod(member, '{.status.containerStatuses[?(@.name=="main")].containerID}').replace("containerd://", "");
        const folder = this.world.layout.node(node).folder;
        const socket = insideLayout.node(node).containerdSocket;
        const tasks = runInside(folder, ["ctr", "--address", socket, "-n", "k8s.io", "tasks", "ls"]);
        const pid = new RegExp(`^${id}\\s+(\\d+)\\s+RUNNING`, "m").exec(tasks)?.[1];
        if (!pid) throw new Error(`no running container ${id}:\n${tasks}`);
        const send = (name: string) => {
            runInside(folder, ["kill", `-${name}`, pid]);
        };
        send(signal);
        return send;
    }
}
