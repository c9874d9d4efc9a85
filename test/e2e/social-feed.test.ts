/**
 * The social feed: rows in PostgreSQL with a standby, and files that two web servers serve from one volume. In full runs a chat history comes up
 * beside it, in the same cluster.
 */

import { ClusterDatabase } from "./support/cluster-database";
import { measured, report } from "./support/measured";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const beside = process.env.HOLDFAST_E2E_FULL === undefined ? [] : ["chat-history"];
const stacks = ["social-feed", ...beside];
const stack = "social-feed";
const service = `${stack}-media`;

const world = World.create("social-feed");
const databases = stacks.map((each) => new ClusterDatabase(world, each));
afterAll(() => {
    report();
    world.destroy();
});

const kubectl = (...args: string[]) => world.kubectl("-n", stack, ...args);

/** What `status` says of an application: its workloads in short, and its claims. */
interface Status {
    state: string;
    apps: {
        workloads: { kind: string; asked: number; ready: number; findings: { code: string }[]; members: { role?: string }[] }[];
        claims: { name: string; isKept: boolean }[];
    }[];
}
const statusOf = (app: string): Status => JSON.parse(world.tryHoldfast("status", app, "--json").stdout);

/** A pod that is let in to the files and knows the token. */
function startUploader(): void {
    world.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "uploader", namespace: stack, labels: { [`holdfast.dev/client-of-${stack}`]: "true" } },
        spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            containers: [
                {
                    name: "client",
                    image: "registry.sandbox.holdfast/node:20",
                    imagePullPolicy: "IfNotPresent",
                    command: ["node", "-e", "setInterval(() => {}, 1 << 30)"],
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser: 1000,
                        allowPrivilegeEscalation: false,
                        capabilities: { drop: ["ALL"] },
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: `${service}-password`, key: "password" } } }],
                },
            ],
        },
    });
    kubectl("wait", "--for=condition=Ready", "pod/uploader", "--timeout=60s");
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
const claims = () =>
    stacks.map((each) =>
        world.kubectl("-n", each, "get", "pvc", "-o", "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{'\\n'}{end}"),
    );

test("posts are rows that clients write and read by TLS, and pictures are files that every server has at once", () => {
    for (const each of stacks) {
        const { seconds, stdout } = world.holdfast("up", each);
        expect(measured(`${each}: up`, seconds, 300)).toBeLessThanOrEqual(300);
        expect(stdout).toContain(`"${each}" is up.`);
        if (each === stack) {
            expect(stdout).toContain(
                `http://${service}.${stack}.svc.cluster.local/<name>, written with the token in Secret ${service}-password`,
            );
        }
    }
    for (const database of databases) {
        database.startClient();
        expect(database.as("owner", "create table posts (picture text)")).toBe("");
        expect(database.as("app", "insert into posts values ('2026/cat.jpg') returning picture")).toBe("2026/cat.jpg");
        expect(database.as("app", "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")).toBe("t|TLSv1.3");
        waitUntil(
            "the standbys have it",
            30,
            () => database.as("reader", "select picture from posts", `${database.app}-ro`) === "2026/cat.jpg",
        );
    }
    startUploader();
    expect(ask("PUT", service, "2026/cat.jpg", "meow")).toMatch(/^401 /);
    expect(ask("PUT", service, "2026/cat.jpg", "meow", true)).toBe("201");
    expect(servers()).toHaveLength(2);
    for (const server of servers()) expect(ask("GET", server, "2026/cat.jpg")).toBe("200 meow");
});

test("`status` tells members, their roles and claims", () => {
    for (const { app } of databases) {
        const { state, apps } = statusOf(app);
        expect(state).toBe("ready");
        const [cluster, files] = apps[0]?.workloads ?? [];
        expect(cluster).toMatchObject({ kind: "Cluster", findings: [] });
        expect(cluster?.ready).toBe(cluster?.asked);
        expect(cluster?.members.map(({ role }) => role).sort()).toEqual(["primary", ...Array(Number(cluster?.asked) - 1).fill("standby")]);
        expect(apps[0]?.claims.map(({ isKept }) => isKept)).toEqual(apps[0]?.claims.map(() => false));
        if (app === stack) expect(files).toMatchObject({ kind: "Deployment", asked: 2, ready: 2 });
    }
});

test("the second and third up change nothing", () => {
    const seen = () =>
        databases.map((database) => [versions(world, database.app), database.members(), database.object().metadata.generation]);
    const before = seen();
    for (let i = 0; i < 2; i++) for (const each of stacks) world.holdfast("up", each);
    expect(seen()).toEqual(before);
});

test("rows and files outlive `down`, and the next up finds them", () => {
    const before = claims();
    for (const each of stacks) {
        const { seconds, stdout } = world.holdfast("down", each);
        measured(`${each}: down`, seconds, 120);
        expect(stdout).toContain("What holds its data stays");
    }
    expect(kubectl("get", "deployments", "-o", "name")).toBe("");
    for (const database of databases) {
        expect(database.members()).toEqual({});
        const { state, apps } = statusOf(database.app);
        expect(state).toBe("waiting");
        expect(apps[0]?.workloads).toMatchObject([{ kind: "Cluster", ready: 0, findings: [{ code: "at-rest" }] }]);
        expect(apps[0]?.claims.map(({ isKept }) => isKept)).toEqual(apps[0]?.claims.map(() => true));
    }
    for (const each of stacks) {
        const { seconds } = world.holdfast("up", each);
        expect(measured(`${each}: up after down`, seconds, 180)).toBeLessThanOrEqual(180);
    }
    expect(claims()).toEqual(before);
    for (const database of databases) expect(database.as("app", "select picture from posts")).toBe("2026/cat.jpg");
    expect(ask("GET", service, "2026/cat.jpg")).toBe("200 meow");
    for (const server of servers()) expect(ask("GET", server, "2026/cat.jpg")).toBe("200 meow");
});
