/**
 * The social feed: rows in PostgreSQL with a standby, and files that two web servers serve from one volume; from nothing to clients, without the
 * primary, and down and up again.
 */

import { startClientPod } from "./support/client-pod";
import { ClusterDatabase } from "./support/cluster-database";
import { ClusterFailover } from "./support/cluster-failover";
import { clusterStatus, downAndUp, expectNothingToDo } from "./support/cluster-lifecycle";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { rounds, World } from "./support/world";

const stack = "social-feed";
const service = `${stack}-media`;
// In full runs alone: banking-ledger is the same engine with a stronger promise.
const inFull = process.env.HOLDFAST_E2E_FULL === undefined ? test.skip : test;

const world = World.create(stack);
const database = new ClusterDatabase(world, stack);
afterAll(() => {
    report();
    world.destroy();
});

const kubectl = (...args: string[]) => world.kubectl("-n", stack, ...args);

/** A pod that is let in to the files and knows the token. */
function startUploader(): void {
    startClientPod(world, {
        name: "uploader",
        namespace: stack,
        app: stack,
        image: "registry.sandbox.holdfast/node:20",
        command: ["node", "-e", "setInterval(() => {}, 1 << 30)"],
        runAsUser: 1000,
        env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: `${service}-password`, key: "password" } } }],
    });
}

/** A request from the pod: status and body. */
function ask(method: string, host: string, path: string, body = "", withToken = false): string {
    const script =
        "const [method, url, body, token] = process.argv.slice(1); fetch(url, { method, body: body || undefined, headers: token ? { authorization: 'Bearer ' + process.env.TOKEN } : {} }).then(async (r) => console.log(r.status, await r.text()))";
    return kubectl("exec", "uploader", "--", "node", "-e", script, method, `http://${host}/${path}`, body, withToken ? "yes" : "");
}
const servers = () =>
    kubectl(
        "get",
        "pods",
        `--selector=app.kubernetes.io/name=${service}`,
        "-o",
        "jsonpath={range .items[*]}{.status.podIP}:8080 {end}",
    ).split(" ");

inFull("posts are rows that clients write and read by TLS, and pictures are files that every server has at once", () => {
    const { seconds, stdout } = world.holdfast("up", stack);
    expect(measured(`${stack}: up`, seconds, 300)).toBeLessThanOrEqual(300);
    expect(stdout).toContain(`"${stack}" is up.`);
    expect(stdout).toContain(`http://${service}.${stack}.svc.cluster.local/<name>, written with the token in Secret ${service}-password`);
    database.startClient();
    expect(database.as("owner", "create table posts (picture text)")).toBe("");
    expect(database.as("app", "insert into posts values ('2026/cat.jpg') returning picture")).toBe("2026/cat.jpg");
    waitUntil("the standby has it", 30, () => database.as("reader", "select picture from posts", `${stack}-ro`) === "2026/cat.jpg");
    startUploader();
    expect(ask("PUT", service, "2026/cat.jpg", "meow")).toMatch(/^401 /);
    expect(ask("PUT", service, "2026/cat.jpg", "meow", true)).toBe("201");
    expect(servers()).toHaveLength(2);
    for (const server of servers()) expect(ask("GET", server, "2026/cat.jpg")).toBe("200 meow");
});

inFull("the second and third up change nothing, and `status` says that all is well", () => {
    expectNothingToDo(world, database);
    expect(clusterStatus(world, stack).workloads[1]).toMatchObject({ kind: "Deployment", asked: 2, ready: 2 });
});

inFull("its primary's pod is deleted by force: the standby takes over in time, and no more is lost than promised", () => {
    const failover = new ClusterFailover(world, database, { seconds: 60, lostSeconds: 5 });
    for (let round = 0; round < rounds(3); round++) {
        failover.survive({ what: `${stack}: pod deleted by force`, strike: (primary) => void database.deleteByForce(primary) });
    }
});

inFull("down stops the pods, rows and files stay, and up finds them again", () => {
    downAndUp(world, database, () => expect(kubectl("get", "deployments", "-o", "name")).toBe(""));
    expect(database.as("app", "select picture from posts")).toBe("2026/cat.jpg");
    expect(ask("GET", service, "2026/cat.jpg")).toBe("200 meow");
    for (const server of servers()) expect(ask("GET", server, "2026/cat.jpg")).toBe("200 meow");
});
