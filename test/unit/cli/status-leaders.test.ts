import { readLeaders } from "../../../cli/status/leaders";
import type { Printed } from "../../../cli/status/read";
import { statusPage } from "../../../cli/status/terminal";
import { leaderCommandAnnotation } from "../../../components/workloads/labels";
import { cluster, condition, status } from "./status-fixtures";

/** A store of three members that tell who leads. */
function store() {
    const reading = cluster(3);
    for (const { metadata } of reading.pods) metadata.annotations = { [leaderCommandAnnotation]: "/bin/sh /etc/leader.sh" };
    return reading;
}

function kubectl(answer: Partial<Printed>) {
    const asked: string[][] = [];
    const run = async (args: string[]): Promise<Printed> => {
        asked.push(args);
        return { status: 0, stdout: "", stderr: "", ...answer };
    };
    return { run, asked };
}

describe("who leads is asked", () => {
    it("of one ready member, by the command that its pod names", async () => {
        const reading = store();
        reading.pods[0].status.conditions = [condition("Ready", "False")];
        const { run, asked } = kubectl({ stdout: "ledger-2\n" });
        expect(await readLeaders(run, reading)).toEqual({ "ledger/ledger": "ledger-2" });
        expect(asked.map((args) => args.join(" "))).toEqual(["exec -n ledger ledger-1 -c main -- /bin/sh /etc/leader.sh"]);
    });

    it("of nobody where no pod names a command, none is ready, or another application is meant", async () => {
        const { run, asked } = kubectl({ stdout: "ledger-2" });
        const none = store();
        for (const pod of none.pods) pod.status.conditions = [condition("Ready", "False")];
        expect([await readLeaders(run, cluster(3)), await readLeaders(run, none), await readLeaders(run, store(), "carts")]).toEqual([
            {},
            {},
            {},
        ]);
        expect(asked).toEqual([]);
    });

    it("and isn't told where it may not be asked", async () => {
        expect(await readLeaders(kubectl({ status: 1, stderr: "Error from server (Forbidden)" }).run, store())).toEqual({});
    });
});

const workload = (leaders: Record<string, string>) =>
    status((reading) => {
        reading.leaders = leaders;
    }, 3);

describe("the page", () => {
    it("has a role for each member once one leads", () => {
        const told = workload({ "ledger/ledger": "ledger-1" });
        expect(told.state).toBe("ready");
        expect(told.apps[0].workloads[0].members.map(({ role }) => role)).toEqual(["replica", "primary", "replica"]);
        expect(statusPage(told)).toMatch(/ledger-1 +primary, ready +on node-1/);
    });

    it("says that nobody leads, and that this is awaited", () => {
        const told = workload({ "ledger/ledger": "" });
        expect(told.state).toBe("waiting");
        expect(told.apps[0].workloads[0].findings).toEqual([
            { code: "no-primary", severity: "waiting", text: "no member leads: nothing can be written until one does" },
        ]);
        expect(told.apps[0].workloads[0].members.map(({ role }) => role)).toEqual([undefined, undefined, undefined]);
    });

    it("says nothing of it where nobody could be asked", () => {
        expect(workload({})).toEqual(status(undefined, 3));
    });
});
