/** What `holdfast up` waits for once Pulumi has changed a database that an operator rolls by itself. */

import { setTimeout } from "node:timers/promises";
import { afterRollout, beforeRollout, whileFreeing } from "../../../cli/database-rollout";

const ledger = { name: "ledger", namespace: "bank" };
const resources = [{ type: "kubernetes:postgresql.cnpg.io/v1:Cluster", inputs: { metadata: ledger } }] as Parameters<
    typeof beforeRollout
>[1];

interface Member {
    name: string;
    image: string;
    reason?: string;
    /** It runs for so many seconds, and hasn't answered. */
    silent?: number;
}
interface Moment {
    phase?: string;
    members: Member[];
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const stateOf = ({ reason, silent }: Member) => {
    if (silent !== undefined) return { started: false, state: { running: { startedAt: ago(silent) } } };
    return { started: reason === undefined, state: reason === undefined ? {} : { waiting: { reason } } };
};
const server = ({ name, image, ...how }: Member) => ({
    metadata: { name },
    spec: { containers: [{ name: "postgres", image }] },
    status: {
        conditions: [{ type: "Ready", status: stateOf({ name, image, ...how }).started ? "True" : "False" }],
        containerStatuses: [{ name: "postgres", ...stateOf({ name, image, ...how }) }],
    },
});

/** A cluster that passes through moments, one for each look at it, and stays in the last. */
function rolled({ image = "pg:17.5", generation = 2, annotations = {} }, ...moments: Moment[]) {
    let at = -1;
    const asked: string[] = [];
    const now = () => moments[Math.min(Math.max(at, 0), moments.length - 1)];
    const run = async (args: string[]): Promise<string> => {
        if (args[0] !== "get") {
            asked.push(args.join(" "));
            return "";
        }
        if (args[1] === "pods") {
            return JSON.stringify({ items: now().members.map(server) });
        }
        at++;
        const { phase = "Cluster in healthy state" } = now();
        return JSON.stringify({ metadata: { generation, annotations }, spec: { instances: 2, imageName: image }, status: { phase } });
    };
    return { run, asked };
}
const both = (image: string): Member[] => [
    { name: "ledger-1", image },
    { name: "ledger-2", image },
];
const half: Member[] = [
    { name: "ledger-1", image: "pg:17.4" },
    { name: "ledger-2", image: "pg:17.5" },
];
const before = { ...ledger, generation: 1, isWoken: false };
const within = (seconds: number) => ({ seconds, silenceSeconds: 60, pauseMilliseconds: 1 });
const saying = () => {
    const said: string[] = [];
    return { said, say: (text: string) => said.push(text) };
};

test("what is there before an update is remembered, and woken where it rests", async () => {
    const resting = rolled({ annotations: { "cnpg.io/hibernation": "on" } }, { members: [] });
    expect(await beforeRollout(resting, resources)).toEqual([{ ...ledger, generation: 2, isWoken: true }]);
    expect(resting.asked).toEqual(["annotate clusters.postgresql.cnpg.io ledger -n bank --overwrite cnpg.io/hibernation-"]);
    expect(await beforeRollout(rolled({}, { members: [] }), resources)).toEqual([{ ...ledger, generation: 2, isWoken: false }]);
    expect(await beforeRollout({ run: async () => "" }, resources)).toEqual([{ ...ledger, generation: undefined, isWoken: false }]);
});

test("an update that changed nothing is not waited for, whatever the members are at", async () => {
    const { said, say } = saying();
    await afterRollout(rolled({ generation: 1 }, { members: [] }), before, say, within(0));
    await afterRollout({ run: async () => "" }, before, say, within(0));
    expect(said).toEqual([]);
});

test("a change is waited for until every member runs it, also where the operator takes it up a moment later", async () => {
    const { said, say } = saying();
    await afterRollout(
        rolled(
            {},
            { members: both("pg:17.4") },
            { members: half },
            { members: both("pg:17.5"), phase: "Upgrading cluster" },
            { members: both("pg:17.5") },
        ),
        before,
        say,
        within(30),
    );
    expect(said).toEqual([
        "bank/ledger: 1 of 2 members run pg:17.5",
        "bank/ledger: Upgrading cluster",
        "bank/ledger: every member is ready",
    ]);
});

test("one that was woken is waited for until its members are ready, and said to be late", async () => {
    const woken = { ...before, generation: 2, isWoken: true };
    const { said, say } = saying();
    await afterRollout(rolled({}, { members: [] }, { members: [] }, { members: both("pg:17.5") }), woken, say, within(10));
    expect(said).toEqual(["bank/ledger: 0 of 2 members are ready"]);
    await expect(afterRollout(rolled({}, { members: [] }), woken, say, within(0))).rejects.toThrow(
        "bank/ledger isn't as asked for after 0 s: bank/ledger: 0 of 2 members are ready. Run the same command again to wait on.",
    );
});

test("a member that can't start ends the update with the way back", async () => {
    const members = [both("pg:17.4")[0], { name: "ledger-2", image: "pg:nope", reason: "ImagePullBackOff" }];
    await expect(afterRollout(rolled({ image: "pg:nope" }, { members }), before, () => {}, within(10))).rejects.toThrow(
        /stopped at its first member: ledger-2 can't start with pg:nope \(ImagePullBackOff\)\. The others run on with pg:17\.4\. Write an image/,
    );
});

test("so does one that runs and never answers, but not one that is woken: that may have a long log to replay", async () => {
    const members = [both("pg:17.4")[0], { name: "ledger-2", image: "pg:17.5", silent: 61 }];
    await expect(afterRollout(rolled({}, { members }), before, () => {}, within(10))).rejects.toThrow(
        "ledger-2 can't start with pg:17.5 (it runs, and hasn't answered for 60 s)",
    );
    const slow = [both("pg:17.4")[0], { name: "ledger-2", image: "pg:17.5", silent: 30 }];
    await afterRollout(rolled({}, { members: slow }, { members: both("pg:17.5") }), before, () => {}, within(10));
    const woken = { ...before, isWoken: true };
    await afterRollout(rolled({}, { members }, { members: both("pg:17.5") }), woken, () => {}, { ...within(300) });
});

test("one that never answered with an earlier image is made anew with the one that is asked for", async () => {
    const silent = [both("pg:17.5")[0], { name: "ledger-2", image: "pg:nope", silent: 5 }];
    const kubectl = rolled({}, { members: silent }, { members: both("pg:17.5") });
    await afterRollout(kubectl, before, () => {}, within(10));
    expect(kubectl.asked).toEqual(["delete pod ledger-2 -n bank --wait=false"]);
});

test("one that an earlier image got stuck is made anew, also by an update that changes nothing; one that starts is left alone", async () => {
    const stuck = [both("pg:17.5")[0], { name: "ledger-2", image: "pg:nope", reason: "ErrImagePull" }];
    const kubectl = rolled({ generation: 1 }, { members: stuck }, { members: [stuck[0]] }, { members: both("pg:17.5") });
    const { said, say } = saying();
    await afterRollout(kubectl, before, say, within(10));
    expect(kubectl.asked).toEqual(["delete pod ledger-2 -n bank --wait=false"]);
    expect(said[0]).toBe("bank/ledger: ledger-2 can't start with pg:nope, and is made anew with pg:17.5");
    const starting = rolled({ generation: 1 }, { members: [{ name: "ledger-2", image: "pg:17.4", reason: "ContainerCreating" }] });
    await afterRollout(starting, before, say, within(0));
    expect(starting.asked).toEqual([]);
});

test("while Pulumi waits for a database to be well, members that an earlier image got stuck are made anew, once each", async () => {
    const broken = [both("pg:17.5")[0], { name: "ledger-2", image: "pg:nope", silent: 5 }];
    const asked = rolled({ image: "pg:nope" }, { members: broken });
    expect(await whileFreeing(asked, [ledger], () => {}, setTimeout(20, "made"), 1)).toBe("made");
    expect(asked.asked).toEqual([]);

    const back = rolled({}, { members: broken }, { members: both("pg:17.5") });
    const { said, say } = saying();
    await whileFreeing(back, [ledger], say, setTimeout(20), 1);
    expect(back.asked).toEqual(["delete pod ledger-2 -n bank --wait=false"]);
    expect(said).toEqual(["bank/ledger: ledger-2 can't start with pg:nope, and is made anew with pg:17.5"]);

    const silent = { run: () => Promise.reject(new Error("connection refused")) };
    await expect(
        whileFreeing(
            silent,
            [ledger],
            say,
            setTimeout(20).then(() => Promise.reject(new Error("failed"))),
            1,
        ),
    ).rejects.toThrow("failed");
});
