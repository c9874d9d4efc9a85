/** As much of a cluster as restarts and replacements change: pods that come back, claims that go when no pod uses them, what is noted. */

import type { LiveClaim } from "../../../../cli/members/claim-copy";
import type { MemberEngine } from "../../../../cli/members/engines/engine";
import type { View } from "../../../../cli/members/view";
import { Members } from "../../../../cli/members/watch";
import { readyPod } from "./seen";

type Pod = ReturnType<typeof readyPod>;

const spec = { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "2Gi" } } };
const manager = "pulumi-kubernetes-1a2b3c4d";

export class ClusterStandIn {
    readonly pods = new Map<string, Pod>();
    readonly claims = new Map<string, LiveClaim>();
    readonly notes = new Map<string, object>();
    /** What was done, in order. */
    readonly log: string[] = [];
    primary = "carts-0";
    /** Members that lack something, with what. */
    readonly lacking = new Map<string, string>();
    readonly troubled = new Map<string, string>();
    policy = "Retain";
    /** Kubernetes makes a claim that is missing before anybody else can. */
    isQuick = false;
    /** Called after each change, to change more or to throw. */
    after: (done: string) => void = () => {};
    private made = 0;

    constructor(readonly replicas = 3) {
        for (let n = 0; n < replicas; n++) {
            this.pods.set(`carts-${n}`, readyPod(`carts-${n}`));
            const name = `data-carts-${n}`;
            const metadata = { name, namespace: "carts", uid: `old-${n}`, labels: { app: "carts" } };
            const fieldsV1 = { "f:metadata": { "f:labels": { "f:app": {} } } };
            this.claims.set(name, {
                metadata: { ...metadata, managedFields: [{ manager, operation: "Apply", fieldsV1 }] },
                spec: { ...spec, volumeName: `pv-${n}` },
            });
        }
    }

    private did(what: string): void {
        this.log.push(what);
        this.after(what);
    }

    /** What Kubernetes does by itself between two looks. */
    private settle(): void {
        for (const [name, pod] of [...this.pods]) {
            if (pod.metadata.deletionTimestamp === undefined) continue;
            this.pods.delete(name);
            const claim = this.claims.get(`data-${name}`);
            if (claim?.metadata.deletionTimestamp !== undefined) this.claims.delete(`data-${name}`);
        }
        for (let n = 0; n < this.replicas; n++) {
            const name = `carts-${n}`;
            if (this.isQuick && !this.claims.has(`data-${name}`)) {
                const metadata = { name: `data-${name}`, namespace: "carts", uid: `of-template-${++this.made}` };
                this.claims.set(metadata.name, { metadata, spec: { ...spec, volumeName: "pv-of-template" } });
            }
            if (this.pods.has(name) || !this.claims.has(`data-${name}`)) continue;
            const pod = readyPod(name);
            pod.metadata.uid = `pod-${++this.made}`;
            this.pods.set(name, pod);
        }
    }

    view(): View {
        this.settle();
        const members = Array.from({ length: this.replicas }, (_, n) => `carts-${n}`).map((name) => ({
            name,
            uid: this.pods.get(name)?.metadata.uid,
            isPrimary: name === this.primary,
            lacks: this.pods.has(name) ? this.lacking.get(name) : "its pod is not there yet",
            trouble: this.troubled.get(name),
            restarts: 0,
            claims: [`data-${name}`],
            onlyCopies: [],
        }));
        return { members, asked: this.replicas };
    }

    async run(argv: string[], input = ""): Promise<string> {
        const [verb] = argv;
        if (verb === "get") {
            const claim = this.claims.get(argv[2]);
            return claim ? JSON.stringify(claim) : "";
        }
        if (verb === "delete" && argv[1] === "--raw") {
            const [, kind, name] = /\/(pods|persistentvolumeclaims)\/(.+)$/.exec(argv[2]) ?? [];
            const object = kind === "pods" ? this.pods.get(name) : this.claims.get(name);
            const { uid } = (JSON.parse(input) as { preconditions: { uid: string } }).preconditions;
            if (object && object.metadata.uid === uid) {
                object.metadata.deletionTimestamp = "now";
                this.did(`delete ${kind === "pods" ? name : `claim ${name}`}`);
            }
            return "";
        }
        if (verb === "apply") {
            const { metadata, spec: asked } = JSON.parse(input) as LiveClaim;
            const by = argv.find((word) => word.startsWith("--field-manager="))?.split("=")[1] ?? "";
            const uid = this.claims.get(metadata.name)?.metadata.uid ?? `new-${++this.made}`;
            this.claims.set(metadata.name, {
                metadata: { ...metadata, uid, managedFields: [{ manager: by, operation: "Apply" }] },
                spec: { ...asked, volumeName: `pv-${uid}` },
            });
            this.did(`make claim ${metadata.name}`);
            return "";
        }
        throw new Error(`not foreseen: kubectl ${argv.join(" ")}`);
    }

    async find(_namespace: string | undefined, resource: string, name: string): Promise<unknown> {
        if (resource === "pod") {
            this.settle();
            return this.pods.get(name);
        }
        if (resource === "configmap") return this.notes.get(name);
        if (resource === "persistentvolume") return { metadata: { name }, spec: { persistentVolumeReclaimPolicy: this.policy } };
        if (resource === "statefulset") return { spec: { volumeClaimTemplates: [{ metadata: { name: "data" }, spec }] } };
        throw new Error(`not foreseen: ${resource}`);
    }

    async create(object: { metadata: { name: string } }): Promise<object> {
        if (this.notes.has(object.metadata.name)) throw new Error("it is there already");
        this.notes.set(object.metadata.name, object);
        this.did("note");
        return object;
    }

    async remove(_namespace: string, _resource: string, name: string): Promise<void> {
        this.notes.delete(name);
        this.did("forget");
    }

    /** An application of three members that hand over when they lead. */
    members(more: Partial<MemberEngine> = {}, limitSeconds = 5): Members {
        const engine: MemberEngine = {
            claimsOf: "stack",
            view: async () => this.view(),
            handOver: async (_api, _place, _view, from) => {
                this.primary = from === "carts-2" ? "carts-1" : "carts-2";
                this.did(`${from} hands over`);
            },
            ...more,
        };
        return new Members(this as never, engine, { app: "carts", namespace: "carts" }, limitSeconds, 0);
    }
}
