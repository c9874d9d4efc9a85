/** What a review offers as a permission is what the component that makes the object takes, and what the next review recognises. */

import { BackupBucket, BackupRepository, CloudStorage, StatefulApp } from "../../../components";
import { review } from "../../../policies/review";
import { type RecordedResource, record } from "../../support/mocks";
import { answers, kinds as cloudKinds } from "../components/cloud-storage-cases";
import { preview, remove, same, state } from "../review/support/previews";

const region = "eu-central-1";
const password = "the repository's own";

/** Programs with every kind of object that our components protect and a review has a row for. */
const programs: Record<string, (allow: string[]) => unknown> = {
    BackupBucket: (allow) =>
        new BackupBucket("backups", {
            app: "ledger",
            bucket: "example-ledger-backups",
            region,
            lockMode: "governance",
            lockDays: 7,
            allow,
        }),
    BackupRepository: (allow) =>
        new BackupRepository("repository", { app: "ledger", namespace: "bank", endpoint: "https://s3", bucket: "copies", password, allow }),
    "CloudStorage on EFS": (allow) => new CloudStorage("files", { ...cloudKinds.efs(region), allow }),
    StatefulApp: (allow) => new StatefulApp("ledger", { useCase: "user-preferences", target: "sandbox", allow }),
};

const recorded = async (program: (allow: string[]) => unknown, allow: string[] = []): Promise<RecordedResource[]> =>
    (await record(() => void program(allow), { preview: false, answers })).resources.filter(({ isComponent }) => !isComponent);

const asState = ({ type, name, inputs, protect, retainOnDelete }: RecordedResource) =>
    state(type, name, inputs, { protect, retainOnDelete });

describe.each(Object.keys(programs))("%s", (name) => {
    const program = programs[name] as (allow: string[]) => unknown;

    it("lifts the protection of each object by the permission that a review offers for it, which then allows it", async () => {
        const before = await recorded(program);
        // Classes are retained only: whatever refers to them does so for as long as it lives, and no permission changes that.
        const kept = before.filter(({ protect }) => protect);
        const unprotected = kept.map((resource) => asState({ ...resource, protect: false, retainOnDelete: false }));
        const { rows } = review(preview(unprotected.map(remove)));
        const offered = rows.filter(({ isRefusable }) => isRefusable).map(({ permission }) => permission ?? "none");
        expect(offered).not.toContain("none");
        expect(new Set(offered).size).toBe(offered.length);
        expect(offered.length).toBeGreaterThan(0);

        // The component reads them: nothing stays protected.
        const after = await recorded(program, offered);
        const names = kept.map((resource) => resource.name);
        expect(after.filter((resource) => resource.protect || (resource.retainOnDelete && names.includes(resource.name)))).toEqual([]);

        // The review of that update, and of the one that deletes, knows them again.
        const config = { "holdfast:allow": JSON.stringify(offered) };
        const lifting = after.map((resource) =>
            same(asState(before.find(({ urn }) => urn === resource.urn) ?? resource), asState(resource)),
        );
        for (const steps of [lifting, unprotected.map(remove)]) {
            const { outcome, permissions } = review(preview(steps, { config }));
            expect(permissions.map(({ use }) => use)).toEqual(offered.map(() => "used"));
            expect(outcome).toBe("safe");
        }
    });

    it("keeps what a permission of nearly that name doesn't mean", async () => {
        const before = (await recorded(program)).filter(({ protect }) => protect);
        const others = [
            "delete key/other",
            "delete bucket/other",
            "delete bucketversioning/other",
            "delete secret/other",
            "delete data-x-0",
        ];
        const after = (await recorded(program, others)).filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
        expect(after.map((resource) => resource.name)).toEqual(before.map((resource) => resource.name));
    });
});
