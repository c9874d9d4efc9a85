/** What is told of NATS servers, asked of servers that answer as theirs do. */

import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { jetStreamMetricsScript } from "../../../components/monitoring/jetstream-metrics-script";
import { load } from "./fake-jetstream";

const { figures, serve } = load<{
    figures(members: Record<string, string>): Promise<string>;
    serve(members: Record<string, string>, port: number): http.Server;
}>(jetStreamMetricsScript);

const servers: http.Server[] = [];
afterEach(() => {
    for (const server of servers.splice(0)) server.close();
});

const listening = async (server: http.Server): Promise<string> => {
    servers.push(server);
    if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const stream = (leader: string, replicas: object[] = []) => ({
    name: "clicks",
    config: { num_replicas: 3 },
    cluster: { leader, replicas },
    state: { messages: 20, bytes: 900, last_seq: 25, consumer_count: 2 },
});

/** A member's monitoring port. */
function member(streams: object[], { isHealthy = true } = {}): Promise<string> {
    const answers: Record<string, object> = {
        "/healthz": { status: isHealthy ? "ok" : "unavailable" },
        "/varz": { connections: 4, slow_consumers: 1, in_msgs: 77, mem: 1000 },
        "/jsz?streams=true&config=true": {
            config: { max_storage: 5000 },
            storage: 900,
            api: { errors: 3 },
            account_details: [{ name: "APP", stream_detail: streams }],
        },
    };
    const server = http.createServer((request, response) => {
        const isKnown = answers[request.url ?? ""] !== undefined;
        response.writeHead(isKnown ? (request.url === "/healthz" && !isHealthy ? 503 : 200) : 404);
        response.end(JSON.stringify(answers[request.url ?? ""] ?? {}));
    });
    return listening(server.listen(0, "127.0.0.1"));
}

it("takes what the leader knows of the copies, whoever answers first", async () => {
    const copies = [
        { name: "events-0", current: true },
        { name: "events-2", current: false },
    ];
    const text = await figures({
        "events-0": await member([stream("events-1")]),
        "events-1": await member([stream("events-1", copies)]),
        "events-2": await member([stream("events-1")], { isHealthy: false }),
    });
    expect(text).toContain('jetstream_stream_has_leader{stream="clicks"} 1\n');
    expect(text).toContain('jetstream_stream_copies{stream="clicks"} 3\n');
    expect(text).toContain('jetstream_stream_current_copies{stream="clicks"} 2\n');
    expect(text).toContain('jetstream_stream_messages{stream="clicks"} 20\n');
    expect(text.match(/^nats_healthy.*/gm)).toEqual([
        'nats_healthy{member="events-0"} 1',
        'nats_healthy{member="events-1"} 1',
        'nats_healthy{member="events-2"} 0',
    ]);
    expect(text).toContain('jetstream_store_max_bytes{member="events-0"} 5000\n');
    // Each family once, with its help and its kind before it.
    expect(text.match(/^# TYPE nats_up /gm)).toHaveLength(1);
});

it("says that a member is gone, and that a stream has no leader among those that answer", async () => {
    const gone = await member([]);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const text = await figures({ "events-0": await member([stream("events-1")]), "events-1": gone });
    expect(text).toContain('nats_up{member="events-0"} 1\nnats_up{member="events-1"} 0\n');
    expect(text).toContain('jetstream_stream_has_leader{stream="clicks"} 0\n');
    expect(text).toContain('jetstream_stream_current_copies{stream="clicks"} 0\n');
    expect(text).not.toMatch(/nats_connections\{member="events-1"/);
});

it("serves them under /metrics, and nothing else", async () => {
    const url = await listening(serve({ "events-0": await member([]) }, 0));
    const answer = await fetch(`${url}/metrics`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4"]);
    expect(await answer.text()).toContain("# TYPE nats_up gauge\n");
    expect((await fetch(`${url}/`)).status).toBe(404);
});
