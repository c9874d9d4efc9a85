/** Gives the streams of a recovery point to a new application's servers, with their sequences, times and consumers. */

import { jetStreamRangesScript } from "../../components/backups/jetstream-ranges-script";
import { jetStreamRestoreScript } from "../../components/backups/jetstream-restore-script";
import { nodeDefault } from "../../components/backups/restore-drill-pod";
import { restoreTime } from "../../components/usecases/restore-rates";
import { natsPorts, natsUsers } from "../../components/workloads/jetstream-config";
import type { StreamConfig } from "../../components/workloads/jetstream-streams";
import { clientLabelOf } from "../../components/workloads/labels";
import { natsClientScript } from "../../components/workloads/nats-client-script";
import { repositorySecret, resticEnv, resticFunction } from "./listing";
import { markOf, type Server } from "./load";
import type { RecoveryPoint } from "./recovery-points";
import type { Repository } from "./repository";
import { scratch, type Task, type TaskContainer } from "./task";

/** The new application's servers. */
export interface StreamServer extends Server {
    /** Members, which is as many copies as there can be. */
    replicas: number;
    /** Its streams as its stack describes them. */
    streams: StreamConfig[];
    /** An image with Node.js. */
    nodeImage?: string;
}

const fetchScript = `
set -u
${resticFunction}
r dump "$POINT" "$FILE" >${scratch}/stream
`;

/**
 * Nothing is changed before all of it is there, and every stream of these names is empty or an earlier run's. A stream is made without its
 * limits, counted, marked, and gets them then: what is too old by now goes as it would have gone.
 */
export const jetStreamLoadScript = String.raw`"use strict";
const { ask, connectToAny } = require("./client.js");
const { give, infoOf, openConfig, openCopy, ownWords, partIn, whole } = require("./restore.js");

const markKey = "holdfast.dev/restored";
const answerKey = "holdfast.dev/restored-answer";
const underWay = (mark) => mark + " (under way)";

/** What is to be done for each stream, and every reason why it can't be. */
async function compare(connection, streams, mark) {
    const problems = [];
    const steps = [];
    for (const stream of streams) {
        const { name } = stream.config;
        const there = await infoOf(connection, name);
        const metadata = (there && there.config.metadata) || {};
        if (metadata[markKey] === mark) steps.push({ stream, part: metadata[answerKey] });
        else if (!there || metadata[markKey] === underWay(mark) || (there.state.messages === 0 && there.state.last_seq === 0)) steps.push({ stream, there });
        else problems.push(name + " holds " + there.state.messages + " messages already");
    }
    return { steps, problems };
}

async function load(connection, { descriptor, streams }, { mark, wanted, replicas }, say) {
    const { steps, problems } = await compare(connection, streams, mark);
    if (problems.length > 0) throw new Error("the new application is not empty: " + problems.join(", "));
    const total = steps.reduce((sum, { stream }) => sum + stream.bytes, 0);
    let done = 0;
    for (const step of steps) {
        const { config, bytes } = step.stream;
        if (step.part === undefined) {
            if (step.there) await ask(connection, "STREAM.DELETE." + config.name, undefined, { timeout: 30000 });
            const open = openConfig(config, replicas, { [markKey]: underWay(mark) });
            await give(connection, descriptor, step.stream, open);
            await whole(connection, config.name, { deadline: Date.now() + 1800000 });
            step.part = await partIn(connection, step.stream);
            const asked = wanted.find(({ name }) => name === config.name) || { ...config, num_replicas: open.num_replicas };
            const metadata = { ...ownWords(config.metadata), [markKey]: mark, [answerKey]: step.part };
            await ask(connection, "STREAM.UPDATE." + config.name, { ...open, ...asked, metadata }, { timeout: 30000 });
            step.isNew = true;
        }
        done += bytes;
        say("@read " + Math.round(done));
    }
    if (total === 0 || steps.some(({ isNew }) => isNew)) say("@loaded now");
    else say("@loaded before");
    return steps.map(({ part }) => part).join("; ");
}

async function main() {
    const { FILE_OF_STREAM: file, SERVERS: servers, NATS_USER: user, NATS_PASSWORD: password, REQUEST: request } = process.env;
    const copy = openCopy(file);
    const connection = await connectToAny(servers.split(","), { user, password, name: "holdfast-restore", timeout: 10000 });
    const answer = await load(connection, copy, JSON.parse(request), console.log);
    console.log("@answer " + Buffer.from(answer).toString("base64"));
}

module.exports = { compare, load };
if (require.main === module) {
    process.on("SIGTERM", () => process.exit(143));
    main().then(
        () => process.exit(0),
        (error) => {
            console.error("holdfast: " + error.message);
            process.exit(1);
        },
    );
}
`;

/** The programs come in the environment: a task has no files. */
const unpackScript = `
node -e 'for (const [name, text] of Object.entries(JSON.parse(process.env.PROGRAMS))) require("fs").writeFileSync("${scratch}/" + name, text)' &&
exec node ${scratch}/load.js
`;

/** The task that loads a recovery point into the new application. */
export function jetStreamLoadTask(
    repository: Repository,
    resticImage: string,
    point: RecoveryPoint,
    of: string,
    server: StreamServer,
): Task {
    const { env, secretEnv } = resticEnv(repository);
    const fetch: TaskContainer = {
        name: "fetch",
        image: resticImage,
        script: fetchScript,
        env: { ...env, POINT: point.id, FILE: point.path },
        secretEnv,
        memory: "1Gi",
    };
    const programs = {
        "client.js": natsClientScript,
        "ranges.js": jetStreamRangesScript,
        "restore.js": jetStreamRestoreScript,
        "load.js": jetStreamLoadScript,
    };
    const load: TaskContainer = {
        name: "load",
        image: server.nodeImage ?? nodeDefault,
        script: unpackScript,
        env: {
            PROGRAMS: JSON.stringify(programs),
            FILE_OF_STREAM: `${scratch}/stream`,
            SERVERS: `${server.host}:${natsPorts.client}`,
            NATS_USER: natsUsers.administrator,
            REQUEST: JSON.stringify({ mark: markOf(point, of), wanted: server.streams, replicas: server.replicas }),
        },
        otherSecretEnv: { NATS_PASSWORD: { secret: server.passwordSecret, key: "administrator-password" } },
        memory: "512Mi",
    };
    const bytes = typeof point.sizeBytes === "number" ? point.sizeBytes : 0;
    return {
        name: `${server.app}-restore`,
        namespace: server.namespace,
        secret: repositorySecret(repository),
        labels: clientLabelOf(server.app),
        pod: {
            runAsUser: server.runAsUser,
            runAsGroup: server.runAsGroup,
            initContainers: [fetch],
            containers: [load],
            caConfigMap: repository.caConfigMap,
        },
        deadlineSeconds: 900 + 6 * restoreTime("stream", bytes).seconds,
    };
}
