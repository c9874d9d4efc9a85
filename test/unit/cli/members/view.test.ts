/** Who may be restarted or replaced, in which order, and what counts as trouble. */

import {
    isMomentary,
    type Member,
    replaceProblems,
    restartOrder,
    restartProblems,
    troubleBetween,
    unsettled,
    untouched,
    type View,
} from "../../../../cli/members/view";

const member = (name: string, more: Partial<Member> = {}): Member => ({
    name,
    uid: `uid-${name}`,
    isPrimary: false,
    restarts: 0,
    claims: [`data-${name}`],
    onlyCopies: [],
    ...more,
});

/** Three members in sync, of which the first leads, but for what is said of some. */
function three(more: Record<string, Partial<Member>> = {}, view: Partial<View> = {}): View {
    const members = ["carts-0", "carts-1", "carts-2"].map((name) => member(name, { isPrimary: name === "carts-0", ...more[name] }));
    return { members, asked: 3, ...view };
}
const behind = { lacks: "it reads its data" };

describe("the order of a restart", () => {
    it.each([
        ["replicas, and then the primary", three(), ["carts-2", "carts-1", "carts-0"]],
        ["whoever isn't in sync first", three({ "carts-1": behind }), ["carts-1", "carts-2", "carts-0"]],
        ["even where it leads", three({ "carts-0": behind }), ["carts-0", "carts-2", "carts-1"]],
        ["one after the other where nobody leads", three({ "carts-0": { isPrimary: false } }), ["carts-2", "carts-1", "carts-0"]],
    ])("%s", (_what, view, order) => {
        expect(restartOrder(view)).toEqual(order);
    });
});

describe("a restart is refused", () => {
    it.each<[string, View, string | undefined, string[]]>([
        ["not where all are in sync", three(), undefined, []],
        ["not of one, where all are in sync", three(), "carts-1", []],
        ["not of the only one that isn't in sync", three({ "carts-1": behind }), "carts-1", []],
        ["not of all, where one isn't: it comes first", three({ "carts-1": behind }), undefined, []],
        ["not of the only member", { members: [member("db-0", behind)], asked: 1 }, "db-0", []],
        ["of another than the one that isn't", three({ "carts-1": behind }), "carts-2", ["carts-1 is not in sync: it reads its data"]],
        [
            "where two are not in sync",
            three({ "carts-1": behind, "carts-2": behind }),
            undefined,
            ["carts-1 is not in sync: it reads its data", "carts-2 is not in sync: it reads its data"],
        ],
        [
            "where one isn't in sync and one isn't there",
            { members: three({ "carts-1": behind }).members.slice(0, 2), asked: 3 },
            undefined,
            ["carts-1 is not in sync: it reads its data", "1 of 3 members is not there"],
        ],
        ["of somebody else", three(), "carts-3", ['"carts-3" is no member of carts. Its members: carts-0, carts-1 and carts-2.']],
        ["of nobody", { members: [], asked: 0 }, undefined, ["no member of carts runs. Start them: npx holdfast up carts."]],
        [
            "while something else is at work",
            three({}, { busy: "an update of its members is under way" }),
            undefined,
            ["an update of its members is under way. Wait until that has ended: npx holdfast status carts."],
        ],
    ])("%s", (_what, view, name, problems) => {
        expect(restartProblems(view, "carts", name)).toEqual(problems);
    });
});

describe("a fresh volume is refused", () => {
    it.each<[string, View, string, string[]]>([
        ["not where the others are in sync", three(), "carts-1", []],
        ["not of the one that isn't in sync", three({ "carts-1": behind }), "carts-1", []],
        ["where another isn't in sync", three({ "carts-2": behind }), "carts-1", ["carts-2 is not in sync: it reads its data"]],
        [
            "where there is no other",
            { members: [member("db-0")], asked: 1 },
            "db-0",
            ["db-0 is the only member, and has the only copy of the data. With more members (holdfast:replicas) there is another."],
        ],
        [
            "where it has the only copy of something",
            three({ "carts-1": { onlyCopies: ["the stream clicks"] } }),
            "carts-1",
            ["carts-1 has the only whole copy of the stream clicks"],
        ],
        [
            "of nobody",
            { members: [], asked: 0 },
            "carts-0",
            ["no member of carts runs. Start them: npx holdfast up carts.", '"carts-0" is no member of carts. It has none now.'],
        ],
    ])("%s", (_what, view, name, problems) => {
        expect(replaceProblems(view, "carts", name)).toEqual(problems);
    });
});

test("that members are behind may pass, and that a member has the only whole copy with it; nothing else does", () => {
    const copies = { onlyCopies: ["the stream clicks"] };
    const moment = (view: View, name: string) => isMomentary(replaceProblems(view, "carts", name), view);
    expect(moment(three({ "carts-2": behind }), "carts-1")).toBe(true);
    expect(moment(three({ "carts-2": behind, "carts-1": copies }), "carts-1")).toBe(true);
    expect(moment(three({ "carts-1": copies }), "carts-1")).toBe(false);
    expect(moment(three({ "carts-2": behind }), "carts-3")).toBe(false);
    expect(moment(three(), "carts-1")).toBe(false);
});

describe("trouble", () => {
    it.each<[string, View, string | undefined]>([
        [
            "is not what the member at work does",
            three({ "carts-1": { uid: undefined, lacks: "its pod is not there yet", restarts: 2 } }),
            undefined,
        ],
        ["is not that another is behind for a moment", three({ "carts-2": behind }), undefined],
        ["is another that was stopped", three({ "carts-2": { uid: "new" } }), "carts-2 was stopped and started by somebody else"],
        ["is another that is gone", three({ "carts-2": { uid: undefined } }), "carts-2 is gone, and nobody here stopped it"],
        [
            "is another that isn't listed",
            { ...three(), members: three().members.slice(0, 2) },
            "carts-2 is gone, and nobody here stopped it",
        ],
        ["is another that ended", three({ "carts-0": { restarts: 1 } }), "a container of carts-0 ended, and was started again"],
        [
            "is whatever doesn't end by itself",
            three({ "carts-1": { uid: "new", lacks: "no", trouble: "its image can't be pulled" } }),
            "carts-1: its image can't be pulled",
        ],
    ])("%s", (_what, now, trouble) => {
        expect(troubleBetween(three(), now, "carts-1")).toBe(trouble);
    });
});

describe("all is settled", () => {
    it.each<[string, View, string | undefined]>([
        ["where everybody is in sync", three(), undefined],
        ["not while one isn't", three({ "carts-2": behind }), "carts-2 is not in sync: it reads its data"],
        ["not while one is missing", { ...three(), asked: 4 }, "1 of 4 members is not there yet"],
        ["not while an operator is at work", three({}, { busy: "upgrading" }), "upgrading"],
    ])("%s", (_what, view, missing) => {
        expect(unsettled(view)).toBe(missing);
    });
});

it("says who was not touched", () => {
    expect(untouched(three(), "carts-1")).toBe("carts-0 and carts-2 were not touched");
    expect(untouched({ members: [member("db-0")], asked: 1 }, "db-0")).toBe("nothing else was touched");
});
