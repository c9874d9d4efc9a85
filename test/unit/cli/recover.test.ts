import * as fs from "node:fs";
import { type Deployment, insert, objectOf, type PendingOperation, questionOf, type StateResource, settled } from "../../../cli/pending";
import type { PulumiCli } from "../../../cli/pulumi";
import { accessOf, type LookUp, liveObject, settlePending } from "../../../cli/recover";

const secretValue = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:a:b" };
const provider: StateResource = {
    urn: "p::pulumi:providers:kubernetes::k",
    type: "pulumi:providers:kubernetes",
    custom: true,
    id: "1",
    inputs: { kubeconfig: "/k", context: "c" },
};
const resource = (kind: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
    urn: `u::kubernetes:core/v1:${kind}::${name}`,
    type: `kubernetes:core/v1:${kind}`,
    custom: true,
    provider: `${provider.urn}::1`,
    inputs: { apiVersion: "v1", kind, metadata: { name, namespace: "ns" } },
    ...more,
});
const creating = (of: StateResource): PendingOperation => ({ type: "creating", resource: of });
const live = { namespace: "ns", isTerminating: false, fieldManager: "pulumi-kubernetes-1234" };
const secret = resource("Secret", "password", {
    inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: "password", namespace: "ns" }, data: secretValue },
});

describe("what has to be found out about a pending operation", () => {
    test.each<[string, PendingOperation, string]>([
        ["a creation of an object", creating(secret), "made"],
        ["a deletion", { type: "deleting", resource: secret }, "reread"],
        ["an update", { type: "updating", resource: secret }, "reread"],
        ["a reading", { type: "reading", resource: secret }, "none"],
        ["the creation of a provider, which exists in the state only", creating(provider), "none"],
        ["the creation of a component", creating({ urn: "u", type: "holdfast:index:StatefulApp", custom: false }), "none"],
        ["a creation by another provider", creating({ urn: "u", type: "aws:s3/bucket:Bucket", custom: true }), "unknown"],
        ["the creation of a patch: the object exists anyway", creating(resource("SecretPatch", "x")), "unknown"],
        [
            "a creation whose name is secret",
            creating(resource("Secret", "x", { inputs: { apiVersion: "v1", kind: "Secret", metadata: { name: secretValue } } })),
            "unknown",
        ],
    ])("%s", (_name, operation, question) => expect(questionOf(operation)).toBe(question));
});

test("an object is known by what it was asked for as", () => {
    expect(objectOf(secret)).toEqual({ apiVersion: "v1", kind: "Secret", name: "password", namespace: "ns" });
    expect(
        objectOf(resource("Namespace", "x", { inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } } }))?.namespace,
    ).toBeUndefined();
});

describe("the settled state", () => {
    const deployment: Deployment = {
        resources: [provider],
        pending_operations: [creating(secret), creating(resource("Service", "front"))],
    };
    const after = settled(deployment, new Map([[secret.urn, live]]));

    test("holds what was made, forgets what was not, and has nothing under way", () => {
        expect(after.resources?.map(({ urn }) => urn)).toEqual([provider.urn, secret.urn]);
        expect(after.pending_operations).toEqual([]);
    });

    test("holds it as the creation would have: its id, the inputs (secrets as they were), the field manager", () => {
        expect(after.resources?.[1]).toMatchObject({
            id: "ns/password",
            outputs: { data: secretValue, __inputs: secret.inputs, __initialApiVersion: "v1", __fieldManager: "pulumi-kubernetes-1234" },
        });
    });

    test("marks it so that the next update applies and awaits it", () => {
        expect(after.resources?.[1]?.initErrors).toHaveLength(1);
    });

    test("names an object without a namespace by its name alone", () => {
        const namespace = resource("Namespace", "x", { inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } } });
        const map = new Map([[namespace.urn, { ...live, namespace: undefined }]]);
        expect(settled({ resources: [provider], pending_operations: [creating(namespace)] }, map).resources?.[1]?.id).toBe("x");
    });

    test("changes nothing of what went in", () => {
        expect(deployment.resources).toEqual([provider]);
        expect(secret.outputs).toBeUndefined();
    });
});

describe("an adopted resource's place", () => {
    const a = resource("Namespace", "a");
    const b = resource("Service", "b", { dependencies: [a.urn] });

    test("is after its provider, its parent and its dependencies", () => {
        const adopted = resource("Secret", "s", { dependencies: [a.urn], parent: b.urn });
        expect(
            insert([provider, a, b, resource("Pod", "later")], adopted)
                .map(({ urn }) => urn)
                .indexOf(adopted.urn),
        ).toBe(3);
    });

    test("is that of a resource already deleted for its sake", () => {
        const old = resource("Secret", "s", { pendingReplacement: true, id: "old" });
        expect(insert([provider, old], resource("Secret", "s", { id: "new" })).map(({ id }) => id)).toEqual(["1", "new"]);
    });

    test("leaves the one it replaces to be deleted", () => {
        const result = insert([provider, resource("Secret", "s", { id: "old" })], resource("Secret", "s", { id: "new" }));
        expect(result.map(({ id, delete: gone }) => [id, gone])).toEqual([
            ["1", undefined],
            ["new", undefined],
            ["old", true],
        ]);
    });
});

test("the cluster asked is the one of the resource's provider", () => {
    expect(accessOf(secret, [provider])).toEqual({ kubeconfig: "/k", context: "c" });
    expect(accessOf(secret, [{ ...provider, inputs: { kubeconfig: secretValue } }])).toEqual({ kubeconfig: undefined, context: undefined });
});

test("the field manager is the one that made the object, not one that reported its status", () => {
    const managedFields = [
        { manager: "kubelet" },
        { manager: "pulumi-kubernetes-9", subresource: "status" },
        { manager: "pulumi-kubernetes-1" },
    ];
    expect(liveObject({ metadata: { namespace: "ns", managedFields } })).toEqual({
        namespace: "ns",
        isTerminating: false,
        fieldManager: "pulumi-kubernetes-1",
    });
    expect(liveObject({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }).isTerminating).toBe(true);
});

describe("settling", () => {
    /** A CLI that exports one state and keeps what is imported. */
    function fake(deployment: Deployment | undefined) {
        const ran: string[][] = [];
        let imported: { deployment: Deployment } | undefined;
        const pulumi = {
            env: {},
            run(args: string[]) {
                ran.push(args);
                if (args[1] === "export") return JSON.stringify({ version: 3, deployment });
                if (args[1] === "import") {
                    const file = args[args.indexOf("--file") + 1] as string;
                    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
                    imported = JSON.parse(fs.readFileSync(file, "utf8"));
                }
                return "";
            },
        } as unknown as PulumiCli;
        return { pulumi, ran, imported: () => imported };
    }
    const finds =
        (...names: string[]): LookUp =>
        ({ name }) =>
            names.includes(name) ? live : undefined;
    const quiet = () => {};

    test("does nothing when nothing is under way", async () => {
        for (const deployment of [undefined, { resources: [provider] }]) {
            const { pulumi, ran } = fake(deployment);
            await settlePending(pulumi, "prefs", quiet, finds());
            expect(ran).toHaveLength(1);
        }
    });

    test("takes over what the cluster has, forgets the rest, and says both", async () => {
        const said: string[] = [];
        const { pulumi, imported } = fake({
            resources: [provider],
            pending_operations: [creating(secret), creating(resource("Service", "front"))],
        });
        await settlePending(pulumi, "prefs", (text) => said.push(text), finds("password"));
        expect(imported()?.deployment.resources?.map(({ id }) => id)).toEqual(["1", "ns/password"]);
        expect(said.join("\n")).toMatch(
            /interrupted with 2 operations under way[\s\S]*taken into the state: Secret ns\/password[\s\S]*not made: Service ns\/front/,
        );
    });

    test("reads again what was being changed or deleted", async () => {
        const old = { ...secret, id: "ns/password" };
        const { pulumi, ran } = fake({ resources: [provider, old], pending_operations: [{ type: "deleting", resource: old }] });
        await settlePending(pulumi, "prefs", quiet, finds());
        expect(ran.at(-1)).toEqual(["refresh", "--yes", "--skip-preview", "--stack", "prefs", "--target", old.urn]);
    });

    test("waits for an object that is on its way out", async () => {
        let asked = 0;
        const going: LookUp = () => (++asked < 3 ? { ...live, isTerminating: true } : undefined);
        const { pulumi, imported } = fake({ resources: [provider], pending_operations: [creating(secret)] });
        await settlePending(pulumi, "prefs", quiet, going);
        expect(asked).toBe(3);
        expect(imported()?.deployment.resources).toEqual([provider]);
    });

    test("changes nothing when the cluster doesn't answer, or only a person can tell; all of it at once", async () => {
        const bucket = { urn: "u::aws:s3/bucket:Bucket::b", type: "aws:s3/bucket:Bucket", custom: true };
        const { pulumi, ran } = fake({ resources: [provider], pending_operations: [creating(secret), creating(bucket)] });
        const unreachable: LookUp = () => {
            throw new Error("connection refused");
        };
        const settling = settlePending(pulumi, "prefs", quiet, unreachable);
        await expect(settling).rejects.toThrow(/nothing was changed[\s\S]*Secret ns\/password \(creating\): connection refused/);
        await expect(settling).rejects.toThrow(/aws:s3\/bucket:Bucket::b[\s\S]*pulumi refresh/);
        expect(ran).toHaveLength(1);
    });
});
