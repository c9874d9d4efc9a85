/** What a review says of permissions: their last day, their reason, what they were meant to be, and that none is offered that isn't taken. */

import { permissionProblem } from "../../../components/volumes/permissions";
import { review } from "../../../policies/review";
import { kinds } from "../../../policies/review/kinds";
import { claim, preview, remove, rowOf, same, secret, state, update } from "./support/previews";
import { answers, previewOf } from "./support/truth";

const allow = (...lines: unknown[]) => ({ config: { "holdfast:allow": JSON.stringify(lines) } });
const removed = (today: string, ...lines: unknown[]) => review(preview([remove(claim())], allow(...lines)), today);

describe("a permission with a last day and a reason", () => {
    const line = "delete data-db-0 until 2026-12-31 because it moved to db-b";

    test("allows until that day has ended, and shows who said so and why", () => {
        const result = removed("2026-12-31", line);
        expect(result.outcome).toBe("safe");
        expect(result.rows[0]).toMatchObject({ isAllowed: true, allowedBy: line, permission: "delete data-db-0" });
        expect(result.permissions).toEqual([
            {
                text: line,
                use: "used",
                says: "it allows: claim shop/data-db-0",
                object: "data-db-0",
                until: "2026-12-31",
                reason: "it moved to db-b",
            },
        ]);
    });

    test("allows nothing after it, and says what to do", () => {
        const result = removed("2027-01-01", line);
        expect(result.outcome).toBe("refused");
        expect(result.rows[0]).toMatchObject({ isAllowed: false });
        expect(result.rows[0]).not.toHaveProperty("allowedBy");
        expect(result.permissions[0]).toMatchObject({ use: "expired", until: "2026-12-31", reason: "it moved to db-b" });
        expect(result.permissions[0].says).toBe(
            "its last day was 2026-12-31, and it is 2027-01-01 (UTC): it allows nothing. Write a later day if claim shop/data-db-0 is to go, or remove the line",
        );
        const stays = review(preview([same(claim())], allow(line)), "2027-01-01");
        expect(stays.outcome).toBe("safe");
        expect(stays.permissions[0]).toMatchObject({ use: "expired", says: expect.stringContaining("Remove the line") });
    });

    test("one that has expired leaves another in force", () => {
        const result = removed("2027-01-01", line, "delete data-db-0");
        expect(result.outcome).toBe("safe");
        expect(result.rows[0].allowedBy).toBe("delete data-db-0");
        expect(result.permissions.map(({ use }) => use)).toEqual(["expired", "used"]);
    });

    test("the day is today's where none is given", () => {
        expect(review(preview([remove(claim())], allow("delete data-db-0 until 2020-01-01"))).outcome).toBe("refused");
        expect(review(preview([remove(claim())], allow("delete data-db-0 until 9999-12-31"))).outcome).toBe("safe");
    });
});

describe("a permission that names nothing", () => {
    const uses = (...lines: string[]) =>
        review(preview([same(claim()), same(secret())], allow(...lines)), "2026-11-22").permissions.map(({ use, meant }) => meant ?? use);

    test("is never taken for one of another member", () => {
        expect(uses("delete data-db-1", "delete data-bd-0", "delete data-bd-1")).toEqual(["unused", "delete data-db-0", "unused"]);
    });

    test("may only lack its kind", () => {
        expect(uses("delete password", "delete secret/data-db-0")).toEqual(["delete secret/password", "delete data-db-0"]);
    });

    test("may be about what the preview leaves out", () => {
        const says = (extra: object) =>
            review({ ...preview([same(claim())], allow("delete data-other-7")), ...extra }, "2026-11-22").permissions[0];
        expect(says({})).toMatchObject({ use: "unused", says: expect.stringContaining("remove the line") });
        const partial = says({ changeSummary: { same: 9 } });
        expect(partial).toMatchObject({ use: "unused", says: expect.stringContaining("doesn't list everything") });
        expect(partial.says).not.toContain("remove the line");
    });

    test("and one for what no permission helps with, say so", () => {
        const shrunk = update(claim(), claim({ resources: { requests: { storage: "512Mi" } } }), {
            "spec.resources.requests.storage": "update",
        });
        const [permission] = review(preview([shrunk], allow("delete data-db-0"))).permissions;
        expect(permission).toMatchObject({ use: "unused", says: expect.stringContaining("no permission helps") });
    });

    test("none of them changes the outcome", () => {
        const lines = ["delete data-bd-0", "delete x", "delete data-db-0 until 2020-01-01", "nonsense"];
        expect(review(preview([same(claim())], allow(...lines))).outcome).toBe("safe");
    });
});

test("what isn't text is unreadable, and so is a line with all of its problems", () => {
    const { permissions } = removed("2026-11-22", { "delete data-db-0 because moved": "see the wiki" }, "remove data-db-0 until never");
    expect(permissions.map(({ use }) => use)).toEqual(["unreadable", "unreadable"]);
    expect(permissions[0].text).toContain("see the wiki");
    expect(permissions[1].says).toMatch(/"remove" is nothing that can be permitted.*; "never" is no day/);
});

describe("whatever a review offers to write, a component takes", () => {
    const token = (type: string) => (type.includes(":") ? type : `kubernetes:${type.replace("/", "/v1:")}`);
    const named = { metadata: { name: "one", namespace: "shop" } };

    test.each(kinds.map(({ type }) => type))("%s", (type) => {
        // Lifted protection, the rule that is for every kind, and deletion, which is for most.
        const was = state(token(type), "one", named, { protect: true, retainOnDelete: true });
        const { row } = rowOf([same(was, state(token(type), "one", named))], "one");
        expect(row.permission).toBeDefined();
        expect(permissionProblem(row.permission ?? "")).toBeUndefined();
        const gone = rowOf([remove(state(token(type), "one", named))], "one", allow(row.permission));
        expect(gone.row.permission).toBe(row.permission);
        expect(gone.row.isAllowed).toBe(gone.row.isRefusable);
    });

    test.each([
        ["kubernetes:example.com/v1:Widget", "one", "delete widget.example.com/one"],
        ["gcp:storage/bucket:Bucket", "My data", "delete bucket.storage.gcp/My%20data"],
        ["digitalocean:index/volume:Volume", "disk_1", "delete volume.digitalocean/disk_1"],
        ["azure-native:storage:StorageAccount", "Acc*", "delete storageaccount.storage.azure-native/Acc%2a"],
        ["aws:s3/bucketV2:BucketV2", "Logs 100%", "delete bucket/Logs%20100%25"],
        ["pulumi:providers:kubernetes", "k8s", "delete provider/k8s"],
    ])("%s that is called %j", (type, name, permission) => {
        const { row } = rowOf([remove(state(type, name, type.startsWith("kubernetes:") ? named : {}))], name);
        expect(row.permission).toBe(permission);
        expect(permissionProblem(permission)).toBeUndefined();
    });

    test("in every preview that was recorded", () => {
        const offered = Object.keys(answers).flatMap((id) => review(previewOf(id)).rows.flatMap(({ permission }) => permission ?? []));
        expect(offered.length).toBeGreaterThan(100);
        expect(offered.filter((text) => permissionProblem(text) !== undefined)).toEqual([]);
    });
});

test("a thousand permissions beside a thousand objects take no longer than a review may", () => {
    const claims = Array.from({ length: 1000 }, (_, i) =>
        remove({ ...claim({}, {}, { name: `data-db-${i}`, namespace: "shop" }), urn: `${claim().urn}-${i}` }),
    );
    const lines = Array.from({ length: 1000 }, (_, i) => `delete ${i % 2 === 0 ? "data-db" : "data-bd"}-${i} until 2026-12-31`);
    const before = process.cpuUsage();
    const result = review(preview(claims, allow(...lines)), "2026-11-22");
    const { user, system } = process.cpuUsage(before);
    expect(result.rows.filter(({ isAllowed }) => isAllowed)).toHaveLength(500);
    expect((user + system) / 1e6).toBeLessThan(1);
});
