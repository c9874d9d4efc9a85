import fc from "fast-check";
import { streamRoom } from "../../../components/workloads/jetstream-config";
import { type JetStreamStream, overlap, streamConfigs, streamProblems } from "../../../components/workloads/jetstream-streams";

const told = (streams: JetStreamStream[], members = 3) =>
    streamProblems(streams, "10Gi", members).map(({ path, reason }) => `${path}: ${reason}`);

describe("what JetStream is told of a stream", () => {
    it("is in its units, and leaves nothing open", () => {
        const stream = {
            name: "clicks",
            subjects: ["a.*", "b.>"],
            maxBytes: "1Gi",
            maxAge: "30d",
            maxMessages: 5,
            maxMessageBytes: "64Ki",
            discard: "new",
        };
        expect(streamConfigs([{ ...stream, duplicateWindow: "30s", replicas: 5 }], "10Gi")).toEqual([
            {
                name: "clicks",
                subjects: ["a.*", "b.>"],
                retention: "limits",
                storage: "file",
                discard: "new",
                max_bytes: 2 ** 30,
                max_msgs: 5,
                max_age: 30 * 86400 * 1e9,
                max_msg_size: 65536,
                duplicate_window: 30e9,
                num_replicas: 5,
            },
        ]);
    });

    it("shares the room that nobody claims among those that say nothing, and never more than there is", () => {
        const [said, ...open] = streamConfigs([{ name: "a", maxBytes: "2Gi" }, { name: "b" }, { name: "c" }], "10Gi");
        expect(said.max_bytes).toBe(2 * 2 ** 30);
        expect(open.map(({ max_bytes }) => max_bytes)).toEqual([3, 3].map((gib) => gib * 2 ** 30));
        fc.assert(
            fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6 }), (sizes) => {
                const streams = sizes.map((gib, index) => ({ name: `s${index}`, ...(gib === null ? {} : { maxBytes: `${gib}Gi` }) }));
                fc.pre(told(streams).length === 0);
                const sum = streamConfigs(streams, "10Gi").reduce((bytes, { max_bytes }) => bytes + max_bytes, 0);
                expect(sum).toBeLessThanOrEqual(streamRoom("10Gi"));
            }),
        );
    });
});

describe("what is wrong with streams", () => {
    it("is nothing for what is right", () => {
        expect(told([{ name: "a" }, { name: "b", subjects: ["x.*.y", "z"], maxAge: "1d", maxBytes: "1Gi", replicas: 1 }])).toEqual([]);
        expect(told([{ name: "a", replicas: 5 }], 5)).toEqual([]);
    });

    it.each<[string, JetStreamStream, RegExp]>([
        ["a name", { name: "a.b" }, /^streams\[0\]\.name: "a\.b" is not a name/],
        ["no subject", { name: "a", subjects: [] }, /^streams\[0\]\.subjects: there is none/],
        ["a subject with a hole", { name: "a", subjects: ["a..b"] }, /^streams\[0\]\.subjects\[0\]: "a\.\.b" is not a subject/],
        ["a rest in the middle", { name: "a", subjects: ["a.>.b"] }, /"a\.>\.b" is not a subject/],
        ["everything", { name: "a", subjects: [">"] }, /">" contains what the servers/],
        ["the servers' own", { name: "a", subjects: ["$JS.>"] }, /"\$JS\.>" contains what the servers/],
        ["a size without a unit", { name: "a", maxBytes: "1000" }, /^streams\[0\]\.maxBytes: "1000" is not a size/],
        ["an age without a unit", { name: "a", maxAge: "30" }, /^streams\[0\]\.maxAge: "30" is not a time/],
        ["no messages", { name: "a", maxMessages: 0 }, /^streams\[0\]\.maxMessages: 0 is not/],
        ["another discard", { name: "a", discard: "all" }, /^streams\[0\]\.discard: "all" is neither/],
        ["a window longer than the age", { name: "a", maxAge: "1m" }, /^streams\[0\]\.duplicateWindow: 2m is longer/],
        ["two copies", { name: "a", replicas: 2 }, /^streams\[0\]\.replicas: 2 is not a number of copies/],
        ["more copies than members", { name: "a", replicas: 5 }, /5 copies need as many members, and 3 run/],
        ["more than the volume", { name: "a", maxBytes: "9Gi" }, /^streams\[0\]\.maxBytes: they may take 9Gi .* has 8Gi/],
    ])("is told: %s", (_, stream, words) => {
        expect(told([stream])).toEqual([expect.stringMatching(words)]);
    });

    it("is told all at once, and across streams", () => {
        expect(told([{ name: "a" }, { name: "a", subjects: ["b"] }, { name: "c", subjects: ["a.*.x"], discard: "?" }])).toEqual([
            expect.stringMatching(/^streams\[1\]\.name: there are two streams "a"/),
            expect.stringMatching(/^streams\[2\]\.subjects\[0\]: "a\.\*\.x" overlaps with "a\.>" of streams\[0\]\.subjects/),
            expect.stringMatching(/^streams\[2\]\.discard/),
        ]);
        // As config has them, which nothing has checked yet.
        const read = JSON.parse('[{"subject": ["a"], "maxAge": 30}, {"name": 7, "subjects": "a.>"}]');
        expect(told(read)).toEqual([
            expect.stringMatching(/^streams\[0\]\.subject: there is no such field\. Did you mean "subjects"\?/),
            "streams[0].maxAge: 30 is not text.",
            expect.stringMatching(/^streams\[0\]\.name: is missing/),
            "streams[1].name: 7 is not text.",
            'streams[1].subjects: "a.>" is not a list of texts.',
        ]);
        expect(told([])).toEqual([expect.stringMatching(/^streams: there is none/)]);
    });
});

describe("two subjects overlap", () => {
    const word = fc.constantFrom("a", "b", "c");
    const concrete = fc.array(word, { minLength: 1, maxLength: 4 });
    const pattern = fc
        .tuple(fc.array(fc.oneof(word, fc.constant("*")), { minLength: 1, maxLength: 4 }), fc.boolean())
        .map(([words, open]) => [...words, ...(open ? [">"] : [])]);

    it("exactly where some message belongs to both", () => {
        const matches = (words: string[], of: string[]): boolean =>
            of.every((each, index) =>
                each === ">" ? words.length > index : each === "*" ? index < words.length : words[index] === each,
            ) &&
            (of.at(-1) === ">" || words.length === of.length);
        fc.assert(
            fc.property(concrete, pattern, pattern, (words, one, other) => {
                if (matches(words, one) && matches(words, other)) {
                    expect(overlap(one.join("."), other.join("."))).toBe(true);
                }
            }),
        );
        expect([overlap("a.b", "a.c"), overlap("a", "a.b"), overlap("a.>", "a"), overlap("*.b", "a.*"), overlap("a.*", "a.b.c")]).toEqual([
            false,
            false,
            false,
            true,
            false,
        ]);
    });
});
