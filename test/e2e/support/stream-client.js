/**
 * A client of JetStream that runs in a pod: publishes one message after the other and prints each acknowledgement, or reads a whole stream.
 *
 *     node stream-client.js publish <subject> <first number>     prints "<number> <sequence> <milliseconds>" for each acknowledged message
 *     node stream-client.js read <stream> <first sequence>       prints "<sequence> <number> <subject> <time> <hash>" for each stored message
 *                                                                from that one on, then "end <count>"
 *     node stream-client.js next <stream> <consumer> <count>     takes so many more messages of a consumer, and prints their sequences
 *     node stream-client.js info <stream>                        prints what JetStream says of it
 *
 * A message that wasn't acknowledged is published again under the same id, as a client does that must neither lose nor double it.
 */
const crypto = require("node:crypto");
const { ask, connectToAny } = require("./client.js");

const servers = process.env.NATS_SERVERS.split(",");
const options = { user: process.env.NATS_USER, password: process.env.NATS_PASSWORD, timeout: 1500, name: "test" };
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const bodyOf = (number) => `${number} ${crypto.createHash("sha256").update(String(number)).digest("hex")}`;

/** How long a reader waits for the next message. */
const silenceSeconds = 10;

/** Any of the servers, not always the same first. */
const connectSomewhere = () =>
    connectToAny(
        [...servers].sort(() => Math.random() - 0.5),
        options,
    );

async function publish(subject, first) {
    // Nobody tells a command in a pod that its caller has ended, but for its input.
    process.stdin.on("end", () => process.exit(0)).resume();
    let connection;
    for (let number = first; ; number++) {
        for (;;) {
            try {
                connection ??= await connectSomewhere();
                const headers = { "Nats-Msg-Id": String(number) };
                const { data } = await connection.request(subject, bodyOf(number), { timeout: 2000, headers });
                const answer = JSON.parse(data.toString());
                if (answer.error) throw new Error(answer.error.description);
                process.stdout.write(`${number} ${answer.seq} ${Date.now()}\n`);
                break;
            } catch (error) {
                console.error(`${new Date().toISOString()} ${number}: ${error.message}`);
                connection?.close();
                connection = undefined;
                await pause(50);
            }
        }
    }
}

async function read(stream, first) {
    const connection = await connectSomewhere();
    const info = await ask(connection, `STREAM.INFO.${stream}`);
    let count = 0;
    const inbox = `_INBOX.read.${process.pid}.${Date.now()}`;
    const done = new Promise((resolve, reject) => {
        connection.closed.then(() => reject(new Error("the connection was lost")));
        // A server whose copy has just caught up can stop delivering without a word ("Cache lookup detected no cache" in its log).
        const giveUp = () => reject(new Error(`nothing came for ${silenceSeconds} s after ${count} messages`));
        const silence = setTimeout(giveUp, silenceSeconds * 1000).unref();
        connection.subscribe(inbox, ({ subject, reply, header, data }) => {
            silence.refresh();
            // $JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>.<time>.<pending>
            const [, , , , , sequence, delivery, time, pending] = (reply ?? "").split(".");
            if (sequence === undefined) return;
            // Between servers that are meeting again a delivery can be lost; what is stored is another question, and asked anew.
            if (Number(delivery) !== count + 1) return reject(new Error(`delivery ${count + 1} was lost on its way`));
            const [number] = data.toString().split(" ");
            const isWhole = data.toString() === bodyOf(number);
            const hash = crypto.createHash("sha256").update(header).update(data).digest("hex").slice(0, 16);
            process.stdout.write(`${sequence} ${isWhole ? number : "damaged"} ${subject} ${time} ${hash}\n`);
            count += 1;
            if (pending !== "0") return;
            clearTimeout(silence);
            resolve();
        });
    });
    // Nobody waits for it where there is nothing to read.
    done.catch(() => undefined);
    if (info.state.messages > 0 && info.state.last_seq >= first) {
        const start = { deliver_policy: "by_start_sequence", opt_start_seq: first };
        const config = { ...start, deliver_subject: inbox, ack_policy: "none", mem_storage: true, num_replicas: 1 };
        await ask(connection, `CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
        await done;
    }
    process.stdout.write(`end ${count}\n`);
    connection.close();
}

/** Takes messages one by one, each acknowledged for certain before the next. */
async function next(stream, consumer, count) {
    const connection = await connectSomewhere();
    const config = { durable_name: consumer, ack_policy: "explicit", deliver_policy: "all" };
    await ask(connection, `CONSUMER.DURABLE.CREATE.${stream}.${consumer}`, { stream_name: stream, config });
    for (let taken = 0; taken < count; taken++) {
        const { reply } = await connection.request(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, '{"batch":1,"expires":4000000000}');
        await connection.request(reply, "+ACK");
        process.stdout.write(`${reply.split(".")[5]}\n`);
    }
    connection.close();
}

async function info(stream) {
    const connection = await connectSomewhere();
    process.stdout.write(`${JSON.stringify(await ask(connection, `STREAM.INFO.${stream}`))}\n`);
    connection.close();
}

const [verb, subject, first, count] = process.argv.slice(2);
const verbs = {
    publish: () => publish(subject, Number(first)),
    read: () => read(subject, Number(first)),
    info: () => info(subject),
    next: () => next(subject, first, Number(count)),
};
// What is on its way when a command in a pod ends can be lost: it stays a moment for its reader.
if (verb !== "publish") setTimeout(() => undefined, 3000);
verbs[verb]().catch((error) => {
    console.error(error.message);
    process.exit(1);
});
