/** Every resource and property that a cloud storage registers, by kind and region: test/plans/aws, reviewed like code. */

import { CloudStorage } from "../../../components/storage/cloud-storage";
import { expectGolden } from "../../support/golden";
import { policyProblems } from "../../support/iam";
import { type RecordedResource, record } from "../../support/mocks";
import { answers, kinds, readable, regions } from "./cloud-storage-cases";

const cases = Object.keys(kinds).flatMap((kind) => regions.map((region) => [kind, region] as const));

const recorded = (kind: string, region: string, preview = false) =>
    record(() => void new CloudStorage("ledger", kinds[kind](region)), { answers, preview });

describe.each(cases)("%s in %s", (kind, region) => {
    let resources: RecordedResource[];

    beforeAll(async () => {
        resources = readable((await recorded(kind, region)).resources);
    });

    it("is made of these resources", () => {
        expectGolden(`aws/${kind}.${region}`, resources);
    });

    it("has policies that the linters find nothing in", async () => {
        const found = await Promise.all(
            resources.flatMap(({ type, inputs }) => [
                ...(inputs.assumeRolePolicy ? [policyProblems(inputs.assumeRolePolicy, "trust")] : []),
                ...(inputs.policy ? [policyProblems(inputs.policy, type.startsWith("aws:iam/") ? "identity" : "resource")] : []),
            ]),
        );
        expect(found.flat()).toEqual([]);
    });

    it("says its region on everything that has one, and tags everything that can be", () => {
        const untagged = ["aws:kms/alias:Alias", "aws:iam/rolePolicy:RolePolicy", "aws:efs/fileSystemPolicy:FileSystemPolicy"];
        untagged.push("aws:efs/backupPolicy:BackupPolicy", "aws:efs/mountTarget:MountTarget");
        for (const { type, inputs } of resources.filter(({ type }) => type.startsWith("aws:"))) {
            expect([type, inputs.region]).toEqual([type, type.startsWith("aws:iam/") ? undefined : region]);
            if (!untagged.includes(type)) {
                expect([type, inputs.tags]).toEqual([type, expect.objectContaining({ "holdfast.dev/cluster": "shop" })]);
            }
        }
    });
});

describe("a preview, which knows no ids", () => {
    const unknown = "[unknown]";

    /** Where the preview has no value, and the update has one; undefined where they differ otherwise. */
    function unknownPaths(preview: unknown, update: unknown, path: string): string[] | undefined {
        if (preview === unknown) {
            return [path];
        }
        if (typeof preview !== "object" || preview === null || typeof update !== "object" || update === null) {
            return preview === update ? [] : undefined;
        }
        const keys = [...new Set([...Object.keys(preview), ...Object.keys(update)])];
        const below = keys.map((key) =>
            unknownPaths((preview as never)[key], (update as never)[key], path === "" ? key : `${path}.${key}`),
        );
        return below.includes(undefined) ? undefined : (below.flat() as string[]);
    }

    const expected: Record<string, Record<string, string[]>> = {
        "ebs-gp3": {
            "ledger-class": ["parameters.kmsKeyId"],
            "ledger-key-alias": ["targetKeyId"],
            "ledger-role-policy": ["policy"],
        },
        efs: {
            "ledger-backup-policy": ["fileSystemId"],
            "ledger-class": ["parameters.fileSystemId"],
            "ledger-file-system": ["kmsKeyId"],
            "ledger-file-system-policy": ["fileSystemId", "policy"],
            "ledger-key-alias": ["targetKeyId"],
            "ledger-mount-target-0": ["fileSystemId", "securityGroups.0"],
            "ledger-mount-target-1": ["fileSystemId", "securityGroups.0"],
            "ledger-mount-target-2": ["fileSystemId", "securityGroups.0"],
            "ledger-nfs-from-nodes-0": ["securityGroupId"],
            "ledger-nfs-from-nodes-1": ["securityGroupId"],
            "ledger-node-role-policy": ["policy"],
        },
        "existing-ebs": {},
        "existing-efs": {},
    };

    it.each(Object.keys(expected))("shows %s whole, but for what AWS names", async (kind) => {
        const byName = (list: RecordedResource[]) => Object.fromEntries(list.map((resource) => [resource.name, resource]));
        const update = byName((await recorded(kind, "eu-central-1")).resources);
        const preview = byName((await recorded(kind, "eu-central-1", true)).resources);
        expect(Object.keys(preview).sort()).toEqual(Object.keys(update).sort());
        const paths = Object.entries(preview).map(([name, { inputs }]) => [name, unknownPaths(inputs, update[name].inputs, "")] as const);
        expect(Object.fromEntries(paths.filter(([, found]) => found === undefined || found.length > 0))).toEqual(expected[kind]);
        for (const [name, { dependsOn, protect, retainOnDelete }] of Object.entries(preview)) {
            expect({ name, dependsOn, protect, retainOnDelete }).toEqual({
                name,
                dependsOn: update[name].dependsOn,
                protect: update[name].protect,
                retainOnDelete: update[name].retainOnDelete,
            });
        }
    });
});
