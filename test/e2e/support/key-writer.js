/**
 * A client that never stops writing: one SET after the other, each with a key of its own, whose number and time it notes on this machine's disk once
 * the write was acknowledged. Run in the network of a node, where the Service has its address; nothing of it is in the cluster.
 *
 * An answer that is late, and one that is an error, end the connection, as they do for clients that don't hang on a server that vanished.
 */
const fs = require("node:fs");
const net = require("node:net");

const [, , folder, host, port, name] = process.argv;
const password = fs.readFileSync(`${folder}/password`, "utf8");
const acknowledged = fs.openSync(`${folder}/acknowledged`, "a");
const connectMilliseconds = 1000;
const answerMilliseconds = 2000;
const restMilliseconds = 2;
const againMilliseconds = 100;
let number = 0;

const command = (...words) => `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
const note = (text) => fs.appendFileSync(`${folder}/errors`, `${new Date().toISOString()} ${text}\n`);

function connect() {
    const socket = net.connect({ host, port: Number(port), noDelay: true });
    let patience;
    let received = "";
    let isLoggedIn = false;
    const wait = (milliseconds, what) => {
        clearTimeout(patience);
        patience = setTimeout(() => socket.destroy(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
    };
    const write = () => {
        number++;
        wait(answerMilliseconds, "answer");
        socket.write(command("SET", `${name}:${number}`, "1"));
    };
    wait(connectMilliseconds, "connection");
    socket.on("connect", () => {
        wait(answerMilliseconds, "answer");
        socket.write(command("AUTH", password));
    });
    socket.on("data", (data) => {
        received += data;
        const end = received.indexOf("\r\n");
        if (end < 0) return;
        const answer = received.slice(0, end);
        received = received.slice(end + 2);
        if (answer !== "+OK") {
            socket.destroy(new Error(answer));
            return;
        }
        if (isLoggedIn) fs.writeSync(acknowledged, `${number}|${Date.now() / 1000}\n`);
        isLoggedIn = true;
        clearTimeout(patience);
        setTimeout(() => socket.destroyed || write(), restMilliseconds);
    });
    socket.on("end", () => socket.destroy(new Error("the connection was ended")));
    socket.on("error", ({ message }) => note(message));
    socket.on("close", () => {
        clearTimeout(patience);
        setTimeout(connect, againMilliseconds);
    });
}

connect();
