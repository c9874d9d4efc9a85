/**
 * As much of NATS' protocol as the scripts here need, in an image with Node.js and without packages: the official image of the server has
 * neither a shell's tools for it nor NATS' own command line.
 *
 * The protocol is lines of text with counted payloads: https://docs.nats.io/reference/reference-protocols/nats-protocol
 */
export const natsClientScript = String.raw`"use strict";
const crypto = require("node:crypto");
const net = require("node:net");

/** One connection to one server. */
class Connection {
    constructor(socket) {
        this.socket = socket;
        this.buffer = Buffer.alloc(0);
        this.handlers = new Map();
        this.nextSid = 1;
        this.closed = new Promise((resolve) => socket.once("close", resolve));
        this.isOpen = true;
        socket.on("data", (data) => {
            this.buffer = this.buffer.length === 0 ? data : Buffer.concat([this.buffer, data]);
            this.read();
        });
        socket.on("error", (error) => { this.error = this.error || error; });
        socket.once("close", () => { this.isOpen = false; });
    }

    /** Everything that has arrived whole. */
    read() {
        for (;;) {
            const end = this.buffer.indexOf("\r\n");
            if (end < 0) return;
            const [verb, ...words] = this.buffer.toString("utf8", 0, end).split(" ");
            if (verb !== "MSG" && verb !== "HMSG") {
                const line = this.buffer.toString("utf8", 0, end);
                this.buffer = this.buffer.subarray(end + 2);
                this.control(verb.toUpperCase(), line);
                continue;
            }
            const total = Number(words[words.length - 1]);
            if (this.buffer.length < end + 2 + total + 2) return;
            const headerBytes = verb === "HMSG" ? Number(words[words.length - 2]) : 0;
            const whole = this.buffer.subarray(end + 2, end + 2 + total);
            const counts = verb === "HMSG" ? 2 : 1;
            const message = {
                subject: words[0],
                reply: words.length - counts > 2 ? words[2] : undefined,
                header: whole.toString("utf8", 0, headerBytes),
                data: Buffer.from(whole.subarray(headerBytes)),
            };
            this.buffer = this.buffer.subarray(end + 2 + total + 2);
            const handler = this.handlers.get(words[1]);
            if (handler) handler(message);
        }
    }

    control(verb, line) {
        if (verb === "PING") this.send("PONG\r\n");
        else if (verb === "INFO") {
            this.info = JSON.parse(line.slice(5));
            if (this.onInfo) this.onInfo();
        } else if (verb === "PONG") {
            if (this.onPong) this.onPong();
        } else if (verb.startsWith("-ERR")) {
            this.error = new Error(line.slice(5).replace(/^'|'$/g, ""));
            if (this.onError) this.onError(this.error);
        }
    }

    send(...parts) {
        if (this.isOpen) this.socket.write(parts.length === 1 ? parts[0] : Buffer.concat(parts.map((part) => Buffer.from(part))));
    }

    subscribe(subject, handler) {
        const sid = String(this.nextSid++);
        this.handlers.set(sid, handler);
        this.send("SUB " + subject + " " + sid + "\r\n");
        return () => {
            this.handlers.delete(sid);
            this.send("UNSUB " + sid + "\r\n");
        };
    }

    /** Sends a message, with header lines by name where there are some. */
    publish(subject, data = "", { reply, headers } = {}) {
        const body = Buffer.from(data);
        const to = subject + (reply ? " " + reply : "");
        if (!headers) return this.send("PUB " + to + " " + body.length + "\r\n", body, "\r\n");
        const head = Buffer.from("NATS/1.0\r\n" + Object.entries(headers).map(([key, value]) => key + ": " + value + "\r\n").join("") + "\r\n");
        this.send("HPUB " + to + " " + head.length + " " + (head.length + body.length) + "\r\n", head, body, "\r\n");
    }

    /** Sends a question and waits for its one answer. */
    request(subject, data = "", { timeout = 5000, headers } = {}) {
        const inbox = "_INBOX." + crypto.randomBytes(12).toString("hex");
        return new Promise((resolve, reject) => {
            const end = (action, value) => {
                clearTimeout(timer);
                leave();
                action(value);
            };
            const leave = this.subscribe(inbox, (message) => {
                if (/^NATS\/1\.0 503/.test(message.header)) end(reject, new Error(subject + ": nobody answers"));
                else end(resolve, message);
            });
            const timer = setTimeout(() => end(reject, new Error(subject + ": no answer within " + timeout / 1000 + " s")), timeout);
            this.closed.then(() => end(reject, this.error || new Error(subject + ": the connection was lost")));
            this.publish(subject, data, { reply: inbox, headers });
        });
    }

    close() {
        this.socket.destroy();
    }
}

/** Connects to one server: host:port. */
function connect(server, { user, password, timeout = 3000, name = "holdfast" } = {}) {
    const [host, port = "4222"] = server.split(":");
    const socket = net.connect({ host, port: Number(port), noDelay: true });
    const connection = new Connection(socket);
    return new Promise((resolve, reject) => {
        const fail = (error) => {
            clearTimeout(timer);
            connection.close();
            reject(error);
        };
        const timer = setTimeout(() => fail(new Error(server + ": no answer within " + timeout / 1000 + " s")), timeout);
        connection.closed.then(() => fail(connection.error || new Error(server + ": the connection was lost")));
        connection.onError = fail;
        connection.onInfo = () => {
            connection.onInfo = undefined;
            const options = { verbose: false, pedantic: false, lang: "node", version: "1", protocol: 1, headers: true, no_responders: true };
            connection.send("CONNECT " + JSON.stringify({ ...options, name, user, pass: password }) + "\r\nPING\r\n");
        };
        connection.onPong = () => {
            clearTimeout(timer);
            connection.onPong = undefined;
            connection.onError = undefined;
            resolve(connection);
        };
    });
}

/** Connects to the first of several servers that lets one in. Throws the last reason when none did. */
async function connectToAny(servers, options) {
    let last;
    for (const server of servers) {
        try {
            return await connect(server, options);
        } catch (error) {
            last = error;
        }
    }
    throw last;
}

/** JetStream's answer to one question of its API; an error of its own carries JetStream's code. */
async function ask(connection, subject, body, options) {
    const message = await connection.request("$JS.API." + subject, body === undefined ? "" : JSON.stringify(body), options);
    const answer = JSON.parse(message.data.toString("utf8"));
    if (answer.error) throw Object.assign(new Error(answer.error.description), { code: answer.error.err_code, status: answer.error.code });
    return answer;
}

module.exports = { Connection, ask, connect, connectToAny };
`;
