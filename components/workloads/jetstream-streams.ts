/** The streams of an application: what they are by default, what is wrong with them, and what JetStream is told. */

import type { InputProblem } from "../problems";
import { bytesOf, quantity, secondsOf } from "../usecases/quantities";
import { closest } from "../usecases/suggest";
import { natsUsers, streamRoom } from "./jetstream-config";

/** One stream of an application. Changed limits are applied in place; a stream that is left out later stays, with what is in it. */
export interface JetStreamStream {
    /** Letters, digits, "-" and "_": `user-actions`. Never changed once there is data: another name is another stream. */
    name: string;
    /**
     * What is kept of what clients publish: `["user-actions.>"]`. No subject belongs to two streams.
     * @default everything below the stream's name: `<name>.>`
     */
    subjects?: string[];
    /**
     * The most that each copy may take, with a unit: `10Gi`. Less than is stored is refused until a permission names the stream.
     * @default what the other streams leave of four fifths of the volume, in equal parts
     */
    maxBytes?: string;
    /**
     * How long a message is kept: `30d`.
     * @default as long as there is room
     */
    maxAge?: string;
    /**
     * How many messages are kept.
     * @default as many as there is room for
     */
    maxMessages?: number;
    /**
     * The largest message, with a unit: `64Ki`.
     * @default the server's, 1 MiB
     */
    maxMessageBytes?: string;
    /**
     * What gives way at a limit: `old` messages are deleted, or `new` ones are refused, which their publisher is told.
     * @default old
     */
    discard?: string;
    /**
     * How long a message id that was seen is not stored a second time: `2m`.
     * @default 2m
     */
    duplicateWindow?: string;
    /**
     * Copies, each on another member. An acknowledged message is on a majority of them.
     * @default 3
     */
    replicas?: number;
}

/** A stream as JetStream's API takes it. */
export interface StreamConfig {
    name: string;
    subjects: string[];
    retention: "limits";
    storage: "file";
    discard: string;
    max_bytes: number;
    max_msgs: number;
    /** Nanoseconds, as every time in it. */
    max_age: number;
    max_msg_size: number;
    duplicate_window: number;
    num_replicas: number;
}

/** Copies of a stream that says nothing else. */
export const defaultReplicas = 3;

/** One stream for all that an application publishes. */
export const defaultStreams = (app: string): JetStreamStream[] => [{ name: app }];

const nanoseconds = (text: string | undefined): number => Math.round((secondsOf(text ?? "") ?? 0) * 1e9);

/** The streams with all that their description leaves open. */
export function streamConfigs(streams: readonly JetStreamStream[], size: string): StreamConfig[] {
    const said = streams.reduce((sum, { maxBytes }) => sum + (bytesOf(maxBytes ?? "") ?? 0), 0);
    const open = streams.filter(({ maxBytes }) => maxBytes === undefined).length;
    const share = Math.floor(Math.max(0, streamRoom(size) - said) / Math.max(1, open));
    return streams.map((stream) => ({
        name: stream.name,
        subjects: stream.subjects ?? [`${stream.name}.>`],
        retention: "limits",
        storage: "file",
        discard: stream.discard ?? "old",
        max_bytes: stream.maxBytes === undefined ? share : (bytesOf(stream.maxBytes) ?? 0),
        max_msgs: stream.maxMessages ?? -1,
        max_age: nanoseconds(stream.maxAge),
        max_msg_size: stream.maxMessageBytes === undefined ? -1 : (bytesOf(stream.maxMessageBytes) ?? 0),
        duplicate_window: nanoseconds(stream.duplicateWindow ?? "2m"),
        num_replicas: stream.replicas ?? defaultReplicas,
    }));
}

/** True where one subject is part of the other: `*` stands for one word, `>` for the rest. */
export function overlap(a: string, b: string): boolean {
    const [left, right] = [a.split("."), b.split(".")];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
        const [one, other] = [left[index], right[index]];
        if (one === undefined || other === undefined) {
            return false;
        }
        if (one === ">" || other === ">") {
            return true;
        }
        if (one !== other && one !== "*" && other !== "*") {
            return false;
        }
    }
    return true;
}

/** What each field of a stream is, for those who write them where nothing checks types. */
const fields: Record<keyof JetStreamStream, "text" | "texts" | "number"> = {
    name: "text",
    subjects: "texts",
    maxBytes: "text",
    maxAge: "text",
    maxMessages: "number",
    maxMessageBytes: "text",
    discard: "text",
    duplicateWindow: "text",
    replicas: "number",
};

const isOf = {
    text: (value: unknown) => typeof value === "string",
    number: (value: unknown) => typeof value === "number",
    texts: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};
const kindWords = { text: "text", number: "a number", texts: "a list of texts" };

/** Fields that there aren't, and values of another kind. */
function fieldProblems(stream: object, path: string): InputProblem[] {
    const problems = Object.entries(stream).flatMap(([key, value]): InputProblem[] => {
        const kind = Object.hasOwn(fields, key) ? fields[key as keyof JetStreamStream] : undefined;
        if (kind === undefined) {
            const near = closest(key, Object.keys(fields));
            const way = near === undefined ? `There are: ${Object.keys(fields).join(", ")}.` : `Did you mean "${near}"?`;
            return [{ path: `${path}.${key}`, reason: `there is no such field. ${way}` }];
        }
        return value === undefined || isOf[kind](value)
            ? []
            : [{ path: `${path}.${key}`, reason: `${JSON.stringify(value)} is not ${kindWords[kind]}.` }];
    });
    return "name" in stream ? problems : [...problems, { path: `${path}.name`, reason: 'is missing. Write e.g. "user-actions".' }];
}

function subjectProblem(subject: string): string | undefined {
    const words = subject.split(".");
    if (subject === "" || words.some((word, index) => !/^([^\s.*>]+|\*|>)$/.test(word) || (word === ">" && index < words.length - 1))) {
        return `"${subject}" is not a subject: words with "." between them, "*" for any one word, ">" for the rest, e.g. "user-actions.>".`;
    }
    // What the servers say to each other, and the whole of everything, which contains it.
    return /^(\$|_INBOX\.|>$|\*\.>$)/.test(subject)
        ? `"${subject}" contains what the servers and their clients say to each other. Name what your clients publish: "user-actions.>".`
        : undefined;
}

function limitProblems(stream: JetStreamStream, path: string): InputProblem[] {
    const problems: InputProblem[] = [];
    for (const key of ["maxBytes", "maxMessageBytes"] as const) {
        const text = stream[key];
        if (text !== undefined && !bytesOf(text)) {
            problems.push({ path: `${path}.${key}`, reason: `"${text}" is not a size. Write a number with a unit: "10Gi", "64Ki".` });
        }
    }
    for (const key of ["maxAge", "duplicateWindow"] as const) {
        const text = stream[key];
        if (text !== undefined && !((secondsOf(text) ?? 0) >= 0.1)) {
            problems.push({ path: `${path}.${key}`, reason: `"${text}" is not a time. Write a number with a unit: "30d", "2m".` });
        }
    }
    const [age, window] = [secondsOf(stream.maxAge ?? ""), secondsOf(stream.duplicateWindow ?? "2m")];
    if (age !== undefined && window !== undefined && window > age) {
        problems.push({
            path: `${path}.duplicateWindow`,
            reason: `${stream.duplicateWindow ?? "2m"} is longer than messages are kept (maxAge ${stream.maxAge}). Write ${stream.maxAge} or less.`,
        });
    }
    if (stream.maxMessages !== undefined && !(Number.isInteger(stream.maxMessages) && stream.maxMessages > 0)) {
        problems.push({ path: `${path}.maxMessages`, reason: `${stream.maxMessages} is not a number of messages. Write 1 or more.` });
    }
    if (stream.discard !== undefined && !["old", "new"].includes(stream.discard)) {
        problems.push({ path: `${path}.discard`, reason: `"${stream.discard}" is neither "old" nor "new".` });
    }
    return problems;
}

function replicaProblems({ replicas = defaultReplicas }: JetStreamStream, members: number, path: string): InputProblem[] {
    if (![1, 3, 5].includes(replicas)) {
        return [
            {
                path: `${path}.replicas`,
                reason: `${replicas} is not a number of copies of which a majority can stand without one: write 3 or 5, or 1 for a stream that may be lost.`,
            },
        ];
    }
    return replicas <= members
        ? []
        : [
              {
                  path: `${path}.replicas`,
                  reason: `${replicas} copies need as many members, and ${members} run. Write replicas: ${replicas} for the application; a stream's copies are never given up by taking members away.`,
              },
          ];
}

/** Everything wrong with the streams of an application with so many members. */
export function streamProblems(streams: readonly JetStreamStream[], size: string, members: number): InputProblem[] {
    const problems: InputProblem[] = [];
    if (streams.length === 0) {
        problems.push({
            path: "streams",
            reason: "there is none. Leave streams out for one that is called as the application, or name one.",
        });
    }
    const names = new Set<string>();
    const taken: { subject: string; path: string; index: number }[] = [];
    streams.forEach((stream, index) => {
        const path = `streams[${index}]`;
        const misread = fieldProblems(stream, path);
        if (misread.length > 0) {
            problems.push(...misread);
            return;
        }
        if (!/^[\w-]{1,128}$/.test(stream.name)) {
            problems.push({
                path: `${path}.name`,
                reason: `"${stream.name}" is not a name: letters, digits, "-" and "_", e.g. "user-actions".`,
            });
        } else if (names.has(stream.name)) {
            problems.push({ path: `${path}.name`, reason: `there are two streams "${stream.name}". Give each its own name.` });
        }
        names.add(stream.name);
        const subjects = stream.subjects ?? [`${stream.name}.>`];
        if (subjects.length === 0) {
            problems.push({
                path: `${path}.subjects`,
                reason: `there is none, and nothing would be kept. Write e.g. ["${stream.name}.>"].`,
            });
        }
        subjects.forEach((subject, place) => {
            const own = `${path}.subjects${stream.subjects === undefined ? "" : `[${place}]`}`;
            // A name that is none was told already.
            const wrong = stream.subjects === undefined ? undefined : subjectProblem(subject);
            const other = wrong === undefined ? taken.find((each) => overlap(each.subject, subject)) : undefined;
            if (wrong !== undefined || other !== undefined) {
                problems.push({
                    path: own,
                    reason: wrong ?? `"${subject}" overlaps with "${other?.subject}" of ${other?.path}: a message belongs to one stream.`,
                });
            }
            taken.push({ subject, path: own, index });
        });
        problems.push(...limitProblems(stream, path), ...replicaProblems(stream, members, path));
    });
    return problems.length > 0 ? problems : roomProblems(streams, size);
}

/** What all of them together take. Judged once each of them is right. */
function roomProblems(streams: readonly JetStreamStream[], size: string): InputProblem[] {
    const room = streamRoom(size);
    const all = streamConfigs(streams, size);
    const sum = all.reduce((bytes, { max_bytes }) => bytes + max_bytes, 0);
    const least = 2 ** 20;
    if (sum <= room && all.every(({ max_bytes }) => max_bytes >= least)) {
        return [];
    }
    return [
        {
            path: streams.length === 1 ? "streams[0].maxBytes" : "streams",
            reason: `they may take ${quantity(sum)} of each member, and a volume of ${size} has ${quantity(room)} for them: the rest is the members' own. Write less, or a larger size.`,
        },
    ];
}

/** What the program that makes the streams is told. */
export function streamsRequest(
    servers: string[],
    streams: readonly JetStreamStream[],
    size: string,
    permitted: string[],
    waitSeconds: number,
) {
    return { servers, user: natsUsers.administrator, streams: streamConfigs(streams, size), permitted, waitSeconds };
}
