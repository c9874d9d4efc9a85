import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { controlPlane, corefile, internalUsers } from "../../sandbox/cluster/control-plane";
import { contextName, writeKubeconfigs } from "../../sandbox/cluster/kubeconfig";
import { Layout, maxNodes } from "../../sandbox/cluster/layout";
import { localPathConfig } from "../../sandbox/cluster/objects";
import { ensurePki, keyPair } from "../../sandbox/cluster/pki";
import { readSpec, writeSpec } from "../../sandbox/cluster/spec";
import { initScripts, inside, serviceScript, shellWord } from "../../sandbox/node/compartment";
import { saysReady } from "../../sandbox/node/node";
import { nodeCompartment, nodeFiles } from "../../sandbox/node/services";

let layout: Layout;
beforeEach(() => {
    layout = new Layout(fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-cluster-")));
});
afterEach(() => fs.rmSync(layout.state, { recursive: true }));

const program = (name: string) => `/programs/${name}`;
const spec = { version: 1 as const, nodes: 1, addOns: ["snapshots" as const, "local-path" as const], apiPort: 16443, created: "" };
const isShell = (script: string) => spawnSync("bash", ["-n"], { input: script }).status === 0;

describe("keys", () => {
    test("are issued by one authority, kept on the second call, and readable by their owner only", async () => {
        await ensurePki(layout, layout.nodes(maxNodes));
        const read = (name: string) => fs.readFileSync(keyPair(layout, name).certificate, "utf8");
        const ca = new X509Certificate(read("ca"));
        for (const name of ["apiserver", "admin", "proxy", "node-1", "node-3"]) {
            expect(new X509Certificate(read(name)).verify(ca.publicKey)).toBe(true);
        }
        for (const file of fs.readdirSync(layout.pki)) expect(fs.statSync(path.join(layout.pki, file)).mode & 0o777).toBe(0o600);
        const before = read("admin");
        await ensurePki(layout, layout.nodes(maxNodes));
        expect(read("admin")).toBe(before);
        expect(new X509Certificate(read("node-2")).subject).toContain("system:node:node-2");
    });

    test("are in kubeconfigs of mode 0600; the one for people points at loopback", async () => {
        await ensurePki(layout, layout.nodes(1));
        writeKubeconfigs(layout, 16443, internalUsers);
        expect(fs.statSync(layout.kubeconfig).mode & 0o777).toBe(0o600);
        const config = parse(fs.readFileSync(layout.kubeconfig, "utf8"));
        expect(config.clusters[0].cluster.server).toBe("https://127.0.0.1:16443");
        expect(config["current-context"]).toBe(contextName);
    });
});

describe("compartments", () => {
    const all = [
        controlPlane(new Layout("/state"), spec, program),
        ...[1, 2, 3].map((i) => nodeCompartment(new Layout("/state"), i, program)),
    ];

    test.each(all.map((compartment) => [compartment.name, compartment] as const))(
        "%s has scripts that bash can read",
        (_name, compartment) => {
            const { init, main } = initScripts(compartment);
            expect(isShell(init)).toBe(true);
            expect(isShell(main)).toBe(true);
            for (const service of compartment.services) expect(isShell(serviceScript(service, "/folder"))).toBe(true);
            expect(new Set(compartment.services.map((service) => service.name)).size).toBe(compartment.services.length);
        },
    );

    test("give a silent node up sooner where another could take over", () => {
        const patience = (nodes: number) =>
            controlPlane(new Layout("/state"), { ...spec, nodes }, program)
                .services.find(({ name }) => name === "kube-controller-manager")
                ?.argv.filter((word) => word.startsWith("--node-monitor-grace-period"));
        expect([patience(1), patience(3)]).toEqual([[], ["--node-monitor-grace-period=20s"]]);
        // Kubelets speak four times in this.
        expect(parse(nodeFiles(new Layout("/state"), 1)["kubelet.yaml"] as string).nodeLeaseDurationSeconds).toBeLessThanOrEqual(20);
    });

    test("listen on the host's loopback with one service only", () => {
        expect(all.flatMap((compartment) => compartment.hostServices ?? []).map((service) => service.argv[1])).toEqual([
            "TCP-LISTEN:16443,bind=127.0.0.1,fork,reuseaddr,nodelay",
        ]);
    });

    test("keep every socket's path within the kernel's 107 characters", () => {
        const paths = all
            .flatMap((c) => c.services)
            .flatMap((s) => s.argv)
            .flatMap((a) => a.match(/\/run\/holdfast\/\S*\.sock/g) ?? []);
        expect(paths.length).toBeGreaterThan(4);
        for (const socket of paths) expect(socket.length).toBeLessThan(108);
    });

    test("an argument reaches the program as it was written", () => {
        awkward.forEach((word) => {
            const result = spawnSync("bash", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
            expect(result.stdout).toBe(word);
        });
    });
});

const awkward = ["plain", "with space", "it's", '"quoted"', "$HOME", "`ls`", "a\\b", "*", "semi;colon"];

describe("a node's files", () => {
    test("are what their programs can parse, each node with addresses of its own", () => {
        const files = [1, 2, 3].map((index) => nodeFiles(layout, index));
        expect(new Set(files.map((f) => parse(f["kubelet.yaml"] as string).address)).size).toBe(3);
        expect(new Set(files.map((f) => JSON.parse(f["cni/10-pods.conflist"] as string).plugins[0].ipam.ranges[0][0].subnet)).size).toBe(3);
        for (const f of files) expect(parse(f["kube-proxy.yaml"] as string).conntrack).toEqual({ maxPerCore: 0, min: 0 });
    });

    test("local-path volumes of a node are on that node's disk", () => {
        expect(localPathConfig()).toEqual({
            nodePathMap: [1, 2, 3].map((i) => ({ node: `node-${i}`, paths: [`${inside}/nodes/node-${i}/disk`] })),
        });
    });

    test("static disks of a node are folders of that node, and what the host has in /mnt stays visible beside them", () => {
        const scripts = [1, 2, 3].map((index) => initScripts(nodeCompartment(layout, index, program)).main);
        scripts.forEach((main, i) => {
            for (const disk of ["disk-1", "disk-2"]) {
                expect(main).toContain(`mount --bind ${inside}/nodes/node-${i + 1}/static-disks/${disk} /run/mnt/disks/${disk}\n`);
            }
            expect(main).not.toContain(`nodes/node-${((i + 1) % 3) + 1}/static-disks`);
            expect(main).toContain('mount --rbind "$entry" "/run$entry"');
            expect(main.lastIndexOf("mount --rbind /run/mnt /mnt")).toBeGreaterThan(main.lastIndexOf("/run/mnt/disks/disk-2"));
            expect(main).not.toMatch(/mkdir (-p )?\/mnt/);
        });
    });

    test("DNS answers for the cluster's names only on the nodes' bridge", () => {
        expect(corefile()).toContain("bind 10.89.0.1");
    });
});

test("a sandbox of another version is refused and not overwritten", () => {
    writeSpec(layout, spec);
    expect(readSpec(layout)).toEqual(spec);
    fs.writeFileSync(layout.spec, JSON.stringify({ version: 2 }));
    expect(() => readSpec(layout)).toThrow(/version 2.*sandbox reset/s);
});

describe("a node is ready", () => {
    const since = Date.parse("2026-11-23T04:00:00.700Z");

    test.each([
        ["True 2026-11-23T04:00:00Z", true],
        ["True 2026-11-23T04:00:09Z", true],
        ["False 2026-11-23T04:00:09Z", false],
        ["Unknown 2026-11-23T04:00:09Z", false],
        // What it said before it was killed.
        ["True 2026-11-23T03:59:59Z", false],
        ["", false],
        [undefined, false],
    ])("%s: %s", (condition, expected) => {
        expect(saysReady(condition, since)).toBe(expected);
    });
});
