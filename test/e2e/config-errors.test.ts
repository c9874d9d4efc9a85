import * as fs from "node:fs";
import * as path from "node:path";
import { type Outcome, World } from "./support/world";

const world = World.create("config-errors");
afterAll(() => world.destroy());

const stackFile = (name: string) => path.join(world.checkout, "stacks", `Pulumi.${name}.yaml`);

/** Writes a stack's file from lines such as `size: 2Gi`. */
function stack(name: string, ...lines: string[]): string {
    fs.writeFileSync(stackFile(name), `config:\n${lines.map((line) => `    holdfast:${line}\n`).join("")}`);
    return name;
}

/** What was said, which must be one message, a refusal, and no stack trace. */
function refused(outcome: Outcome): string {
    expect(outcome.status).toBe(1);
    const said = outcome.stdout + outcome.stderr;
    expect(said.match(/^holdfast: /gm)).toHaveLength(1);
    expect(said).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
    expect(said).not.toContain("HOLDFAST_DEBUG");
    return said;
}

/** Nothing was built, started or written. */
function nothingHappened(): void {
    expect(fs.existsSync(world.state)).toBe(false);
}

const good = ["useCase: user-preferences", "target: sandbox"];

describe("without any cluster", () => {
    const cases: [string, string[], RegExp[]][] = [
        ["an unknown use case", ["useCase: user-preference", "target: sandbox"], [/useCase: .*"user-preference"/, /user-preferences/]],
        ["an unknown target", ["useCase: user-preferences", "target: minikube"], [/target: .*"minikube"/, /sandbox.*kubernetes.*eks/]],
        ["a size without a unit", [...good, "size: '2'"], [/size: "2" has no unit/, /pulumi config set holdfast:size 2Gi/]],
        ["a size that is none", [...good, "size: plenty"], [/size: "plenty" is not a size/, /Mi, Gi or Ti/]],
        ["a missing key", ["target: sandbox"], [/holdfast:useCase: missing/, /pulumi config set holdfast:useCase user-preferences/]],
        ["an unknown key", [...good, "sizee: 2Gi"], [/holdfast:sizee: there is no such key/, /Did you mean holdfast:size\?/]],
        [
            "no context for a cluster of one's own",
            ["useCase: user-preferences", "target: kubernetes"],
            [/holdfast:context: missing\. The cluster is never guessed/],
        ],
        [
            "several problems at once, in one message",
            ["target: sandbox", "size: '2'", "replicas: many", "colour: blue"],
            [
                /4 problems, nothing was changed/,
                /useCase: missing/,
                /"2" has no unit/,
                /"many" is not a whole number/,
                /colour: there is no such key/,
            ],
        ],
    ];

    test.each(cases)("%s is refused at once, with what to write instead", (name, lines, expected) => {
        const outcome = world.tryHoldfast("up", stack(name.replace(/\W+/g, "-"), ...lines));
        const said = refused(outcome);
        for (const pattern of expected) expect(said).toMatch(pattern);
        nothingHappened();
    });

    test("`down` refuses the same way", () => {
        expect(refused(world.tryHoldfast("down", stack("bad", ...good, "size: '2'")))).toContain("has no unit");
        nothingHappened();
    });

    test("a stack that doesn't exist is refused with those that do", () => {
        const said = refused(world.tryHoldfast("up", "user-preferenses"));
        expect(said).toContain('There is no stack "user-preferenses"');
        expect(said).toContain("user-preferences");
        nothingHappened();
    });

    test("a file that isn't YAML is named, with the line", () => {
        fs.writeFileSync(stackFile("broken"), "config:\n    holdfast:size: [2Gi\n");
        expect(refused(world.tryHoldfast("up", "broken"))).toMatch(/Pulumi\.broken\.yaml is not valid YAML[\s\S]*line/);
        nothingHappened();
    });

    test("--storage-class without --context", () => {
        expect(refused(world.tryHoldfast("up", "--storage-class", "fast"))).toContain("--storage-class goes with --context");
        nothingHappened();
    });

    test("bad arguments of `sandbox`, all at once", () => {
        const said = refused(world.tryHoldfast("sandbox", "up", "--nodes", "4", "--with", "metrics"));
        expect(said).toContain("--nodes 4: a whole number from 1 to 3");
        expect(said).toContain("--with metrics: allowed are snapshots, local-path, backups, cloudnative-pg, all");
        nothingHappened();
    });

    test("an unknown command says what there is", () => {
        const { status, stderr } = world.tryHoldfast("upp");
        expect(status).not.toBe(0);
        expect(stderr).toMatch(/unknown command 'upp'/);
    });
});

describe("a cluster of one's own", () => {
    const kubeconfig = path.join(world.folder, "kubeconfig");
    const own = (name: string, ...lines: string[]) =>
        stack(name, "useCase: user-preferences", "target: kubernetes", "environment: development", "storageClass: standard", ...lines);

    beforeAll(() => {
        const cluster = { server: "https://127.0.0.1:9" };
        fs.writeFileSync(
            kubeconfig,
            JSON.stringify({
                apiVersion: "v1",
                kind: "Config",
                clusters: [{ name: "kind-kind", cluster }],
                users: [{ name: "kind-kind", user: { token: "none" } }],
                contexts: [{ name: "kind-kind", context: { cluster: "kind-kind", user: "kind-kind" } }],
                "current-context": "kind-kind",
            }),
        );
    });

    test("with an unknown context is refused, with those there are", () => {
        const said = refused(world.tryHoldfast("up", own("nowhere", "context: kind-nowhere", `kubeconfig: ${kubeconfig}`), "--yes"));
        expect(said).toContain('there is no context "kind-nowhere"');
        expect(said).toContain("it has kind-kind");
        nothingHappened();
    });

    test("with a kubeconfig that isn't there is refused, with what to write", () => {
        const said = refused(world.tryHoldfast("up", own("lost", "context: kind-kind", "kubeconfig: /nowhere/config"), "--yes"));
        expect(said).toMatch(/kubeconfig: .*\/nowhere\/config can't be read/);
        nothingHappened();
    });

    test("without a terminal to ask at and without --yes is left alone", () => {
        const said = refused(world.tryHoldfast("up", own("asking", "context: kind-kind", `kubeconfig: ${kubeconfig}`)));
        expect(said).toContain("There is no terminal to ask at. Say --yes");
        nothingHappened();
    });

    /** The stack's state holds nothing of the cluster, and there is no sandbox. */
    function nothingCreated(name: string): void {
        const file = path.join(world.state, "holdfast", "engine", "pulumi", ".pulumi", "stacks", "holdfast", `${name}.json`);
        const resources: { type: string }[] = JSON.parse(fs.readFileSync(file, "utf8")).checkpoint.latest?.resources ?? [];
        expect(resources.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([]);
        expect(fs.existsSync(path.join(world.state, "holdfast", "sandbox"))).toBe(false);
    }

    test("that can't be reached: its address is named, and nothing is created", () => {
        const outcome = world.tryHoldfast("up", own("gone", "context: kind-kind", `kubeconfig: ${kubeconfig}`), "--yes");
        expect(outcome.status).toBe(1);
        expect(outcome.stdout + outcome.stderr).toContain("127.0.0.1:9");
        expect(outcome.stdout + outcome.stderr).toMatch(/unreachable|refused|can't be reached/);
        nothingCreated("gone");
    });
});
