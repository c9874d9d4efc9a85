/**
 * The banking ledger on three nodes, without its primary in every way there is, under a client that writes: nothing acknowledged is lost, and
 * another member takes over in time. In full runs alone: five rounds of six faults.
 */

import { claimsOf } from "./support/claims";
import { ClusterDatabase } from "./support/cluster-database";
import { ClusterFailover, type PrimaryFault } from "./support/cluster-failover";
import { measured, report } from "./support/measured";
import { cutOff, reconnect } from "./support/node-link";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "banking-ledger";
const suite = process.env.HOLDFAST_E2E_FULL === undefined ? describe.skip : describe;

const world = World.create("banking-ledger-faults");
const database = new ClusterDatabase(world, stack);
/** What banking-ledger promises of a lost member: back within a minute, and nothing lost. */
const failover = new ClusterFailover(world, database, { seconds: 60, lostSeconds: 0 }, 3);
afterAll(() => {
    report();
    world.destroy();
});

/** A pod whose container was killed is made anew: Kubernetes holds up the next start of one that ends again and again. */
function renew(pod: string): void {
    if (database.primary() !== pod) world.kubectl("-n", stack, "delete", "pod", pod, "--wait=false");
}

const faults: PrimaryFault[] = [
    {
        what: "pod deleted by force",
        strike: (primary) => void database.deleteByForce(primary),
    },
    {
        what: "killed with SIGKILL",
        strike: (primary) => {
            database.kill(primary);
            return () => renew(primary);
        },
    },
    {
        what: "frozen with SIGSTOP",
        strike: (primary) => {
            const thaw = database.freeze(primary);
            return () => {
                thaw();
                renew(primary);
            };
        },
    },
    {
        what: "node killed",
        strike: (_, node) => {
            world.holdfast("sandbox", "kill-node", String(node));
            return () => world.holdfast("sandbox", "start-node", String(node));
        },
    },
    {
        what: "node cut off: every packet from and to it is lost",
        strike: (_, node) => {
            cutOff(world, node);
            return () => reconnect(world, node);
        },
    },
    {
        what: "node drained",
        strike: (primary, node) => {
            const selector = `--pod-selector=cnpg.io/cluster=${stack}`;
            world.kubectl("drain", `node-${node}`, selector, "--delete-emptydir-data", "--force", "--timeout=180s");
            return () => {
                world.kubectl("uncordon", `node-${node}`);
                // It went to a node that has another member: it goes back for the next fault.
                waitUntil("the drained member is there again", 120, () => database.members("{.status.phase}")[primary] === "Running");
                if (database.nodeOf(primary) !== node) world.kubectl("-n", stack, "delete", "pod", primary, "--wait=false");
            };
        },
    },
];

suite("no acknowledged write is lost, and another member takes over in time", () => {
    let claims: Record<string, string>;
    beforeAll(() => {
        world.holdfast("sandbox", "up", "--nodes", "3", "--with", "cloudnative-pg");
        // A lost node may have the operator on it: another one has to be at hand.
        world.kubectl("-n", "cnpg-system", "scale", "deployment/cnpg-controller-manager", "--replicas=2");
        measured("three members on three nodes: up", world.holdfast("up", stack).seconds, 300);
        database.waitUntilWhole(60);
        claims = claimsOf(world, stack);
    });
    afterEach(() => {
        database.waitUntilWhole(240);
        expect(claimsOf(world, stack)).toEqual(claims);
    });

    test.each(faults.map((fault): [string, PrimaryFault] => [fault.what, fault]))("when the primary is lost: %s", (_, fault) => {
        for (let round = 0; round < rounds(5); round++) failover.survive(fault);
    });
});
