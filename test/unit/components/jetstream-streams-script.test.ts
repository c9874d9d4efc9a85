/** The program that makes the streams, and its client, against a server of a few lines that speaks NATS' protocol. */

import * as net from "node:net";
import { streamsScript } from "../../../components/workloads/jetstream-streams-script";
import { natsClientScript } from "../../../components/workloads/nats-client-script";

interface Connection {
    request(subject: string, data?: string, options?: object): Promise<{ data: Buffer; header: string }>;
    publish(subject: string, data?: string, options?: object): void;
    close(): void;
}
interface Client {
    ask(connection: Connection, subject: string, body?: object): Promise<Record<string, unknown>>;
    connect(server: string, options?: object): Promise<Connection>;
    connectToAny(servers: string[], options?: object): Promise<Connection>;
}
interface Step {
    verb?: string;
    config: Record<string, unknown>;
    words: string;
}
interface Streams {
    compare(connection: Connection, request: object, now: number): Promise<{ steps: Step[]; problems: string[] }>;
    apply(connection: Connection, steps: Step[], options: object): Promise<void>;
}

function load<T>(script: string, modules: Record<string, unknown> = {}): T {
    const loaded = { exports: {} };
    new Function("module", "exports", "require", "process", script)(
        loaded,
        loaded.exports,
        (name: string) => modules[name] ?? require(name),
        process,
    );
    return loaded.exports as T;
}
const client = load<Client>(natsClientScript);
const streams = load<Streams>(streamsScript, { "./client.js": client });

/** What the server answers to a question, by its subject: JSON, or a header alone. */
type Answers = (subject: string, body: string, header: string) => object | "nobody" | undefined;

/** Serves connections on a port of its own, with answers in pieces of a few bytes. */
async function serve(answers: Answers, info = "INFO {}\r\n"): Promise<{ port: number; asked: string[]; close(): void }> {
    const asked: string[] = [];
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => undefined);
        let text = "";
        const subscriptions = new Map<string, string>();
        const send = (all: string) => {
            for (let at = 0; at < all.length; at += 7) socket.write(all.slice(at, at + 7));
        };
        const answer = (subject: string, reply: string, body: string, header: string) => {
            asked.push(`${subject} ${body}`);
            const said = answers(subject, body, header);
            const sid = subscriptions.get(reply);
            if (said === "nobody") send(`HMSG ${reply} ${sid} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`);
            else if (said) {
                const json = JSON.stringify(said);
                send(`MSG ${reply} ${sid} ${Buffer.byteLength(json)}\r\n${json}\r\n`);
            }
        };
        send(info);
        socket.on("data", (data) => {
            text += data.toString("latin1");
            for (;;) {
                const end = text.indexOf("\r\n");
                if (end < 0) return;
                const words = text.slice(0, end).split(" ");
                const counted = words[0] === "PUB" || words[0] === "HPUB";
                const bytes = counted ? Number(words.at(-1)) + 2 : 0;
                if (text.length < end + 2 + bytes) return;
                const payload = text.slice(end + 2, end + bytes);
                text = text.slice(end + 2 + bytes);
                if (words[0] === "PING") send("PONG\r\n");
                if (words[0] === "CONNECT" && words.join(" ").includes("wrong")) send("-ERR 'Authorization Violation'\r\n");
                if (words[0] === "SUB") subscriptions.set(words[1] as string, words[2] as string);
                const head = words[0] === "HPUB" ? Number(words[3]) : 0;
                if (counted) answer(words[1] as string, words[2] as string, payload.slice(head), payload.slice(0, head));
            }
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const close = () => {
        for (const socket of sockets) socket.destroy();
        server.close();
    };
    return { port: (server.address() as net.AddressInfo).port, asked, close };
}

/** A connection to such a server. */
async function connected<T>(answers: Answers, use: (connection: Connection, asked: string[]) => Promise<T>): Promise<T> {
    const { port, asked, close } = await serve(answers);
    const connection = await client.connect(`127.0.0.1:${port}`, { user: "me", password: "right" });
    try {
        return await use(connection, asked);
    } finally {
        connection.close();
        close();
    }
}

describe("the client", () => {
    it("puts an answer together from its pieces, and sends headers with a message", async () => {
        const seen: string[] = [];
        const answers: Answers = (_, __, header) => {
            seen.push(header);
            return { text: "äöü ".repeat(50) };
        };
        await connected(answers, async (connection) => {
            const { data } = await connection.request("a.b", "body", { headers: { "Nats-Msg-Id": "7" } });
            expect(JSON.parse(data.toString()).text).toBe("äöü ".repeat(50));
        });
        expect(seen).toEqual(["NATS/1.0\r\nNats-Msg-Id: 7\r\n\r\n"]);
    });

    it("says when nobody answers, and when it takes too long", async () => {
        await connected(
            (subject) => (subject === "none" ? "nobody" : undefined),
            async (connection) => {
                await expect(connection.request("none")).rejects.toThrow("none: nobody answers");
                await expect(connection.request("slow", "", { timeout: 20 })).rejects.toThrow("slow: no answer within 0.02 s");
            },
        );
    });

    it("is told that it isn't let in, and takes the next server where one isn't there", async () => {
        const { port, close } = await serve(() => undefined);
        await expect(client.connect(`127.0.0.1:${port}`, { user: "me", password: "wrong" })).rejects.toThrow("Authorization Violation");
        const connection = await client.connectToAny(["127.0.0.1:1", `127.0.0.1:${port}`], { user: "me", password: "right" });
        connection.close();
        await expect(client.connectToAny(["127.0.0.1:1"], {})).rejects.toThrow(/ECONNREFUSED/);
        close();
    });

    it("gives a question up when the connection is lost", async () => {
        const { port, close } = await serve(() => undefined);
        const connection = await client.connect(`127.0.0.1:${port}`, {});
        const asked = connection.request("a");
        close();
        await expect(asked).rejects.toThrow(/lost|ECONNRESET/);
    });

    it("gives JetStream's own errors with their code", async () => {
        await connected(
            () => ({ error: { code: 404, err_code: 10059, description: "stream not found" } }),
            (connection) => expect(client.ask(connection, "STREAM.INFO.a")).rejects.toMatchObject({ code: 10059, status: 404 }),
        );
    });
});

const now = Date.parse("2026-11-23T00:00:00Z");
const wanted = {
    name: "clicks",
    subjects: ["a", "b"],
    retention: "limits",
    storage: "file",
    discard: "old",
    max_bytes: 1000,
    max_msgs: -1,
    max_age: 0,
    num_replicas: 3,
};
const state = { messages: 10, bytes: 500, first_ts: "2026-11-22T00:00:00Z" };

/** What is decided for a stream that is there with this configuration and state. */
const decided = (config: object, stored = {}, asked: object = {}, permitted: string[] = []) =>
    connected(
        () => ({ config: { ...wanted, metadata: {}, ...config }, state: { ...state, ...stored } }),
        (connection) => streams.compare(connection, { streams: [{ ...wanted, ...asked }], permitted }, now),
    );

describe("a stream", () => {
    it("that isn't there is made", async () => {
        const answers: Answers = () => ({ error: { code: 404, err_code: 10059, description: "stream not found" } });
        const { steps } = await connected(answers, (connection) => streams.compare(connection, { streams: [wanted], permitted: [] }, now));
        expect(steps).toEqual([{ verb: "CREATE", config: wanted, words: "made" }]);
    });

    it("that is as it should be is left alone, whatever the order of its subjects", async () => {
        const { steps, problems } = await decided({ subjects: ["b", "a"] });
        expect([steps.map(({ verb }) => verb), problems]).toEqual([[undefined], []]);
    });

    it("is changed in place, and keeps what nobody asked about", async () => {
        const { steps } = await decided({ description: "mine", discard: "new" }, {}, { max_age: 2 * 86400e9 });
        expect(steps).toEqual([
            {
                verb: "UPDATE",
                config: expect.objectContaining({ description: "mine", discard: "old", max_age: 2 * 86400e9 }),
                words: "changed in place: discard, max_age",
            },
        ]);
    });

    it.each([
        ["fewer bytes than are stored", { max_bytes: 2000 }, { bytes: 1500 }, {}, /less than the 0\.00 GiB that are stored/],
        ["fewer messages", {}, {}, { max_msgs: 9 }, /maxMessages of 9 is less than the 10 that are stored/],
        ["an age that some have passed", {}, {}, { max_age: 3600e9 }, /oldest stored message is from 2026-11-22T00:00:00Z/],
        ["fewer copies", {}, {}, { num_replicas: 1 }, /replicas of 1 is less than the 3 copies/],
    ])("is refused %s, and takes it with a permission", async (_, config, stored, asked, words) => {
        const { steps, problems } = await decided(config, stored, asked);
        expect([steps, problems]).toEqual([[], [expect.stringMatching(words)]]);
        expect(problems[0]).toContain('holdfast:allow: ["delete stream/clicks"]');
        expect((await decided(config, stored, asked, ["clicks"])).steps.map(({ verb }) => verb)).toEqual(["UPDATE"]);
    });

    it("may have limits that take nothing away, and tighter ones that it is within", async () => {
        for (const [config, stored, asked] of [
            [{ max_bytes: 2000 }, { bytes: 900 }, {}],
            [{ max_bytes: 500 }, { bytes: 1500 }, {}],
            [{}, {}, { max_age: 2 * 86400e9 }],
            [{}, { messages: 0, first_ts: "0001-01-01T00:00:00Z" }, { max_age: 1e9 }],
        ] as const) {
            expect((await decided(config, stored, asked)).problems).toEqual([]);
        }
    });

    it("kept in memory is never turned into one on disk, whatever is permitted", async () => {
        const { problems } = await decided({ storage: "memory" }, {}, {}, ["clicks"]);
        expect(problems).toEqual([expect.stringMatching(/stored in memory, and not in file/)]);
    });

    it("is done when every copy has what its leader has", async () => {
        let looks = 0;
        const said: string[] = [];
        const answers: Answers = (subject) => {
            if (subject.includes("CREATE")) return { config: wanted };
            looks += 1;
            return { config: wanted, cluster: { leader: "m-0", replicas: [{ current: true }, { current: looks > 2 }] } };
        };
        await connected(answers, async (connection, asked) => {
            const steps = [{ verb: "CREATE", config: wanted, words: "made" }];
            await streams.apply(connection, steps, {
                say: (text: string) => said.push(text),
                deadline: Date.now() + 5000,
                wait: async () => undefined,
            });
            expect(asked[0]).toBe(`$JS.API.STREAM.CREATE.clicks ${JSON.stringify(wanted)}`);
        });
        expect([looks, said]).toEqual([3, ["stream clicks: made"]]);
        const never: Answers = () => ({
            config: wanted,
            cluster: { leader: "m-0", replicas: [{ current: true }, { current: true, offline: true }] },
        });
        const late = connected(never, (connection) =>
            streams.apply(connection, [{ config: wanted, words: "" }], { say: () => undefined, deadline: 0 }),
        );
        await expect(late).rejects.toThrow("not every copy is there yet");
    });
});
