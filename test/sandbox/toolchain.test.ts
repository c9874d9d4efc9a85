import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { buildProgress, humanSeconds, outputName, removeAbandoned } from "../../sandbox/toolchain/build";
import { toolSetKey } from "../../sandbox/toolchain/key";
import { clusterToolSets, engineToolSets, toolSets } from "../../sandbox/toolchain/tools";

const sandboxFolder = path.join(__dirname, "..", "..", "sandbox");

describe("the table of tool sets", () => {
    test.each(Object.entries(toolSets))("%s is a module with exact versions and checksums", (_name, set) => {
        const folder = path.join(sandboxFolder, set.module);
        const goMod = fs.readFileSync(path.join(folder, "go.mod"), "utf8");
        expect(fs.existsSync(path.join(folder, "go.sum"))).toBe(true);
        expect(goMod).not.toMatch(/=>\s*\.\.?\//);
        for (const pkg of Object.keys(set.programs)) {
            const own = /^module (\S+)/m.exec(goMod)?.[1] as string;
            if (!pkg.startsWith(own)) expect(goMod).toContain(`\t${pkg}\n`.slice(1, -1));
        }
    });

    test("no two sets make a program of the same name", () => {
        const programs = Object.values(toolSets).flatMap((set) => Object.values(set.programs));
        expect(new Set(programs).size).toBe(programs.length);
    });

    test("what the default stack needs is promised in under 15 minutes", () => {
        const seconds = [...clusterToolSets, ...engineToolSets].reduce((sum, name) => sum + toolSets[name].coldSeconds, 0);
        expect(seconds).toBeLessThan(15 * 60);
    });
});

describe("the key of a tool set", () => {
    let folder: string;
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-key-"));
        fs.mkdirSync(path.join(folder, "m"));
        for (const file of ["go.mod", "go.sum", "main.go", "main_test.go"]) fs.writeFileSync(path.join(folder, "m", file), file);
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));
    const set = { title: "t", module: "m", programs: { "x/y": "y" }, coldSeconds: 1 };
    const write = (file: string) => fs.writeFileSync(path.join(folder, "m", file), "changed");

    test("changes with a version, a checksum, a flag and the Go release", () => {
        const before = toolSetKey(folder, set, "go1.26.8");
        expect(toolSetKey(folder, set, "go1.26.8")).toBe(before);
        expect(toolSetKey(folder, set, "go1.27.0")).not.toBe(before);
        expect(toolSetKey(folder, { ...set, versions: { v: "1" } } as never, "go1.26.8")).not.toBe(before);
        write("go.sum");
        expect(toolSetKey(folder, set, "go1.26.8")).not.toBe(before);
    });

    test("changes with our own sources, and not with their tests", () => {
        const own = { ...set, ownSources: true };
        const before = toolSetKey(folder, own, "go1.26.8");
        write("main_test.go");
        expect(toolSetKey(folder, own, "go1.26.8")).toBe(before);
        write("main.go");
        expect(toolSetKey(folder, own, "go1.26.8")).not.toBe(before);
    });
});

test("what a killed build left is removed; a running one's folder and finished ones stay", () => {
    const cache = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-cache-"));
    const dead = spawnSync("true").pid;
    for (const name of ["etcd-0123456789ab", `etcd-0123456789ab.partial-${process.pid}`, `coredns-ba9876543210.partial-${dead}`]) {
        fs.mkdirSync(path.join(cache, name));
        fs.writeFileSync(path.join(cache, name, "program"), "");
    }
    removeAbandoned(cache);
    expect(fs.readdirSync(cache).sort()).toEqual(["etcd-0123456789ab", `etcd-0123456789ab.partial-${process.pid}`]);
    fs.rmSync(cache, { recursive: true });
    expect(() => removeAbandoned(cache)).not.toThrow();
});

test.each([
    ["k8s.io/kubernetes/cmd/kubelet", "kubelet"],
    ["go.etcd.io/etcd/server/v3", "server"],
    ["github.com/rancher/local-path-provisioner", "local-path-provisioner"],
])("go build calls the program of %s %s", (pkg, name) => expect(outputName(pkg)).toBe(name));

test("progress never promises a negative time, and ends with linking", () => {
    fc.assert(
        fc.property(fc.nat(2000), fc.nat(2000), fc.nat(5000), fc.nat(1000), (done, total, seconds, cold) => {
            const text = buildProgress(done, total, seconds, cold);
            if (done >= total) expect(text).toBe("linking");
            else expect(text).toMatch(/^\d+ of \d+ packages, about \d+ (s|min) left$/);
        }),
    );
    expect(humanSeconds(0.2)).toBe("1 s");
    expect(humanSeconds(240)).toBe("4 min");
});
