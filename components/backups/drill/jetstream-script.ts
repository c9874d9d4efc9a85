/**
 * Second step of a drill of JetStream, in an image with Node.js: the streams go back into three servers that nobody else reaches, and each
 * is asked for the messages that the live one had.
 *
 * Three, since a consumer with three copies isn't taken by one. They run beside this step, in the servers' own image; they talk to each other
 * and to this step within the pod, and nobody logs in: nobody else is there.
 */

const ports = { client: 4222, routes: 6222 } as const;
const members = [0, 1, 2];

/** The container with the servers. It ends with the report, and what it had to say is in a file beside each server's data. */
export const jetStreamServersScript = `set -u
umask 077
steps=/drill/steps
data=/drill/data
servers=
trap 'kill -KILL $servers 2>/dev/null; exit 0' TERM
mkdir -p "$data/jetstream"
for n in ${members.join(" ")}; do
    cat > "$data/jetstream/$n.conf" <<CONF
server_name: "drill-$n"
listen: "127.0.0.1:$((${ports.client} + n))"
jetstream { store_dir: "$data/jetstream/$n", max_file_store: 1TB, sync_interval: 2m }
cluster {
    name: "drill"
    listen: "127.0.0.1:$((${ports.routes} + n))"
    routes: [${members.map((n) => `"nats-route://127.0.0.1:${ports.routes + n}"`).join(", ")}]
}
CONF
    nats-server --config "$data/jetstream/$n.conf" > "$data/jetstream/$n.log" 2>&1 &
    servers="$servers $!"
done
until [ -e "$steps/report.done" ]; do sleep 1; done
kill -KILL $servers 2>/dev/null
exit 0
`;

/** The step itself; \`jetstream.sh\` starts it. */
export const jetStreamShell = "exec node /drill/scripts/jetstream.js\n";

export const jetStreamScript = String.raw`"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { ask, connectToAny } = require("./client.js");
const { give, openConfig, openCopy, partIn, whole } = require("./restore.js");

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A connection to servers that have found a leader together. */
async function ready(servers, deadline, wait = pause) {
    for (;;) {
        let connection;
        try {
            connection = await connectToAny(servers, { name: "drill" });
            await ask(connection, "STREAM.NAMES", {});
            return connection;
        } catch (error) {
            if (connection) connection.close();
            if (Date.now() > deadline) throw new Error("the servers don't start: " + error.message);
            await wait(250);
        }
    }
}

async function drill(file, servers, { seconds = 120 } = {}) {
    const { descriptor, streams } = openCopy(file);
    const connection = await ready(servers, Date.now() + seconds * 1000);
    try {
        const parts = [];
        for (const stream of streams) {
            await give(connection, descriptor, stream, openConfig(stream.config, 3));
            await whole(connection, stream.config.name, { deadline: Date.now() + 1800000 });
            parts.push(await partIn(connection, stream));
        }
        return parts.join("; ");
    } finally {
        connection.close();
    }
}

/** Says every second that it lives, while it does what is asked of it. */
async function main(steps, file, servers) {
    const alive = setInterval(() => fs.writeFileSync(path.join(steps, "engine.alive"), String(Date.now())), 1000);
    try {
        await answered(steps, file, servers);
    } finally {
        clearInterval(alive);
    }
}

async function answered(steps, file, servers) {
    const at = (name) => path.join(steps, name);
    while (!fs.existsSync(at("fetch.done"))) {
        if (fs.existsSync(at("report.done"))) return;
        await pause(200);
    }
    if (!fs.existsSync(at("fetched"))) return;
    try {
        fs.writeFileSync(at("answer.partial"), (await drill(file, servers)) + "\n");
        fs.renameSync(at("answer.partial"), at("answer"));
    } catch (error) {
        console.error(error.stack);
        fs.writeFileSync(at("detail"), error.message.slice(0, 300));
        fs.writeFileSync(at("failure"), "engine-failed");
    }
    fs.writeFileSync(at("engine.done"), "");
}

module.exports = { drill, main };
if (require.main === module) {
    process.on("SIGTERM", () => process.exit(143));
    const servers = [${members.map((n) => `"127.0.0.1:${ports.client + n}"`).join(", ")}];
    main("/drill/steps", "/drill/data/stream", servers).then(() => process.exit(0));
}
`;
