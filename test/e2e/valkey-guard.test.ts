/**
 * Who leads after what: Valkey's members as processes of the image, in network namespaces, with the component's own scripts. No cluster, so
 * that a fault is what it says and nothing else.
 */

import { measured, report } from "./support/measured";
import { ValkeyMembers } from "./support/valkey-members";
import { waitUntil } from "./support/wait";
import { rounds } from "./support/world";

const all = [0, 1, 2];
const limit = 60;

afterAll(report);

describe("with a log on disk", () => {
    let members: ValkeyMembers;
    beforeAll(() => {
        members = new ValkeyMembers({ appendonly: "yes", appendfsync: "everysec" });
        for (const member of all) members.start(member);
    });
    afterAll(() => members.destroy());

    /** Writes so many keys, which are on every member then. */
    function write(number: number): void {
        const primary = members.waitForPrimary(limit);
        waitUntil("the primary takes writes", limit, () => members.ask(primary, "SET", "last", "1") === "OK");
        members.ask(
            primary,
            "EVAL",
            `"for n = 1, ARGV[1] do server.call('SET', 'k' .. n .. ARGV[2], 1) end"`,
            "0",
            String(number),
            String(Date.now()),
        );
        const keys = Number(members.ask(primary, "DBSIZE"));
        waitUntil("all have it", limit, () => members.keys().every((each) => each === keys));
        members.waitUntilWhole(limit);
        // A second later a member's position is on its volume.
        const noted = (member: number) => members.run(member, "ready") === 0;
        expect(all.every(noted)).toBe(true);
    }

    test("the first start has one primary, and all follow it", () => {
        members.waitForPrimary(limit);
        members.waitUntilWhole(limit);
        write(500);
    });

    test("a primary whose process is killed, and is back at once, follows another one", () => {
        for (let round = 0; round < rounds(10); round++) {
            const [keys] = members.keys();
            const primary = members.waitForPrimary(limit);
            members.signal(primary, "KILL", "server");
            members.start(primary, "server");
            members.waitForPrimary(limit, primary);
            members.waitUntilWhole(limit);
            expect(members.keys()).toEqual(all.map(() => keys));
        }
    });

    test("a primary that comes back with an empty volume is filled from those that have the data, never copied over them", () => {
        for (let round = 0; round < rounds(10); round++) {
            const [keys] = members.keys();
            const primary = members.waitForPrimary(limit);
            members.signal(primary, "KILL");
            members.empty(primary);
            members.start(primary);
            members.waitForPrimary(limit, primary);
            members.waitUntilWhole(limit);
            expect(keys).toBeGreaterThan(500);
            expect(members.keys()).toEqual(all.map(() => keys));
        }
    });

    test("a primary that nobody hears takes no more writes within the second that may be lost, and takes them again", () => {
        for (let round = 0; round < rounds(10); round++) {
            const primary = members.waitForPrimary(limit);
            const others = all.filter((member) => member !== primary);
            const takesWrites = () => members.ask(primary, "SET", "heard", "1") === "OK";
            waitUntil("the primary takes writes", limit, takesWrites);
            // The sentinels are frozen too: nobody is to take over meanwhile.
            for (const member of all) members.signal(member, "STOP", "sentinel");
            const frozen = Date.now();
            let last = frozen;
            for (const member of others) members.signal(member, "STOP", "server");
            while (takesWrites()) last = Date.now();
            for (const member of others) members.signal(member, "CONT", "server");
            waitUntil("the primary takes writes again", limit, takesWrites);
            for (const member of all) members.signal(member, "CONT", "sentinel");
            expect(measured("replicas that hang: writes are acknowledged for", (last - frozen) / 1000, 1)).toBeLessThanOrEqual(1);
            expect(members.waitForPrimary(limit)).toBe(primary);
        }
    });

    test("a primary that is told to stop hands over first", () => {
        const primary = members.waitForPrimary(limit);
        expect(members.run(primary, "stop")).toBe(0);
        expect(members.waitForPrimary(limit, primary)).not.toBe(primary);
        members.waitUntilWhole(limit);
    });

    test("after all were killed at once, and the primary's volume is lost, one of those that have the data leads", () => {
        for (let round = 0; round < rounds(10); round++) {
            write(100);
            const [keys] = members.keys();
            const primary = members.waitForPrimary(limit);
            for (const member of all) members.signal(member, "KILL");
            members.empty(primary);
            for (const member of all) members.start(member);
            members.waitForPrimary(limit, primary);
            members.waitUntilWhole(limit);
            expect(members.keys()).toEqual(all.map(() => keys));
        }
    });

    test("one that is empty doesn't lead while those that may have data are away, and says for whom it waits; a person may say otherwise", () => {
        for (const member of all) members.signal(member, "KILL");
        members.empty(0);
        members.start(0);
        members.start(1, "sentinel");
        waitUntil("it says so", limit, () => /waits for .*cart-1 cart-2: 0 of 3 members have data here/.test(members.guardSays(0)));
        expect(members.primary()).toBeUndefined();
        members.start(1, "guard", "server");
        waitUntil("so does the other", limit, () => /waits for cart-2: 1 of 3 members have data here/.test(members.guardSays(1)));
        expect(members.run(1, "lead")).toBe(0);
        expect(members.waitForPrimary(limit)).toBe(1);
        members.start(2);
        members.waitUntilWhole(limit);
        expect(Math.min(...members.keys())).toBeGreaterThan(500);
    });
});

describe("in memory alone", () => {
    let members: ValkeyMembers;
    beforeAll(() => {
        members = new ValkeyMembers({ appendonly: "no", save: "" });
        for (const member of all) members.start(member);
    });
    afterAll(() => members.destroy());

    test("a primary that restarts without its data follows one that has it", () => {
        const primary = members.waitForPrimary(limit);
        members.waitUntilWhole(limit);
        waitUntil("it takes writes", limit, () => members.ask(primary, "SET", "session", "me") === "OK");
        waitUntil("all have it", limit, () => members.keys().every((keys) => keys === 1));
        members.signal(primary, "KILL", "server");
        members.start(primary, "server");
        members.waitForPrimary(limit, primary);
        members.waitUntilWhole(limit);
        expect(members.keys()).toEqual([1, 1, 1]);
    });
});
