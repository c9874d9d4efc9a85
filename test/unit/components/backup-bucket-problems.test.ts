import type { BackupBucketArgs } from "../../../components/backups/backup-bucket-args";
import { backupBucketProblems } from "../../../components/backups/backup-bucket-problems";
import { bucketTimesOf, deletedDays } from "../../../components/backups/backup-bucket-times";
import { backupPolicies } from "../../../policies/backup";
import { arn } from "./cloud-storage-cases";

const region = "eu-central-1";
const oidc = arn(region, "iam", `oidc-provider/oidc.eks.${region}.amazonaws.com/id/0123456789ABCDEF`);

/** What is wrong with the arguments, as lines. */
const problems = (change: Partial<BackupBucketArgs>): string =>
    backupBucketProblems({ app: "ledger", bucket: "example-ledger-backups", region, ...change })
        .map(({ path, reason }) => `${path}: ${reason}`)
        .join("\n");

describe("deleted versions", () => {
    it.each([
        // A monthly drill and a week; a weekly one and a week; the lock where that is longer.
        [{}, 38],
        [{ policy: "daily" }, 38],
        [{ policy: "hourly" }, 14],
        [{ policy: "continuous" }, 38],
        [{ policy: "continuous-locked" }, 35],
        [{ policy: "hourly", lockMode: "governance", lockDays: 60 }, 60],
        [{ lockMode: "governance", lockDays: 1 }, 38],
        [{ policy: "daily", deletedKeptDays: 3 }, 3],
    ])("of %j are kept for %i days", (args, days) => {
        expect(bucketTimesOf(args).deletedKeptDays).toBe(days);
    });

    it("aren't kept for longer than the retention reaches back, nor let go before their lock", () => {
        const { daily } = backupPolicies;
        const few = { ...daily, retention: { last: 1, hourly: 0, daily: 5, weekly: 0, monthly: 0, yearly: 0 } };
        expect([deletedDays(daily, 0), deletedDays(few, 0), deletedDays(few, 5), deletedDays(few, 6)]).toEqual([38, 4, 5, 6]);
        expect(deletedDays({ ...daily, drill: undefined }, 0)).toBe(38);
    });
});

describe("what is refused", () => {
    it.each([
        [{ policy: "none" }, /"none" backs up nothing/],
        [{ lockMode: "governance" }, /lockDays: missing: lockMode is given/],
        [{ lockDays: 7 }, /lockMode: missing: lockDays is given/],
        [{ lockMode: "governance", lockDays: 1.5 }, /lockDays: 1\.5 is no number of days/],
        [{ lockMode: "governance", lockDays: 36_501 }, /a whole number from 1 to 36500/],
        [{ policy: "continuous-locked", deletedKeptDays: 34 }, /deletedKeptDays: 34 is shorter than the lock.*Write 35 or more/],
        [{ kmsKeyArn: arn("us-east-1", "kms", "key/1") }, /kmsKeyArn: ".*" is not the ARN of a key in eu-central-1/],
        [{ oidcProviderArn: "oidc.eks.eu-central-1.amazonaws.com" }, /oidcProviderArn: ".*" is not the ARN of a oidc-provider/],
        [{ oidcProviderArn: oidc, serviceAccounts: [] }, /serviceAccounts: it is empty/],
        [{ oidcProviderArn: oidc, serviceAccounts: ["*"] }, /serviceAccounts\[0\]: "\*" is no service account/],
        [{ oidcProviderArn: oidc, namespace: "Shop" }, /namespace: "Shop" is no namespace/],
    ])("is %j", (change, reason) => {
        expect(problems(change)).toMatch(reason);
    });

    it.each([
        { policy: "continuous-locked", deletedKeptDays: 35 },
        { lockMode: "compliance", lockDays: 36_500 },
        { oidcProviderArn: oidc },
        { prefix: "a/b_c-d.e" },
    ])("isn't %j", (change) => {
        expect(problems(change)).toBe("");
    });
});
