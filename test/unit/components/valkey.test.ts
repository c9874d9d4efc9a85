import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { Valkey, type ValkeyArgs } from "../../../components";
import { appObjects } from "../../../components/permissions/app-objects";
import { planOf } from "../../../components/stateful-app";
import type { Plan } from "../../../components/usecases/plan";
import { valkeySettings } from "../../../components/workloads/valkey/settings";
import { type Recording, record } from "../../support/mocks";

const base: ValkeyArgs = {
    namespace: "carts",
    image: "docker.io/valkey/valkey:8.1.4",
    size: "8Gi",
    storageClass: "fast-123456",
};
const secretType = "kubernetes:core/v1:Secret";

function valkey(args: Partial<ValkeyArgs> = {}, preview = false): Promise<Recording> {
    return record(
        () => {
            const { host, passwordSecret, claimNames } = new Valkey("cart", { ...base, ...args });
            return { host, passwordSecret, claimNames };
        },
        { preview },
    );
}

const podOf = (recording: Recording) => recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template.spec;
const scriptsOf = (recording: Recording): Record<string, string> => recording.only("kubernetes:core/v1:ConfigMap").inputs.data;
const configOf = async (args: Partial<ValkeyArgs> = {}) => scriptsOf(await valkey(args))["server.sh"];

describe("the members", () => {
    it("are three, each with a protected volume, and start together: one leads only once all are seen", async () => {
        const recording = await valkey();
        const { spec } = recording.only("kubernetes:apps/v1:StatefulSet").inputs;
        expect(spec).toMatchObject({ replicas: 3, podManagementPolicy: "Parallel" });
        expect(recording.outputs.claimNames).toEqual(["data-cart-0", "data-cart-1", "data-cart-2"]);
        const claims = recording.resources.filter(({ type }) => type === "kubernetes:core/v1:PersistentVolumeClaim");
        expect(claims.map(({ protect, retainOnDelete }) => [protect, retainOnDelete])).toEqual(claims.map(() => [true, true]));
    });

    it("are made of the same resources in a preview", async () => {
        const names = async (preview: boolean) => (await valkey({}, preview)).resources.map(({ type, name }) => `${type} ${name}`).sort();
        expect(await names(true)).toEqual(await names(false));
    });

    it("run server, sentinel, guard and proxy; the sidecars outlive the server, which hands over when it stops", async () => {
        const { containers, initContainers, terminationGracePeriodSeconds } = podOf(await valkey());
        expect(containers.map(({ name }: { name: string }) => name)).toEqual(["main"]);
        expect(initContainers.map(({ name, restartPolicy }: Record<string, string>) => [name, restartPolicy])).toEqual([
            ["sentinel", "Always"],
            ["guard", "Always"],
            ["proxy", "Always"],
        ]);
        expect(containers[0].lifecycle.preStop.exec.command).toEqual(["/bin/sh", "/etc/holdfast/config/stop.sh"]);
        expect(terminationGracePeriodSeconds).toBe(60);
    });

    it("have no token of the API, no privileges and a read-only image", async () => {
        const { automountServiceAccountToken, securityContext, containers, initContainers } = podOf(await valkey());
        expect(automountServiceAccountToken).toBe(false);
        expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
        for (const container of [...containers, ...initContainers]) {
            expect(container.securityContext).toMatchObject({
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
            });
        }
    });

    it("are named whole, in the namespace that they are in", async () => {
        const { containers } = podOf(await valkey({ namespace: pulumi.output("shop") }));
        const env = Object.fromEntries(containers[0].env.map(({ name, value }: Record<string, string>) => [name, value]));
        expect(env).toMatchObject({
            VALKEY_APP: "cart",
            VALKEY_MEMBERS: "3",
            VALKEY_DOMAIN: "cart-headless.shop.svc.cluster.local",
        });
    });
});

describe("the way in", () => {
    it("is one Service: the primary by the proxy, a sentinel, any member for reads, and figures", async () => {
        const services = (await valkey()).resources.filter(({ type }) => type === "kubernetes:core/v1:Service");
        const client = services.find(({ inputs }) => inputs.metadata.name === "cart");
        const ports = client?.inputs.spec.ports.map(({ port, targetPort }: Record<string, unknown>) => [port, targetPort]);
        expect(ports).toEqual([
            [6381, "member"],
            [26379, "sentinel"],
            [6379, "valkey"],
            [9121, "metrics"],
        ]);
    });

    it("shows the proxy the clients' password, and the members' to those that need it", async () => {
        const { containers, initContainers } = podOf(await valkey());
        const paths = (name: string): string[] =>
            [...containers, ...initContainers]
                .find((container: { name: string }) => container.name === name)
                .volumeMounts.map(({ mountPath }: Record<string, string>) => mountPath)
                .filter((path: string) => path.startsWith("/run/secrets"));
        expect(paths("proxy")).toEqual(["/run/secrets/holdfast"]);
        expect(paths("guard")).toEqual(["/run/secrets/holdfast-members"]);
        expect(paths("sentinel")).toEqual(["/run/secrets/holdfast", "/run/secrets/holdfast-members"]);
        expect(paths("main")).toEqual(["/run/secrets/holdfast", "/run/secrets/holdfast-members"]);
    });
});

describe("the passwords", () => {
    it("are two, made once and kept as long as the data, and in nothing but their Secrets", async () => {
        const recording = await valkey({ password: "chosen by me" });
        const secrets = recording.resources.filter(({ type }) => type === secretType);
        expect(secrets.map(({ inputs }) => inputs.metadata.name).sort()).toEqual(["cart-members-password", "cart-password"]);
        for (const secret of secrets) {
            expect(secret).toMatchObject({ protect: true, retainOnDelete: true, ignoreChanges: ["data", "stringData"], secrets: ["data"] });
        }
        const elsewhere = JSON.stringify([recording.resources.filter(({ type }) => type !== secretType), recording.outputs]);
        expect(elsewhere).not.toContain("chosen by me");
        expect(recording.outputs.passwordSecret).toBe("cart-password");
    });

    it("may be given: then only the members' is made", async () => {
        const recording = await valkey({ passwordSecret: "given" });
        expect(recording.only(secretType).inputs.metadata.name).toBe("cart-members-password");
        expect(podOf(recording).volumes).toContainEqual({ name: "secret-files-0", secret: { secretName: "given", defaultMode: 0o440 } });
    });

    it("are known to permissions by their names", () => {
        const plan = planOf("cart", { useCase: "shopping-cart", target: "sandbox", environment: "development" }).plan as Plan;
        expect(appObjects(plan, {})).toEqual(expect.arrayContaining(["secret/cart-password", "secret/cart-members-password"]));
        expect(appObjects(plan, { passwordSecret: "given" })).not.toContain("secret/cart-password");
    });
});

describe("the server", () => {
    it("keeps a log of every second unless it is a cache, whose old data never counts", async () => {
        expect(await configOf()).toContain("appendonly yes\nappendfsync everysec");
        expect(await configOf()).toContain("is_kept=yes");
        const cache = await configOf({ settings: { appendonly: "no", save: "" } });
        expect(cache).toContain("appendonly no");
        expect(cache).toContain("is_kept=no");
    });

    it("starts as a replica of nobody, whom no sentinel may promote", async () => {
        const config = await configOf();
        expect(config).toContain("replicaof $nobody 1\nreplica-priority 0\n");
        expect(config).toMatch(/user sentinel on \S+ resetkeys &\* -@all (?!.*(slaveof|replicaof)).*\n/);
    });

    it.each([
        ["yes", "noeviction"],
        ["no", "allkeys-lru"],
    ])("gives data 60 %% of the memory; with appendonly %s what finds no room is decided by %s", (appendonly, policy) => {
        expect(valkeySettings("1Gi", { appendonly })).toMatchObject({
            maxmemory: String(Math.floor(0.6 * 2 ** 30)),
            "maxmemory-policy": policy,
            "min-replicas-to-write": "1",
        });
        expect(valkeySettings("1Gi", { appendonly, "maxmemory-policy": "volatile-ttl" })["maxmemory-policy"]).toBe("volatile-ttl");
    });
});

describe("the scripts", () => {
    it("are shell that any sh reads", async () => {
        const scripts = Object.entries(scriptsOf(await valkey())).filter(([name]) => name.endsWith(".sh"));
        expect(scripts.length).toBe(11);
        for (const [name, text] of scripts) {
            const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
            expect([name, stderr, status]).toEqual([name, "", 0]);
        }
    });

    it("hold a primary to as many replicas as the settings say, and to none where they say so", async () => {
        const fence = async (args: Partial<ValkeyArgs>) => scriptsOf(await valkey(args))["fence.sh"];
        expect(await fence({})).toContain("\nleast=1\n");
        expect(await fence({ settings: { "min-replicas-to-write": "2" } })).toContain("\nleast=2\n");
        expect(await fence({ settings: { "min-replicas-to-write": "0" } })).toContain('\nleast=0\n[ "$least" = 0 ] && exec sleep');
    });

    it("name no password on a command line", async () => {
        const text = Object.values(scriptsOf(await valkey())).join("\n");
        expect(text).not.toMatch(/valkey-cli[^\n]*(-a |--pass)/);
    });
});

describe("what can't be made is refused at once, with what to write", () => {
    it("tells of members, passwords and settings together", async () => {
        const args = { replicas: 4, password: "x", passwordSecret: "y", settings: { "replica-priority": "1", "max memory": "1" } };
        const refused = valkey(args);
        await expect(refused).rejects.toThrow(/4 problems/);
        await expect(refused).rejects.toThrow(/replicas: 4 is not 3, 5 or 7/);
        await expect(refused).rejects.toThrow(/passwordSecret: "y" has a password already/);
        await expect(refused).rejects.toThrow(/settings\["replica-priority"\]: is decided here/);
        await expect(refused).rejects.toThrow(/settings\["max memory"\]: is not a line of valkey\.conf/);
    });

    it("takes five members, and a majority of three", async () => {
        expect(podOf(await valkey({ replicas: 5 })).containers[0].env).toContainEqual({ name: "VALKEY_MEMBERS", value: "5" });
    });

    it("refuses a database, a description of an image and an even number in the application's own words", () => {
        const { problems } = planOf("cart", {
            useCase: "shopping-cart",
            target: "sandbox",
            environment: "development",
            replicas: 4,
            database: "carts",
            workload: { ports: [], volumes: [] },
        });
        expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(["workload", "database", "replicas"]));
    });
});
