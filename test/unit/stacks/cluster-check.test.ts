/** What a preview of a stack says of its cluster and of the disks in it, with everything else that is wrong. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askInstead } from "../../../components/storage/cluster-look";
import { readConfig } from "../../../stacks/config";
import { deploy } from "../../../stacks/program";
import { record } from "../../support/mocks";

const folder = mkdtempSync(join(tmpdir(), "holdfast-check-"));
const kubeconfig = join(folder, "config");
writeFileSync(kubeconfig, "contexts: [{ name: kind-kind }]\n");
afterAll(() => rmSync(folder, { recursive: true }));

let asked: { kubeconfig?: string; context?: string }[] = [];
/** A cluster that has these objects and nothing else. */
function cluster(...there: string[]): void {
    asked = [];
    askInstead(async (address, argv) => {
        // No data is there yet, whose version could be another one.
        if (argv.includes("--output=json")) return { isDone: true, stdout: "", reason: "" };
        asked.push(address);
        return { isDone: true, stdout: there.join("\n"), reason: "" };
    });
}
afterEach(() => askInstead(undefined));

const config = {
    "holdfast:useCase": "user-preferences",
    "holdfast:target": "kubernetes",
    "holdfast:environment": "development",
    "holdfast:storageDriver": "local-path",
    "holdfast:context": "kind-kind",
    "holdfast:kubeconfig": kubeconfig,
};
const run = (more: Record<string, string> = {}, preview = true) => record(deploy, { config: { ...config, ...more }, preview });

describe("a preview of a stack", () => {
    it("is refused where the driver is missing, with how to install it and the other problems", async () => {
        cluster();
        await expect(run({ "holdfast:siez": "2Gi" })).rejects.toThrow(
            /2 problems, nothing was changed\.[\s\S]*siez: there is no such key[\s\S]*holdfast:storageDriver: local-path-provisioner is not in the cluster\..*kubectl apply -f/,
        );
        expect(asked).toEqual([{ kubeconfig, context: "kind-kind", clusterIdentifier: "kind-kind" }]);
    });

    it("is refused where the class that should exist doesn't", async () => {
        cluster("storageclass.storage.k8s.io/other");
        const { "holdfast:storageDriver": _, ...rest } = config;
        const existing = { ...rest, "holdfast:storageClass": "standard" };
        await expect(record(deploy, { config: existing, preview: true })).rejects.toThrow(
            /holdfast:storageClass: there is no StorageClass "standard" in the cluster/,
        );
        cluster("storageclass.storage.k8s.io/standard");
        await record(deploy, { config: existing, preview: true });
    });

    it("asks once where everything is there, and the update after it not at all", async () => {
        cluster("namespace/local-path-storage");
        const { all } = await run();
        expect(all("kubernetes:storage.k8s.io/v1:StorageClass")).toHaveLength(1);
        expect(asked).toHaveLength(1);
        await run({}, false);
        expect(asked).toHaveLength(1);
    });

    it("goes on where the cluster doesn't answer", async () => {
        askInstead(async () => ({ isDone: false, stdout: "", reason: "connection refused" }));
        const said = jest.spyOn(console, "warn").mockImplementation();
        expect((await run()).all("kubernetes:core/v1:PersistentVolumeClaim")).toHaveLength(1);
        said.mockRestore();
    });
});

describe("disks in config", () => {
    const disks = [{ node: "node-1", path: "/mnt/disks/disk-1", size: "10Gi" }];
    const read = (value: string) => readConfig({ ...config, "holdfast:disks": value });

    it("are read as they are, and become volumes", async () => {
        expect(read(JSON.stringify(disks))).toMatchObject({ settings: { disks }, problems: [] });
        cluster();
        const { only } = await run({ "holdfast:storageDriver": "static-local", "holdfast:disks": JSON.stringify(disks) });
        expect(only("kubernetes:core/v1:PersistentVolume").inputs.spec.local).toEqual({ path: "/mnt/disks/disk-1" });
    });

    it.each([["node-1"], ['["node-1"]'], ['{"node":"node-1"}'], ["[null]"]])("are refused as %s", (text) => {
        expect(read(text).problems).toEqual([
            expect.stringMatching(
                /^holdfast:disks: .* is not a list of items with a value for each of their parts\. Write in the stack's file: /,
            ),
        ]);
    });
});
