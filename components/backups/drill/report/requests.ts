/** Of a drill's report: how it asks the API server, as long as that is away. */
export const requests = `// ---- the cluster

/** One request to the API, as the pod's own account. */
function request(method, path, body, type) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options = {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        ca: fs.readFileSync(account + "/ca.crt"),
        method,
        path,
        timeout: 15000,
        headers: {
            Authorization: "Bearer " + fs.readFileSync(account + "/token", "utf8").trim(),
            Accept: "application/json",
            ...(text === undefined ? {} : { "Content-Type": type, "Content-Length": Buffer.byteLength(text) }),
        },
    };
    return new Promise((resolve, reject) => {
        const sent = https.request(options, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", reject);
            response.on("end", () => {
                const answer = Buffer.concat(parts).toString();
                if (response.statusCode < 300) resolve(JSON.parse(answer));
                else reject(new Error(method + " " + path + ": " + response.statusCode + " " + cut(answer, 300)));
            });
        });
        sent.on("timeout", () => sent.destroy(new Error(method + " " + path + ": no answer")));
        sent.on("error", reject);
        sent.end(text);
    });
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks again for two minutes: the API may be away for a while, and the result must not be lost to that. */
async function persistently(what) {
    const until = Date.now() + 120000;
    for (;;) {
        try {
            return await what();
        } catch (error) {
            console.error(error.message);
            if (Date.now() > until) throw error;
            await pause(2000);
        }
    }
}
`;
