/** What of a recording holds data, and whether it is kept. */

import { Bucket } from "@pulumi/aws/s3";
import { ConfigMap, Namespace, PersistentVolumeClaim, Secret } from "@pulumi/kubernetes/core/v1";
import { dataBearing, expectProtected, record } from "../../../components/testing";

const kept = { protect: true, retainOnDelete: true };
const metadata = (name: string) => ({ name, namespace: "bank" });
const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };

/** A claim in its namespace, a bucket, a Secret and a namespace that nothing of this is in. */
const bank = (claim = {}, bucket = {}, namespace = {}) =>
    record(() => {
        new Namespace("bank-namespace", { metadata: { name: "bank" } }, { ...kept, ...namespace });
        new Namespace("elsewhere", { metadata: { name: "elsewhere" } });
        new PersistentVolumeClaim("claim", { metadata: metadata("data-ledger-0"), spec }, { ...kept, ...claim });
        new Bucket("statements", {}, { ...kept, ...bucket });
        new Secret("password", { metadata: metadata("password") }, { protect: true });
        new ConfigMap("settings", { metadata: metadata("settings") });
    });

it("lists what holds data, what it is in, and what can't be made again", async () => {
    expect(dataBearing(await bank()).map(({ resource: _, ...rest }) => Object.values(rest))).toEqual([
        ["namespace", "bank", "container", true, true],
        ["namespace", "elsewhere", "container", false, false],
        ["claim", "data-ledger-0", "data", true, true],
        ["bucket", "statements", "data", true, true],
        ["Secret", "password", "secret", true, false],
    ]);
});

it("is content where all data and its namespace are kept", async () => {
    expectProtected(await bank());
});

it("names all that isn't, with the options it lacks", async () => {
    const recording = await bank({ protect: false }, { retainOnDelete: false }, { protect: false, retainOnDelete: false });
    expect(() => expectProtected(recording)).toThrow(
        [
            "the namespace bank would be deleted with its data: give it protect: true and retainOnDelete: true",
            "the claim data-ledger-0 would be deleted with its data: give it protect: true",
            "the bucket statements would be deleted with its data: give it retainOnDelete: true",
        ].join("\n"),
    );
});

it("lets go what is excepted, and says which exceptions are no longer needed", async () => {
    const recording = await bank({ protect: false });
    expectProtected(recording, ["data-ledger-0"]);
    expect(() => expectProtected(recording, ["data-ledger-0", "statements", "ledgr"])).toThrow(
        "statements is excepted, and needn't be\nledgr is excepted, and needn't be",
    );
});

it("doesn't call a program safe that holds no data", async () => {
    const recording = await record(() => void new ConfigMap("settings", { metadata: metadata("settings") }));
    expect(() => expectProtected(recording)).toThrow("nothing in it holds data: this proves nothing");
});
