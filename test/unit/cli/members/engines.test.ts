/** Who leads and who is in sync, by what each engine's servers say. */

import { jetStreamView, type Monitored } from "../../../../cli/members/engines/jetstream";
import {
    type ClusterObject,
    clusterView,
    type SeenCluster,
    type Standby,
    standbysIn,
    successorOf,
} from "../../../../cli/members/engines/postgres-cluster";
import { setView } from "../../../../cli/members/engines/set";
import { type Answer, answerIn, valkeyView } from "../../../../cli/members/engines/valkey";
import type { View } from "../../../../cli/members/view";
import { now, readyPod, seenSet, unschedulablePod } from "./seen";

/** What each member lacks, of those that lack something. */
const lacks = ({ members }: View) => Object.fromEntries(members.flatMap(({ name, lacks }) => (lacks === undefined ? [] : [[name, lacks]])));
const primaries = ({ members }: View) => members.filter(({ isPrimary }) => isPrimary).map(({ name }) => name);

describe("a StatefulSet's members", () => {
    it("are in sync when they are ready", () => {
        const view = setView(seenSet("wiki", 2));
        expect([lacks(view), view.asked, view.busy]).toEqual([{}, 2, undefined]);
        expect(view.members.map(({ name, uid, claims }) => [name, uid, claims])).toEqual([
            ["wiki-0", "uid-wiki-0", ["data-wiki-0"]],
            ["wiki-1", "uid-wiki-1", ["data-wiki-1"]],
        ]);
    });

    it("have claims without a pod, too", () => {
        const seen = seenSet("wiki", 2);
        seen.pods.pop();
        expect(setView(seen).members[1]).toMatchObject({ name: "wiki-1", lacks: "its pod is not there yet", claims: ["data-wiki-1"] });
    });

    it("can't be counted on while an update is under way, or not taken up yet", () => {
        const seen = seenSet("wiki", 2);
        (seen.pods[0].metadata.labels as Record<string, string>)["controller-revision-hash"] = "r1";
        expect(setView(seen).busy).toBe("an update of its members is under way");
        seen.set.spec.updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 1 } };
        expect(setView(seen).busy).toBeUndefined();
        seen.set.metadata.generation = 4;
        expect(setView(seen).busy).toBe("an update of its members is under way");
        seen.set.spec.updateStrategy = { type: "OnDelete" };
        expect(setView(seen).busy).toBeUndefined();
    });

    it("are in trouble where a pod's end isn't in sight, and not while its claim is new", () => {
        const troubles = (pod: ReturnType<typeof readyPod>) => setView({ ...seenSet("wiki", 1), pods: [pod] }).members[0];
        const crashing = readyPod("wiki-0");
        crashing.status.conditions = [];
        crashing.status.containerStatuses = [
            { name: "main", ready: false, restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } },
        ];
        expect(troubles(crashing)).toMatchObject({ trouble: expect.stringContaining("ends again and again"), restarts: 4 });
        expect(troubles(unschedulablePod("wiki-0", 5)).trouble).toBeUndefined();
        expect(troubles(unschedulablePod("wiki-0", 5)).lacks).toContain("no node can take it");
        expect(troubles(unschedulablePod("wiki-0", 500)).trouble).toContain("no node can take it");
    });
});

describe("Valkey's members", () => {
    const host = (name: string) => `${name}.carts-members.carts.svc.cluster.local`;
    const primary: Answer = { role: "master", master_repl_offset: "1000", loading: "0", named: host("carts-0") };
    const replica: Answer = {
        role: "slave",
        master_host: host("carts-0"),
        master_link_status: "up",
        master_sync_in_progress: "0",
        slave_repl_offset: "1200",
        slave_priority: "100",
        loading: "0",
        named: host("carts-0"),
    };
    const well = { "carts-0": primary, "carts-1": replica, "carts-2": replica };
    const view = (more: Record<string, Answer | undefined> = {}, before: Record<string, Answer> = well) =>
        valkeyView(seenSet("carts", 3), before, { ...well, ...more } as Record<string, Answer>);
    const changed = (more: Answer) => ({ "carts-1": { ...replica, ...more } });

    it("are in sync when replicas have what the primary had a moment before", () => {
        expect([lacks(view()), primaries(view())]).toEqual([{}, ["carts-0"]]);
        expect(lacks(view({ "carts-0": { ...primary, master_repl_offset: "9000" } }))).toEqual({});
    });

    it.each<[string, Record<string, Answer | undefined>, string]>([
        ["is behind", changed({ slave_repl_offset: "990" }), "it is 10 bytes behind carts-0"],
        [
            "doesn't say how far it is",
            { "carts-1": { ...replica, slave_repl_offset: "", slave_read_repl_offset: "1" } },
            "it is 1000 bytes behind carts-0",
        ],
        ["has lost its primary", changed({ master_link_status: "down" }), "its connection to carts-0 is down"],
        ["is being filled", changed({ master_sync_in_progress: "1" }), "everything is being copied to it from carts-0"],
        ["waits for the guard", changed({ master_host: "127.0.0.1" }), "it doesn't follow carts-0 yet"],
        ["may not take over", changed({ slave_priority: "0" }), "it may not take over yet"],
        ["reads its log", changed({ loading: "1" }), "it reads its data"],
        [
            "has a sentinel with another view",
            changed({ named: host("carts-2") }),
            "its sentinel takes carts-2 for the primary, and not carts-0",
        ],
        ["has a sentinel without one", changed({ named: "" }), "its sentinel takes nobody for the primary, and not carts-0"],
        ["was promoted just now", changed({ role: "master" }), "it leads, and didn't a moment ago"],
        ["doesn't answer", { "carts-1": undefined }, "its server doesn't answer"],
    ])("one isn't that %s", (_what, more, why) => {
        expect(lacks(view(more))).toEqual({ "carts-1": why });
    });

    it("are none of them where nobody leads, or two do", () => {
        const nobody = { "carts-0": replica, "carts-1": replica, "carts-2": replica };
        expect(new Set(Object.values(lacks(view(nobody, nobody))))).toEqual(new Set(["nobody leads"]));
        const two = { ...well, "carts-1": primary };
        const seen = view(two, two);
        expect([new Set(Object.values(lacks(seen))), primaries(seen)]).toEqual([new Set(["carts-0 and carts-1 both lead"]), []]);
    });

    it("answer in lines, of which only those with a name count", () => {
        const text = "# Replication\r\nrole:slave\r\nmaster_host:carts-0.x\r\nslave0:ip=a,port=1\r\n\r\nnamed:carts-0.x\n";
        expect(answerIn(text)).toEqual({ role: "slave", master_host: "carts-0.x", slave0: "ip=a,port=1", named: "carts-0.x" });
    });
});

describe("JetStream's members", () => {
    // biome-ignore lint/suspicious/noExplicitAny: what a server says is changed in the middle of it.
    type Open = any;
    const peers = (...names: string[]) => names.map((name) => ({ name, current: true }));
    const stream = (leader: string, ...replicas: string[]) => ({ name: "clicks", cluster: { leader, replicas: peers(...replicas) } });
    const monitored = (streams: object[], meta: object = { leader: "carts-0" }): Monitored =>
        ({ jsz: { meta_cluster: meta, account_details: [{ name: "APP", stream_detail: streams }] } }) as Monitored;
    /** The first leads the servers, the second the stream. */
    const well = (): Record<string, Monitored> => ({
        "carts-0": monitored([stream("carts-1")], { leader: "carts-0", replicas: peers("carts-1", "carts-2") }),
        "carts-1": monitored([stream("carts-1", "carts-0", "carts-2")]),
        "carts-2": monitored([stream("carts-1")]),
    });
    const view = (change: (answers: Record<string, Monitored>) => void = () => {}) => {
        const answers = well();
        change(answers);
        return jetStreamView(seenSet("carts", 3), answers);
    };
    /** What each of the three has stored. */
    const storing = (...stored: [messages: number, last_seq: number][]) => {
        const answers = well();
        for (const [member, [messages, last_seq]] of stored.entries()) {
            Object.assign((answers as Open)[`carts-${member}`].jsz.account_details[0].stream_detail[0], { state: { messages, last_seq } });
        }
        return answers;
    };
    const stored = (now: Record<string, Monitored>, earlier = now) => jetStreamView(seenSet("carts", 3), now, earlier);

    it("are in sync when they have stored what their leader had a moment before, and not because it calls them current", () => {
        expect(lacks(stored(storing([90, 100], [90, 100], [90, 100])))).toEqual({});
        // What came since the look before is nothing that they lack, nor what has become too old.
        expect(lacks(stored(storing([90, 100], [92, 102], [89, 100]), storing([90, 99], [89, 100], [89, 98])))).toEqual({});
        const late = stored(storing([90, 100], [90, 100], [30, 40]));
        expect(lacks(late)).toEqual({ "carts-2": "it has 60 messages less than its leader in the stream clicks" });
        expect(lacks(stored(storing([2, 100], [90, 100], [90, 100])))).toEqual({
            "carts-0": "it has 88 messages less than its leader in the stream clicks",
        });
    });

    it("without the messages are nobody's other copy", () => {
        const { members } = stored(storing([10, 100], [90, 100], [20, 100]));
        expect(members.map(({ onlyCopies }) => onlyCopies)).toEqual([[], ["the stream clicks"], []]);
        const fresh = storing([90, 100], [90, 100]);
        expect(lacks(stored({ ...fresh, "carts-2": { ...fresh["carts-2"], jsz: { account_details: [] } } }))).toEqual({
            "carts-2": "it has 100 messages less than its leader in the stream clicks",
        });
    });

    it("are in sync when every leader counts them as current", () => {
        expect([lacks(view()), primaries(view())]).toEqual([{}, ["carts-0"]]);
        expect(view().members.flatMap(({ onlyCopies }) => onlyCopies)).toEqual([]);
    });

    it.each<[string, (answers: Open) => void, Record<string, string>]>([
        [
            "one is behind in a stream",
            (answers) =>
                Object.assign(answers["carts-1"].jsz.account_details[0].stream_detail[0].cluster.replicas[1], { current: false, lag: 7 }),
            { "carts-2": "it is 7 operations behind in the stream clicks" },
        ],
        [
            "one is behind in the list",
            (answers) => {
                answers["carts-0"].jsz.meta_cluster.replicas[0].current = false;
            },
            { "carts-1": "it is behind in the list of streams" },
        ],
        [
            "one isn't known to the others",
            (answers) => {
                answers["carts-0"].jsz.meta_cluster.replicas.pop();
            },
            { "carts-2": "the servers don't count it in yet" },
        ],
        [
            "one complains",
            (answers) => {
                answers["carts-2"].health = "JetStream consumer 'APP > clicks > c' is not current";
            },
            { "carts-2": "JetStream consumer 'APP > clicks > c' is not current" },
        ],
        [
            "one doesn't answer",
            (answers) => {
                answers["carts-2"] = {};
            },
            { "carts-2": "its server doesn't answer" },
        ],
        [
            "a stream has no leader",
            (answers) => {
                for (const name of Object.keys(answers))
                    answers[name].jsz.account_details[0].stream_detail[0].cluster = { replicas: peers("carts-2") };
            },
            { "carts-2": "nobody leads the stream clicks" },
        ],
    ])("not all where %s", (_what, change, missing) => {
        expect(lacks(view(change))).toEqual(missing);
    });

    it("are none of them where nobody leads the servers", () => {
        const seen = view((answers: Open) => {
            answers["carts-0"].jsz.meta_cluster = { leader: "" };
        });
        expect(new Set(Object.values(lacks(seen)))).toEqual(new Set(["nobody leads the servers"]));
    });

    it("have the only copy of what no other has whole", () => {
        const only = (change: (answers: Open) => void) => view(change).members.map(({ onlyCopies }) => onlyCopies);
        const single = (answers: Open) => {
            answers["carts-1"].jsz.account_details[0].stream_detail.push({ name: "local", cluster: { leader: "carts-1" } });
        };
        expect(only(single)).toEqual([[], ["the stream local"], []]);
        const alone = (answers: Open) => {
            const { replicas } = answers["carts-1"].jsz.account_details[0].stream_detail[0].cluster;
            for (const replica of replicas) replica.current = false;
        };
        expect(only(alone)).toEqual([[], ["the stream clicks"], []]);
    });
});

describe("the members of a Cluster", () => {
    const cluster = (status: ClusterObject["status"] = {}, annotations: Record<string, string> = {}): ClusterObject => ({
        metadata: { annotations },
        spec: { instances: 3 },
        status: {
            phase: "Cluster in healthy state",
            currentPrimary: "ledger-1",
            targetPrimary: "ledger-1",
            instanceNames: ["ledger-1", "ledger-2", "ledger-10"],
            ...status,
        },
    });
    const streaming = (name: string, more: Partial<Standby> = {}): Standby => ({ name, state: "streaming", hasAll: true, ...more });
    const view = (more: Partial<SeenCluster> = {}) =>
        clusterView({
            cluster: cluster(),
            pods: ["ledger-1", "ledger-2", "ledger-10"].map((name) => readyPod(name, name)),
            nodes: undefined,
            standbys: [streaming("ledger-2"), streaming("ledger-10")],
            now,
            ...more,
        });

    it("are in sync when the standbys stream and have what the primary had", () => {
        expect([lacks(view()), primaries(view()), view().asked, view().busy]).toEqual([{}, ["ledger-1"], 3, undefined]);
        expect(view().members.map(({ name }) => name)).toEqual(["ledger-1", "ledger-2", "ledger-10"]);
    });

    it.each<[string, Partial<SeenCluster>, Record<string, string>]>([
        [
            "one is behind",
            { standbys: [streaming("ledger-2", { hasAll: false }), streaming("ledger-10")] },
            { "ledger-2": "it is behind ledger-1" },
        ],
        [
            "one catches up",
            { standbys: [streaming("ledger-2", { state: "catchup" }), streaming("ledger-10")] },
            { "ledger-2": 'it follows ledger-1, and is at "catchup"' },
        ],
        ["one doesn't follow", { standbys: [streaming("ledger-10")] }, { "ledger-2": "it doesn't follow ledger-1 yet" }],
        ["one has no pod", { pods: ["ledger-1", "ledger-2"].map((name) => readyPod(name, name)) }, { "ledger-10": "its pod is not there" }],
    ])("not all where %s", (_what, more, missing) => {
        expect(lacks(view(more))).toEqual(missing);
    });

    it("are none of them where the primary doesn't answer, or another is to lead", () => {
        expect(new Set(Object.values(lacks(view({ standbys: undefined }))))).toEqual(new Set(["the primary doesn't answer"]));
        const handing = view({ cluster: cluster({ targetPrimary: "ledger-2" }) });
        expect(new Set(Object.values(lacks(handing)))).toEqual(new Set(["ledger-1 hands over to ledger-2"]));
    });

    it.each([
        ["Switchover in progress", true],
        ["Upgrading Postgres major version", true],
        ["Cluster is unrecoverable and needs manual intervention", true],
        ["Waiting for the instances to become active", false],
        ["Creating a new replica", false],
    ])("are at the operator's work: %s", (phase, isBusy) => {
        expect(view({ cluster: cluster({ phase, phaseReason: "r" }) }).busy).toBe(
            isBusy ? `the operator is at work: ${phase} (r)` : undefined,
        );
    });

    it("are none while they rest", () => {
        expect(view({ cluster: cluster({}, { "cnpg.io/hibernation": "on" }) }).asked).toBe(0);
    });

    it("hand over to one that has everything", () => {
        const standbys = [streaming("ledger-2", { hasAll: false }), streaming("ledger-10")];
        expect(successorOf(view({ standbys }), "ledger-1")).toBe("ledger-10");
        expect(successorOf(view({ standbys: [] }), "ledger-1")).toBeUndefined();
    });

    it("are listed by psql in lines", () => {
        expect(standbysIn("\nledger-2|streaming|t\nledger-10|catchup|f\n")).toEqual([
            streaming("ledger-2"),
            streaming("ledger-10", { state: "catchup", hasAll: false }),
        ]);
    });
});
