/** What `<app>-metrics` runs: asks every member for its state when Prometheus asks, and answers in Prometheus' text format. */

/** Where it listens. */
export const jetStreamMetricsPort = 7777;

/** Members' monitoring addresses, by the member's name, are in METRICS_MEMBERS as JSON: { "events-0": "http://events-0.events-headless:8222" }. */
export const jetStreamMetricsScript = `"use strict";
const http = require("node:http");

/** A member's answer, or undefined: one that is gone is a figure, too. */
function ask(url) {
    return new Promise((resolve) => {
        const request = http.get(url, { timeout: 3000 }, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", () => resolve(undefined));
            response.on("end", () => {
                try {
                    resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(parts).toString()) });
                } catch {
                    resolve(undefined);
                }
            });
        });
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(undefined));
    });
}

async function lookAt(member, url) {
    const [health, server, store] = await Promise.all(["/healthz", "/varz", "/jsz?streams=true&config=true"].map((path) => ask(url + path)));
    const streams = ((store && store.body.account_details) || []).flatMap((account) => account.stream_detail || []);
    return { member, healthy: health !== undefined && health.status === 200, server: server && server.body, store: store && store.body, streams };
}

/** Of a stream only its leader knows how far the copies are; each member knows which streams it has. */
function streamFigures(looks, add) {
    const streams = new Map();
    for (const { member, streams: held } of looks) {
        for (const stream of held) {
            const known = streams.get(stream.name);
            if (known === undefined || (stream.cluster && stream.cluster.leader === member)) {
                streams.set(stream.name, { stream, leads: Boolean(stream.cluster && stream.cluster.leader === member) });
            }
        }
    }
    for (const [name, { stream, leads }] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const of = { stream: name };
        add("jetstream_stream_has_leader", "gauge", "1: a member that answers leads the stream.", leads ? 1 : 0, of);
        add("jetstream_stream_copies", "gauge", "Copies that the stream is to have.", stream.config.num_replicas, of);
        const copies = leads ? 1 + (stream.cluster.replicas || []).filter((copy) => copy.current && !copy.offline).length : 0;
        add("jetstream_stream_current_copies", "gauge", "Copies that have everything, the leader's among them.", copies, of);
        add("jetstream_stream_messages", "gauge", "Messages in the stream.", stream.state.messages, of);
        add("jetstream_stream_bytes", "gauge", "Bytes of the stream, of one copy.", stream.state.bytes, of);
        add("jetstream_stream_last_sequence", "counter", "Number of the newest message.", stream.state.last_seq, of);
        add("jetstream_stream_consumers", "gauge", "Consumers of the stream.", stream.state.consumer_count, of);
    }
}

const quoted = (text) => '"' + String(text).replace(/[\\\\"]/g, "\\\\$&").replace(/\\n/g, "\\\\n") + '"';

async function figures(members) {
    const families = new Map();
    const add = (name, type, help, value, labels) => {
        if (!families.has(name)) families.set(name, ["# HELP " + name + " " + help, "# TYPE " + name + " " + type]);
        const named = Object.entries(labels).map(([key, text]) => key + "=" + quoted(text)).join(",");
        families.get(name).push(name + "{" + named + "} " + value);
    };
    const looks = await Promise.all(Object.entries(members).map(([member, url]) => lookAt(member, url)));
    for (const { member, healthy, server, store } of looks) {
        const of = { member };
        add("nats_up", "gauge", "1: the server answers.", server ? 1 : 0, of);
        add("nats_healthy", "gauge", "1: the server has a leader and of each of its streams what the others have.", healthy ? 1 : 0, of);
        if (server) {
            add("nats_connections", "gauge", "Connections of clients.", server.connections, of);
            add("nats_slow_consumers_total", "counter", "Clients cut off because they didn't take what was theirs.", server.slow_consumers, of);
            add("nats_messages_received_total", "counter", "Messages from clients.", server.in_msgs, of);
            add("nats_memory_bytes", "gauge", "Memory of the server.", server.mem, of);
        }
        if (store && store.config) {
            add("jetstream_store_bytes", "gauge", "Bytes of the streams' files.", store.storage, of);
            add("jetstream_store_max_bytes", "gauge", "Bytes that streams' files may take.", store.config.max_storage, of);
            add("jetstream_api_errors_total", "counter", "Requests to make, change or read something that failed.", store.api.errors, of);
        }
    }
    streamFigures(looks, add);
    return [...families.values()].flat().join("\\n") + "\\n";
}

function serve(members, port) {
    const server = http.createServer((request, response) => {
        if (request.url !== "/metrics") {
            response.writeHead(404).end();
            return;
        }
        figures(members).then(
            (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(text),
            (error) => response.writeHead(500).end(error.message),
        );
    });
    return server.listen(port);
}

module.exports = { figures, serve };
if (require.main === module) {
    const server = serve(JSON.parse(process.env.METRICS_MEMBERS), ${jetStreamMetricsPort});
    process.on("SIGTERM", () => server.close(() => process.exit(0)));
}
`;
