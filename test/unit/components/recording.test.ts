import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { record } from "../../support/mocks";

const metadata = { name: "a", namespace: "b" };

describe("the recording helper", () => {
    it("records what mocks forget: options, secrets and dependencies", async () => {
        const recording = await record(() => {
            const provider = new Provider("there", { context: "c" });
            const first = new ConfigMap("first", { metadata }, { provider });
            new ConfigMap(
                "second",
                { metadata: { ...metadata, labels: { from: first.metadata.name } }, data: { token: pulumi.secret("x") } },
                { provider, protect: true, retainOnDelete: true, ignoreChanges: ["data"] },
            );
        });
        expect(recording.only("kubernetes:core/v1:ConfigMap", "second")).toMatchObject({
            protect: true,
            retainOnDelete: true,
            ignoreChanges: ["data"],
            dependsOn: ["first"],
            provider: "there",
            secrets: ["data.token"],
            inputs: { data: { token: "x" } },
        });
    });

    it("fails for two resources with one URN", async () => {
        const twice = () => {
            new ConfigMap("same", { metadata });
            new ConfigMap("same", { metadata });
        };
        await expect(record(twice)).rejects.toThrow(/two resources have the URN .*::same/);
    });

    it("fails for objects without a name or a namespace", async () => {
        await expect(record(() => void new ConfigMap("lost", { metadata: {} }))).rejects.toThrow(
            "lost: a kubernetes:core/v1:ConfigMap without metadata.name\nlost: a kubernetes:core/v1:ConfigMap without metadata.namespace",
        );
    });

    it("passes on what the program throws, after everything it began has ended", async () => {
        const fails = () => {
            new ConfigMap("first", { metadata });
            throw new Error("no");
        };
        await expect(record(fails)).rejects.toThrow("no");
    });

    it("knows no ids in a preview", async () => {
        const idOf = async (preview: boolean) => {
            let id: unknown = "unset";
            await record(
                () => {
                    new ConfigMap("first", { metadata }).id.apply((known) => {
                        id = known;
                    });
                },
                { preview },
            );
            return id;
        };
        expect(await idOf(false)).toBe("first-id");
        expect(await idOf(true)).toBe("unset");
    });
});
