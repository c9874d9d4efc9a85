/** An image of one's own: from config alone, and from a program of ten lines. */

import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { startClientPod } from "./support/client-pod";
import { measured, report } from "./support/measured";
import { versions } from "./support/versions";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const stack = "custom";
const app = "notes";
const busybox = "registry.sandbox.holdfast/busybox:1";
const world = World.create("custom");
const file = path.join(world.checkout, "stacks", `Pulumi.${stack}.yaml`);
afterAll(() => {
    report();
    world.destroy();
});

type Workload = Record<string, unknown>;

/** Edits the stack's file as a person would: plain `pulumi` may have laid it out anew, and put secrets into it. */
function edit(change: (workload: Workload, config: Record<string, unknown>) => void): void {
    const document = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    change(document.config["holdfast:workload"] as Workload, document.config);
    fs.writeFileSync(file, stringify(document));
}

const up = () => world.holdfast("up", "--stack", stack);
const kubectl = (...args: string[]) => world.kubectl("-n", app, ...args);

/** A client pod that the network policy admits. */
const startClient = () => startClientPod(world, { name: "client", namespace: app, app, image: busybox, runAsUser: 1000 });

const get = (url: string) => kubectl("exec", "client", "--", "wget", "-qO-", "-T", "5", `http://${url}`);
const note = (host: string, text: string) =>
    kubectl("exec", "client", "--", "wget", "-qO-", "-T", "5", `--post-data=${text}\n`, `http://${host}/cgi-bin/add`);
const member = (ordinal: number) => `${app}-${ordinal}.${app}-headless:8080`;

/** UID by name, of the pods of the application or of its claims. */
function uids(resource: "pods" | "persistentvolumeclaims"): Record<string, string> {
    const selector = resource === "pods" ? ["-l", `app.kubernetes.io/name=${app}`] : [];
    const { items } = JSON.parse(kubectl("get", resource, ...selector, "-o", "json"));
    return Object.fromEntries(
        (items as { metadata: { name: string; uid: string } }[]).map(({ metadata }) => [metadata.name, metadata.uid]),
    );
}

/** Runs `up`, and returns the members whose pods it replaced. Claims are the same ones before and after, and so is what they hold. */
function rolledBy(change: () => void): string[] {
    const claims = uids("persistentvolumeclaims");
    const before = uids("pods");
    const data = Object.keys(before).map((_, ordinal) => get(`${member(ordinal)}/notes/today`));
    change();
    const { seconds } = up();
    expect(measured("a change of three members", seconds, 120)).toBeLessThanOrEqual(120);
    const after = uids("pods");
    expect(uids("persistentvolumeclaims")).toEqual(claims);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(Object.keys(after).map((_, ordinal) => get(`${member(ordinal)}/notes/today`))).toEqual(data);
    return Object.keys(after).filter((name) => after[name] !== before[name]);
}

/** A script that a member runs for /cgi-bin/about: what it was given. */
const about = (release: string) =>
    `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n'\necho "release ${release}, file $(cat /etc/holdfast/secrets/token), variable $TOKEN, colour $COLOUR"\n`;
const setToken = (token: string) =>
    world.pulumi("config", "set", "--secret", "--path", "holdfast:workload.secrets.token", token, "--stack", stack);

describe("from config alone", () => {
    test("the stack that is checked in comes up, and keeps what is written to it", () => {
        const { stdout } = up();
        expect(stdout).toContain(`${app}.${app}.svc.cluster.local:80, http (TCP)`);
        expect(stdout).not.toMatch(/psql|password/i);
        startClient();
        expect(note(app, "first")).toBe("first");
        kubectl("delete", "pod", `${app}-0`);
        waitUntil(
            "the member is back",
            60,
            // A short time-out: a connection that was begun to the old address would wait for longer than the member takes.
            () => world.tryKubectl("-n", app, "exec", "client", "--", "wget", "-qO-", "-T", "2", `http://${app}/notes/today`).status === 0,
        );
        expect(get(`${app}/notes/today`)).toBe("first");
    });

    test("the second up changes nothing", () => {
        const before = versions(world, stack, app);
        up();
        expect(versions(world, stack, app).objects).toEqual(before.objects);
        world.pulumi("preview", "--expect-no-changes", "--stack", stack);
    });

    test("the hook that is published for backups can be run as it stands", () => {
        const annotations = JSON.parse(kubectl("get", "pod", `${app}-0`, "-o", "jsonpath={.metadata.annotations}"));
        const command = JSON.parse(annotations["holdfast.dev/quiesce-command"]);
        expect(JSON.parse(annotations["pre.hook.backup.velero.io/command"])).toEqual(command);
        kubectl("exec", `${app}-0`, "-c", annotations["holdfast.dev/quiesce-container"], "--", ...command);
    });

    test("it becomes three members with two volumes each, a sidecar, a Secret and an init container; the data is still there", () => {
        edit((workload, config) => {
            config["holdfast:replicas"] = 3;
            // A backup would run it in one member alone, and is refused.
            delete workload.quiesceCommand;
            Object.assign(workload, {
                volumes: [
                    { name: "data", mountPath: "/srv/notes" },
                    { name: "index", mountPath: "/srv/index", size: "1Gi" },
                ],
                readinessProbe: { path: "/cgi-bin/about", port: "http", periodSeconds: 1 },
                livenessProbe: { port: "http" },
                env: { COLOUR: "blue" },
                secretEnv: { TOKEN: "token" },
                sidecars: [
                    {
                        name: "reader",
                        image: busybox,
                        command: ["sh", "-c", "trap exit TERM; httpd -f -p 9090 -h /data & wait"],
                        ports: [{ name: "reader", port: 9090 }],
                        readinessProbe: { port: "reader", periodSeconds: 1 },
                        mounts: [{ volume: "data", mountPath: "/data", isReadOnly: true }],
                    },
                ],
                initContainers: [
                    {
                        name: "prepare",
                        image: busybox,
                        command: ["sh", "-c", "touch /data/today && date > /index/prepared"],
                        mounts: [
                            { volume: "data", mountPath: "/data" },
                            { volume: "index", mountPath: "/index" },
                        ],
                    },
                ],
            });
            Object.assign(workload.config as object, { about: about("one") });
        });
        setToken("correct-horse");
        const claim = uids("persistentvolumeclaims")[`data-${app}-0`];
        up();
        expect(Object.keys(uids("persistentvolumeclaims")).sort()).toEqual(
            [0, 1, 2].flatMap((n) => [`data-${app}-${n}`, `index-${app}-${n}`]).sort(),
        );
        expect(uids("persistentvolumeclaims")[`data-${app}-0`]).toBe(claim);
        for (const n of [1, 2]) note(member(n), `of ${n}`);
        expect([0, 1, 2].map((n) => get(`${member(n)}/notes/today`))).toEqual(["first", "of 1", "of 2"]);
        expect(get(`${member(0)}/cgi-bin/about`)).toBe("release one, file correct-horse, variable correct-horse, colour blue");
        expect(get(`${member(2)}/index/prepared`)).not.toBe("");
    });

    test("the sidecar serves the member's data through the same Service, and can't write it", () => {
        expect(get(`${app}-1.${app}-headless:9090/today`)).toBe("of 1");
        expect(["first", "of 1", "of 2"]).toContain(get(`${app}:9090/today`));
        const write = world.tryKubectl("-n", app, "exec", `${app}-1`, "-c", "reader", "--", "touch", "/data/x");
        expect(write.stderr).toMatch(/Read-only file system/);
    });

    test("a secret stands in no file and no state in the open", () => {
        expect(fs.readFileSync(file, "utf8")).not.toContain("correct-horse");
        const state = world.pulumi("stack", "export", "--stack", stack).stdout;
        expect(state).not.toContain("correct-horse");
        expect(state).not.toContain(Buffer.from("correct-horse").toString("base64"));
    });

    test("a changed file of config rolls every member", () => {
        const rolled = rolledBy(() => edit((workload) => Object.assign(workload.config as object, { about: about("two") })));
        expect(rolled).toHaveLength(3);
        expect(get(`${member(0)}/cgi-bin/about`)).toMatch(/^release two, file correct-horse/);
    });

    test("a changed Secret rolls every member", () => {
        expect(rolledBy(() => setToken("battery-staple"))).toHaveLength(3);
        expect(get(`${member(2)}/cgi-bin/about`)).toContain("file battery-staple, variable battery-staple");
    });

    test("what rollOn names rolls every member, and then there is nothing to change", () => {
        expect(rolledBy(() => edit((workload) => Object.assign(workload, { rollOn: { certificate: "2026-11" } })))).toHaveLength(3);
        world.pulumi("preview", "--expect-no-changes", "--stack", stack);
    });

    test("with a partition only the members from it up change; one held back can start again, and it can be taken back", () => {
        const colour = (text: string, partition: number) =>
            edit((workload) =>
                Object.assign(workload, {
                    env: { COLOUR: text },
                    partition,
                    config: { ...(workload.config as object), about: about(text) },
                }),
            );
        const colours = () => [0, 1, 2].map((n) => /colour (\w+)/.exec(get(`${member(n)}/cgi-bin/about`))?.[1]);
        expect(rolledBy(() => colour("green", 2))).toEqual([`${app}-2`]);
        expect(colours()).toEqual(["blue", "blue", "green"]);
        kubectl("delete", "pod", `${app}-0`);
        kubectl("wait", "--for=condition=Ready", `pod/${app}-0`, "--timeout=60s");
        // Its name may stand for the old address for the seconds that answers are cached.
        waitUntil("its name leads to it again", 30, () => {
            const answer = ["exec", "client", "--", "wget", "-qO-", "-T", "1", `http://${member(0)}/cgi-bin/about`];
            return world.tryKubectl("-n", app, ...answer).status === 0;
        });
        expect(colours()).toEqual(["blue", "blue", "green"]);
        expect(rolledBy(() => colour("blue", 2))).toEqual([`${app}-2`]);
        expect(colours()).toEqual(["blue", "blue", "blue"]);
        rolledBy(() => colour("green", 0));
        expect(colours()).toEqual(["green", "green", "green"]);
    });

    test("what is wrong with it is told in one message, and nothing is changed", () => {
        const before = versions(world, stack, app);
        const good = fs.readFileSync(file, "utf8");
        edit((workload) =>
            Object.assign(workload, {
                prots: [],
                ports: [{ name: "http", port: "8080" }],
                partition: 7,
                readinessProbe: { path: "about", port: "htp" },
                sidecars: [{ name: "main", image: "docker.io/library/nginx:1", mounts: [{ volume: "dat", mountPath: "/data" }] }],
            }),
        );
        const { status, stdout, stderr } = world.tryHoldfast("up", "--stack", stack);
        expect(status).toBe(1);
        const said = stdout + stderr;
        expect(said.match(/^holdfast: /gm)).toHaveLength(1);
        for (const part of [
            /8 problems, nothing was changed/,
            /holdfast:workload\.prots: there is no such field\. Did you mean "ports"\?/,
            /holdfast:workload\.ports\[0\]\.port: is a string, and must be a number/,
            /holdfast:workload\.partition: 7 is above the number of members/,
            /holdfast:workload\.readinessProbe\.path: "about" is not a path/,
            /holdfast:workload\.readinessProbe\.port: "htp" is not a port of this container\. Did you mean "http"\?/,
            /holdfast:workload\.sidecars\[0\]\.name: there is another container "main"/,
            /holdfast:workload\.sidecars\[0\]\.mounts\[0\]\.volume: "dat" is not a volume of the workload\. Did you mean "data"\?/,
            /holdfast:workload\.sidecars\[0\]\.image: the sandbox has no image docker\.io\/library\/nginx:1/,
        ]) {
            expect(said).toMatch(part);
        }
        const plain = world.tryPulumi("up", "--yes", "--skip-preview", "--stack", stack);
        expect(plain.status).not.toBe(0);
        expect(plain.stdout + plain.stderr).toMatch(/7 problems, nothing was changed/);
        fs.writeFileSync(file, good);
        expect(versions(world, stack, app).objects).toEqual(before.objects);
    });

    test("down keeps the claims of every volume, and the next up finds them", () => {
        const before = uids("persistentvolumeclaims");
        world.holdfast("down", "--stack", stack);
        expect(kubectl("get", "statefulsets", "-o", "name")).toBe("");
        expect(uids("persistentvolumeclaims")).toEqual(before);
        up();
        expect([0, 1, 2].map((n) => get(`${member(n)}/notes/today`))).toEqual(["first", "of 1", "of 2"]);
        world.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", stack);
    });
});

describe("from a program of ten lines", () => {
    const program = path.join(world.checkout, "docs", "examples", "own-image");
    const pulumi = (...args: string[]) => world.pulumi("--cwd", program, ...args, "--stack", "dev");

    test("plain pulumi up makes it, and a second one changes nothing", () => {
        fs.cpSync(path.join(__dirname, "..", "..", "docs", "examples", "own-image"), program, { recursive: true });
        // What `npm install` makes of the dependency on this folder.
        fs.mkdirSync(path.join(program, "node_modules"));
        fs.symlinkSync(world.checkout, path.join(program, "node_modules", "holdfast"));
        world.pulumi("--cwd", program, "stack", "init", "dev");
        const { seconds } = pulumi("up", "--yes", "--skip-preview");
        expect(measured("the ten-line program: pulumi up", seconds, 120)).toBeLessThanOrEqual(120);
        expect(JSON.parse(pulumi("stack", "output", "--json").stdout)).toEqual({
            host: "wiki.wiki.svc.cluster.local",
            claimNames: ["data-wiki-0"],
        });
        expect(world.kubectl("-n", "wiki", "get", "pod", "wiki-0", "-o", "jsonpath={.status.containerStatuses[0].ready}")).toBe("true");
        pulumi("preview", "--expect-no-changes");
    });

    test("pulumi destroy refuses, and without what is protected it leaves the claim", () => {
        const destroy = world.tryPulumi("--cwd", program, "destroy", "--yes", "--stack", "dev");
        expect(destroy.status).not.toBe(0);
        pulumi("destroy", "--yes", "--exclude-protected");
        expect(world.kubectl("-n", "wiki", "get", "pvc,statefulset", "-o", "name")).toBe("persistentvolumeclaim/data-wiki-0");
    });
});
