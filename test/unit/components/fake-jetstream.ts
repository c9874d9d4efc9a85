/** As much of JetStream as copies and restores ask of it, in memory: what it is asked is in `asked`, what it may be made to do in its fields. */

import { natsClientScript } from "../../../components/workloads/nats-client-script";

interface Message {
    subject: string;
    reply?: string;
    header: string;
    data: Buffer;
}

export interface FakeState {
    messages: number;
    first_seq: number;
    last_seq: number;
    deleted?: number[];
}

export interface FakeStream {
    config: { name: string; num_replicas: number; metadata?: Record<string, string> } & Record<string, unknown>;
    state: FakeState;
    /** What a snapshot of it is made of. */
    bytes: Buffer;
}

/** Runs a script as Node.js would, with modules of its own. */
export function load<T>(script: string, modules: Record<string, unknown> = {}): T {
    const loaded = { exports: {} };
    const required = (name: string) => modules[name] ?? require(name);
    new Function("module", "exports", "require", "process", script)(loaded, loaded.exports, required, process);
    return loaded.exports as T;
}

export interface Client {
    ask(connection: unknown, subject: string, body?: object, options?: object): Promise<Record<string, unknown>>;
}
export const client = load<Client>(natsClientScript);

export class FakeJetStream {
    readonly streams = new Map<string, FakeStream>();
    readonly asked: string[] = [];
    /** Headers with which the next snapshots end, one each; none where it ends well. */
    readonly endings: string[] = [];
    /** Called once a snapshot is through: what clients do meanwhile. */
    meanwhile: (stream: FakeStream) => void = () => undefined;
    /** What the next restore has to say at its end. */
    refusal: object | undefined;
    readonly closed = new Promise<void>(() => undefined);
    private readonly handlers = new Map<string, (message: Message) => void>();
    private restoring: { config: FakeStream["config"]; parts: Buffer[] } | undefined;

    add(name: string, state: FakeState, bytes = `snapshot of ${name}`, config: object = {}): this {
        this.streams.set(name, { config: { name, num_replicas: 3, ...config }, state, bytes: Buffer.from(bytes) });
        return this;
    }

    close(): void {}

    subscribe(subject: string, handler: (message: Message) => void): () => void {
        this.handlers.set(subject, handler);
        return () => this.handlers.delete(subject);
    }

    publish(subject: string): void {
        this.asked.push(subject);
    }

    async request(subject: string, body: string | Buffer = ""): Promise<{ data: Buffer }> {
        if (subject === "restore-here") return { data: Buffer.from(this.piece(Buffer.from(body))) };
        const [, verb, name] = /^\$JS\.API\.STREAM\.([A-Z]+)\.?(.*)$/.exec(subject) as unknown as [string, string, string];
        const given = body.length === 0 ? {} : JSON.parse(String(body));
        if (verb !== "INFO") this.asked.push(`${verb} ${name}`.trim());
        return { data: Buffer.from(JSON.stringify(this.answer(verb, name, given))) };
    }

    private answer(verb: string, name: string, given: { config: FakeStream["config"]; deliver_subject: string }): object {
        const stream = this.streams.get(name);
        if (verb === "NAMES") return { streams: [...this.streams.keys()], total: this.streams.size };
        if (verb === "RESTORE") {
            if (stream) return { error: { code: 400, err_code: 10130, description: "stream name already in use" } };
            this.restoring = { config: given.config, parts: [] };
            return { deliver_subject: "restore-here" };
        }
        if (!stream) return { error: { code: 404, err_code: 10059, description: "stream not found" } };
        if (verb === "DELETE") this.streams.delete(name);
        if (verb === "UPDATE") stream.config = given as unknown as FakeStream["config"];
        if (verb === "SNAPSHOT") this.deliver(stream, given.deliver_subject);
        return { config: stream.config, state: { ...stream.state } };
    }

    private deliver(stream: FakeStream, subject: string): void {
        setImmediate(() => {
            const tell = (data: Buffer, header = "", reply?: string) => this.handlers.get(subject)?.({ subject, reply, header, data });
            for (let at = 0; at < stream.bytes.length; at += 5) tell(stream.bytes.subarray(at, at + 5), "", `ack.${at}`);
            this.meanwhile(stream);
            tell(Buffer.alloc(0), this.endings.shift() ?? "NATS/1.0 204\r\n\r\n");
        });
    }

    /** A piece of a restore; the stream is there after the last one, which is empty, with what its bytes say it has. */
    private piece(data: Buffer): string {
        const { config, parts } = this.restoring as NonNullable<typeof this.restoring>;
        if (data.length > 0) {
            parts.push(data);
            return "";
        }
        if (this.refusal) return JSON.stringify({ error: this.refusal });
        const bytes = Buffer.concat(parts);
        const [first, last] = /(\d+) to (\d+)/.exec(bytes.toString())?.slice(1).map(Number) ?? [0, 0];
        this.streams.set(config.name, {
            config,
            bytes,
            state: { messages: last === 0 ? 0 : last - first + 1, first_seq: first, last_seq: last },
        });
        return JSON.stringify({ config });
    }
}
