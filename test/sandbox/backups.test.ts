import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { addOnImages, addOnToolSets, prepareAddOn } from "../../sandbox/cluster/add-ons";
import { addOnServices } from "../../sandbox/cluster/control-plane";
import { operatorObjects, operatorRules } from "../../sandbox/cluster/k8up";
import { Layout, s3Host } from "../../sandbox/cluster/layout";
import { ensurePki, keyPair } from "../../sandbox/cluster/pki";
import { s3Access, s3Objects, s3Service } from "../../sandbox/cluster/s3";
import { addOns } from "../../sandbox/cluster/spec";
import { findImages, IMAGES, shortName } from "../../sandbox/images/catalog";
import { imageKey, sourceFiles } from "../../sandbox/images/key";
import { inside, serviceScript } from "../../sandbox/node/compartment";
import { Sandbox } from "../../sandbox/sandbox";
import { statusText } from "../../sandbox/status";

let layout: Layout;
beforeEach(() => {
    layout = new Layout(fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-s3-")));
});
afterEach(() => fs.rmSync(layout.state, { recursive: true, force: true }));

const mode = (file: string) => fs.statSync(file).mode & 0o777;
const keys = () => fs.readFileSync(layout.s3.keys, "utf8");
const values = () => [...keys().matchAll(/^\w+=(.+)$/gm)].map((match) => match[1] as string);

describe("the S3 server", () => {
    test("has keys of its own, made once, for their owner only", () => {
        prepareAddOn("backups", layout);
        const before = keys();
        expect(values().every((value) => value.length >= 20)).toBe(true);
        expect([layout.s3.keys, layout.s3.objects, layout.s3.versions].map(mode)).toEqual([0o600, 0o700, 0o700]);
        prepareAddOn("backups", layout);
        expect(keys()).toBe(before);
        const other = new Layout(path.join(layout.state, "other"));
        prepareAddOn("backups", other);
        expect(fs.readFileSync(other.s3.keys, "utf8")).not.toBe(before);
    });

    test("gets them in its environment, not on its command line", () => {
        prepareAddOn("backups", layout);
        const program = path.join(layout.state, "program");
        fs.writeFileSync(program, '#!/bin/sh\necho "$ROOT_ACCESS_KEY_ID $ROOT_SECRET_ACCESS_KEY"\ntr "\\0" " " </proc/$$/cmdline\n', {
            mode: 0o755,
        });
        const service = s3Service(() => program);
        const [command, ...args] = service.argv.map((word) => word.replace(inside, layout.state));
        const [environment, commandLine] = spawnSync(command as string, args, { encoding: "utf8" }).stdout.split("\n");
        expect(environment).toBe(values().join(" "));
        expect(commandLine).toContain(layout.s3.objects);
        for (const value of values()) expect(`${commandLine}${serviceScript(service, "/folder")}`).not.toContain(value);
    });

    test("does not start without them", () => {
        const [command, ...args] = s3Service(() => "/bin/true").argv.map((word) => word.replace(inside, layout.state));
        expect(spawnSync(command as string, args).status).not.toBe(0);
    });

    test("listens on the nodes' bridge, with a certificate for its name in the cluster", async () => {
        expect(addOnServices("backups", (name) => name).flatMap(({ argv }) => argv)).toEqual(
            expect.arrayContaining(["10.89.0.1:9000", `${inside}/pki/s3.crt`]),
        );
        await ensurePki(layout, []);
        const certificate = new X509Certificate(fs.readFileSync(keyPair(layout, "s3").certificate));
        expect(certificate.checkHost(s3Host)).toBe(s3Host);
        expect(certificate.checkIP("10.89.0.1")).toBe("10.89.0.1");
        expect(s3Access.endpoint).toBe(`https://${s3Host}`);
    });

    test("has a Service that leads to it, and a Secret with its keys", () => {
        prepareAddOn("backups", layout);
        const objects = parseAllDocuments(s3Objects(layout)).map((document) => document.toJS());
        const of = (kind: string) => objects.find((object) => object.kind === kind);
        const { name, namespace } = of("Service").metadata;
        expect(s3Host.startsWith(`${name}.${namespace}.svc.`)).toBe(true);
        expect(of("EndpointSlice").metadata.labels["kubernetes.io/service-name"]).toBe(name);
        expect(of("EndpointSlice").ports[0].port).toBe(of("Service").spec.ports[0].targetPort);
        expect(of("Secret").metadata).toEqual(s3Access.secret);
        expect([of("Secret").stringData["access-key-id"], of("Secret").stringData["secret-access-key"]]).toEqual(values());
    });

    test("says what is wrong with a file of keys that was cut off", () => {
        prepareAddOn("backups", layout);
        fs.writeFileSync(layout.s3.keys, `${keys().split("\n")[0]}\n`);
        expect(() => s3Objects(layout)).toThrow(/keys has no ROOT_SECRET_ACCESS_KEY: delete the file/);
    });

    test("is in the status, without its keys, where there is one", () => {
        const status = {
            ...{ exists: true, healthy: true, controlPlane: "running" as const, api: "https://127.0.0.1:1", apiReady: true },
            ...{ nodes: [], addOns: ["backups"], loopDevices: [], state: "/state" },
        };
        expect(statusText({ ...status, s3: s3Access })).toContain(
            `${s3Access.endpoint} in the cluster, keys in Secret holdfast-backups/s3`,
        );
        expect(statusText({ ...status, s3: undefined })).not.toContain("S3");
    });
});

describe("reset", () => {
    const files = () => fs.readdirSync(layout.state).sort();
    const sandbox = () => new Sandbox({ cache: layout.state, state: layout.state });
    beforeEach(() => {
        prepareAddOn("backups", layout);
        fs.mkdirSync(layout.pool);
        fs.writeFileSync(path.join(layout.state, "passphrase"), "");
        fs.writeFileSync(path.join(layout.s3.objects, "kept"), "");
    });

    test("takes the backups along", async () => {
        expect(sandbox().hasBackups).toBe(true);
        await sandbox().reset();
        expect(files()).toEqual(["passphrase"]);
        expect(sandbox().hasBackups).toBe(false);
    });

    test("leaves them when asked to, with their keys, and nothing else", async () => {
        const before = keys();
        await sandbox().reset(true);
        expect(files()).toEqual(["passphrase", "s3"]);
        expect(fs.readdirSync(layout.s3.objects)).toEqual(["kept"]);
        expect(keys()).toBe(before);
    });
});

describe("K8up", () => {
    const role =
        "rules: [{apiGroups: [batch], resources: [jobs], verbs: [list]}, {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get]}]";
    const rules = operatorRules(role);
    // biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects as they are read back
    const objects = operatorObjects(rules) as any[];
    const named = (kind: string, name: string) => objects.find((object) => object.kind === kind && object.metadata.name === name);

    test("may do what its module says, without leases, and nothing with a wildcard", () => {
        expect(rules.map((rule) => rule.resources)).toEqual([["jobs"]]);
        expect(named("ClusterRole", "k8up-manager").rules).toEqual(rules);
        const executor = named("ClusterRole", "k8up-executor").rules as typeof rules;
        expect(executor.flatMap((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs])).not.toContain("*");
        expect(executor.find((rule) => rule.resources.includes("pods/exec"))?.verbs).toEqual(["create"]);
        expect(JSON.stringify(objects)).not.toContain("secrets");
    });

    test("keeps to the restricted Pod Security Standard", () => {
        expect(named("Namespace", "k8up").metadata.labels).toEqual({ "pod-security.kubernetes.io/enforce": "restricted" });
        const { spec } = named("Deployment", "k8up").spec.template;
        expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
        expect(spec.containers[0].securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        });
    });

    test("runs its jobs from its own image, and backs up to the sandbox's server where none is named", () => {
        const [container] = named("Deployment", "k8up").spec.template.spec.containers;
        const environment = Object.fromEntries(container.env.map((entry: { name: string; value: string }) => [entry.name, entry.value]));
        expect(environment).toMatchObject({ BACKUP_IMAGE: container.image, BACKUP_GLOBALS3ENDPOINT: s3Access.endpoint });
    });
});

test("the image of the add-on is built only for it, and again when the module's versions change", () => {
    const [image] = addOnImages("backups").flatMap((name) => findImages([name]));
    expect(image?.neededBy).toEqual([]);
    expect(addOnToolSets("backups")).toEqual(["versitygw"]);
    expect(Object.keys(addOns)).toContain("backups");
    const pinned = ["go.mod", "go.sum"].map((file) => path.join("../toolchain/modules/k8up", file));
    expect(sourceFiles(image as (typeof IMAGES)[number])).toEqual(pinned);
    expect(IMAGES.filter(({ programs }) => programs).map(shortName)).toEqual(["nats:2.12", "k8up:2.12.0", "cloudnative-pg:1.30.0"]);

    const sources = path.join(layout.state, "images");
    const write = (text: string) => {
        for (const file of pinned) {
            fs.mkdirSync(path.dirname(path.join(sources, file)), { recursive: true });
            fs.writeFileSync(path.join(sources, file), text);
        }
        return imageKey(image as (typeof IMAGES)[number], { sources });
    };
    expect(write("v1")).toBe(write("v1"));
    expect(write("v1")).not.toBe(write("v2"));
});
