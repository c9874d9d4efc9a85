import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { checkConfig } from "../../../stacks/check";
import type { Surroundings } from "../../../stacks/cluster";
import { readConfig } from "../../../stacks/config";
import { readWorkload } from "../../../stacks/workload";
import { workloadFields } from "../../../stacks/workload-fields";

const wiki = { ports: [{ name: "http", port: 8080 }], volumes: [{ name: "data", mountPath: "/srv" }] };
const problemsOf = (workload: unknown) => readWorkload(workload).problems.map(({ path, reason }) => `${path}: ${reason}`);

const nowhere: Surroundings = { env: {}, home: "/", read: () => "", contextsIn: () => [] };
const check = (workload: unknown, more: Record<string, string> = {}) =>
    checkConfig(
        {
            "holdfast:useCase": "custom",
            "holdfast:target": "sandbox",
            "holdfast:image": "registry.example.org/wiki:4.2",
            "holdfast:workload": JSON.stringify(workload),
            ...more,
        },
        () => nowhere,
    );

describe("a workload in config", () => {
    it("is read as it stands, numbers among texts as they were written", () => {
        const full = {
            ...wiki,
            env: { WIKI_PORT: 8080, WIKI_OPEN: true },
            sidecars: [{ name: "exporter", image: "x/exporter:1", readinessProbe: { command: ["true"] } }],
            tolerations: [{ key: "storage" }],
            isConfigExecutable: true,
            partition: 1,
        };
        expect(readWorkload(full)).toEqual({ workload: { ...full, env: { WIKI_PORT: "8080", WIKI_OPEN: "true" } }, problems: [] });
    });

    it.each([
        ["an unknown field", { ...wiki, prots: [] }, 'prots: there is no such field. Did you mean "ports"?'],
        [
            "one far from any",
            { ...wiki, ports: [{ name: "http", port: 8080, zzzzzzzzzz: 1 }] },
            "ports[0].zzzzzzzzzz: there is no such field. There are: name, port, protocol, servicePort, isInternal.",
        ],
        ["a text for a number", { ...wiki, ports: [{ name: "http", port: "8080" }] }, "ports[0].port: is a string, and must be a number."],
        ["a number for a text", { ...wiki, ports: [{ name: 1, port: 8080 }] }, "ports[0].name: is a number, and must be a text."],
        ["a table for a list", { ...wiki, ports: { name: "http" } }, "ports: is a table, and must be a list of { name, port }."],
        ["a text for a list of texts", { ...wiki, command: "serve" }, 'command: is a string, and must be a list of texts: ["a", "b"].'],
        ["a number in a list of texts", { ...wiki, command: ["serve", 8080] }, "command[1]: is a number, and must be a text."],
        ["a text for a table", { ...wiki, readinessProbe: "/ready" }, /^readinessProbe: is a string, and must be a table of command, path/],
        ["nothing", { ...wiki, env: null }, "env: is nothing, and must be names with a text each: { NAME: value }."],
        ["a list for a text in a map", { ...wiki, env: { A: [1] } }, "env.A: is a list, and must be a text."],
        ["a missing field", { ...wiki, volumes: [{ name: "data" }] }, "volumes[0].mountPath: missing. Write a text."],
        ["a missing list", { ports: wiki.ports }, "volumes: missing. Write a list of { name, mountPath }."],
        [
            "one in a sidecar",
            { ...wiki, sidecars: [{ name: "x", image: "x:1", mounts: [{ volume: "data" }] }] },
            "sidecars[0].mounts[0].mountPath: missing. Write a text.",
        ],
    ])("with %s is refused by its path", (_, workload, expected) => {
        expect(problemsOf(workload)).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
    });

    it("that is no table at all is refused, with an example and without what was written", () => {
        for (const text of ["secret words", '["secret words"]', "null", "7"]) {
            const { settings, problems } = readConfig({ "holdfast:workload": text });
            expect(settings).toEqual({});
            expect(problems[0]).toMatch(/^holdfast:workload: is not a table\. Write in the stack's file: holdfast:workload: \{ "ports"/);
            expect(problems[0]).not.toContain("secret words");
        }
    });

    it("is read whatever is in it, and never throws", () => {
        const anything = fc.dictionary(fc.constantFrom(...Object.keys(workloadFields)), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
        fc.assert(
            fc.property(anything, (workload) => {
                expect(check(workload).problems.every((problem) => problem.startsWith("holdfast:"))).toBe(true);
            }),
            { numRuns: 200 },
        );
    });

    it("is documented, every field of it", () => {
        const readme = readFileSync(join(__dirname, "../../../stacks/README.md"), "utf8");
        const [, section] = /## Your own image\n([\s\S]*?)\n## /.exec(readme) ?? [];
        expect(Object.keys(workloadFields).filter((field) => !section.includes(`\`${field}\``))).toEqual([]);
    });

    it("may hold encrypted values among its secrets, and nowhere else", () => {
        const secure = { secure: "v1:abc" };
        expect(readWorkload({ ...wiki, secrets: { token: secure } }).problems).toEqual([]);
        expect(problemsOf({ ...wiki, env: { TOKEN: secure }, command: secure })).toEqual([
            expect.stringMatching(/^env\.TOKEN: is a secret, and must be a text\. Write secrets under "secrets"/),
            expect.stringMatching(/^command: is a secret/),
        ]);
    });
});

describe("what is wrong with a workload", () => {
    it("is told all at once: what can't be read, what can't be made, and what is wrong beside it", () => {
        const workload = {
            ports: [
                { name: "http", port: "8080" },
                { name: "metrics", port: 90 },
            ],
            volumes: [
                { name: "data", mountPath: "/srv", size: "1Gi" },
                { name: "media", mountPath: "/srv/" },
            ],
            sidecar: [],
            readinessProbe: { port: "htp" },
        };
        expect(check(workload, { "holdfast:size": "10", "holdfast:replicas": "many" }).problems.map((text) => text.split(": ")[0])).toEqual(
            [
                "holdfast:workload.ports[0].port",
                "holdfast:workload.sidecar",
                "holdfast:size",
                "holdfast:replicas",
                "holdfast:workload.volumes[0].size",
                "holdfast:workload.volumes[1].size",
                "holdfast:workload.ports[1].port",
                "holdfast:workload.readinessProbe.port",
                "holdfast:workload.volumes[1].mountPath",
            ],
        );
    });

    it("is told once: what couldn't be read isn't judged as well", () => {
        expect(check({ ports: "http", volumes: [{ name: 7, mountPath: "/srv" }] }).problems).toEqual([
            expect.stringMatching(/^holdfast:workload\.ports: is a string/),
            expect.stringMatching(/^holdfast:workload\.volumes\[0\]\.name: is a number/),
        ]);
    });

    it("is nothing where nothing is wrong", () => {
        const { checked, problems } = check(wiki);
        expect(problems).toEqual([]);
        expect(checked?.plan.engine.name).toBe("container");
    });
});
