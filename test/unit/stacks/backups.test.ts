import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { derivedPassword, variableOf } from "../../../stacks/backups";
import { checkConfig } from "../../../stacks/check";
import type { Surroundings } from "../../../stacks/cluster";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

const sandbox = { "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox" };
const given = {
    HOLDFAST_BACKUP_ENDPOINT: "https://s3.holdfast-backups.svc.sandbox.holdfast",
    HOLDFAST_BACKUP_BUCKET: "backups",
    HOLDFAST_BACKUP_REGION: "us-east-1",
    HOLDFAST_BACKUP_CA_CONFIG_MAP: "kube-root-ca.crt",
    HOLDFAST_BACKUP_ACCESS_KEY_ID: "the id of a key",
    HOLDFAST_BACKUP_SECRET_ACCESS_KEY: "the secret of a key",
    HOLDFAST_BACKUP_PASSWORD: "the password of a repository",
};
const home = withSandboxHome();

function run(env: Record<string, string>): Promise<Recording> {
    Object.assign(process.env, env);
    return record(deploy, { config: sandbox, stack: "user-preferences" }).finally(() => {
        for (const name of Object.keys(env)) delete process.env[name];
    });
}

const around: Surroundings = {
    env: {},
    home: "/home/me",
    read: () => "",
    contextsIn: () => ["kind"],
};
const check = (config: Record<string, string>, env = {}) => checkConfig(config, () => ({ ...around, env }));

describe("the sandbox's repository", () => {
    it("backs the stack up: these resources are made", async () => {
        expectGolden("user-preferences.sandbox-backups", (await run(given)).resources);
    });

    it("is promised without reserve, and nobody's keys are in the outputs", async () => {
        const { outputs } = await run(given);
        expect(outputs.promise.notYet).toEqual([]);
        expect(outputs.promise.restore).toMatch(/^lost or wrong data comes back within/);
        expect(JSON.stringify(outputs)).not.toMatch(/the (id|secret|password) of a/);
    });

    it("is in the environment under these names", () => {
        expect(variableOf("backupSecretAccessKey")).toBe("HOLDFAST_BACKUP_SECRET_ACCESS_KEY");
        expect(variableOf("backupCaConfigMap")).toBe("HOLDFAST_BACKUP_CA_CONFIG_MAP");
    });

    it("has another password for each application, which follows from the key where none is given", () => {
        const { HOLDFAST_BACKUP_PASSWORD: password, ...rest } = given;
        const settings = (env: object, more = {}) => check({ ...sandbox, ...more }, env).settings;
        expect(settings(given).backupPassword).toBe(password);
        const derived = settings({ ...rest, HOLDFAST_BACKUP_KEY: "key" }).backupPassword;
        expect(derived).toBe(derivedPassword("key", "user-preferences"));
        expect(derived).toMatch(/^[\w-]{43}$/);
        expect(settings({ ...rest, HOLDFAST_BACKUP_KEY: "key" }, { "holdfast:app": "other" }).backupPassword).not.toBe(derived);
        expect(derivedPassword("another key", "user-preferences")).not.toBe(derived);
    });

    it("is no other target's", () => {
        const { settings } = check({ ...sandbox, "holdfast:target": "kubernetes", "holdfast:context": "kind" }, given);
        expect(settings).not.toHaveProperty("backupEndpoint");
    });

    it("is the sandbox's own: config can't name another there", () => {
        const { problems } = check({ ...sandbox, "holdfast:backupBucket": "mine", "holdfast:backupPassword": "secret" }, given);
        expect(problems).toEqual([
            "holdfast:backupBucket: the sandbox has its own. Write: pulumi config rm holdfast:backupBucket",
            "holdfast:backupPassword: the sandbox has its own. Write: pulumi config rm holdfast:backupPassword",
        ]);
    });
});

describe("a repository on another cluster", () => {
    const cluster = {
        "holdfast:useCase": "user-preferences",
        "holdfast:target": "kubernetes",
        "holdfast:environment": "development",
        "holdfast:storageDriver": "longhorn",
        "holdfast:context": "kind",
    };
    const repository = {
        "holdfast:backupEndpoint": "https://s3.example.org",
        "holdfast:backupBucket": "shop-backups",
        "holdfast:backupAccessKeyId": "AKIA0123456789",
        "holdfast:backupSecretAccessKey": "key",
        "holdfast:backupPassword": "password",
    };

    it("brings the policy into force", () => {
        const { checked, problems } = check({ ...cluster, ...repository });
        expect(problems).toEqual([]);
        expect(checked?.plan.backup.carriedOut).toBe(true);
    });

    it("may be left out whole: the stack can be previewed, and says that nothing is backed up", () => {
        const { checked, problems } = check(cluster);
        expect(problems).toEqual([]);
        expect(checked?.plan.backup.carriedOut).toBe(false);
    });

    it.each(Object.keys(repository))("is refused without %s", (key) => {
        const { [key]: _, ...rest } = repository as Record<string, string>;
        expect(check({ ...cluster, ...rest }).problems).toEqual([expect.stringMatching(new RegExp(`^${key}: missing: .*none of them`))]);
    });

    it("is refused with all that is wrong, and no secret in the words", () => {
        const { problems } = check({
            ...cluster,
            "holdfast:backupEndpoint": "ftp://s3.example.org",
            "holdfast:backupBucket": "Shop",
            "holdfast:backupPassword": " wrong at both ends ",
        });
        expect(problems.map((text) => text.slice(0, text.indexOf(": "))).sort()).toEqual([
            "holdfast:backupAccessKeyId",
            "holdfast:backupBucket",
            "holdfast:backupEndpoint",
            "holdfast:backupPassword",
            "holdfast:backupSecretAccessKey",
        ]);
        expect(problems.join()).not.toContain("wrong at both ends");
    });

    const secret = "SEKRET";
    /** Values that are wrong by themselves, each with what its one problem has to say. */
    const wrong: Record<string, [string, RegExp][]> = {
        backupEndpoint: [
            ["", /is empty\. Write: pulumi config set holdfast:backupEndpoint 'https:/],
            ["s3.example.org", /no URL\. Write e\.g\. https:/],
            ["http://s3.example.org", /isn't https.*Write https:\/\/s3\.example\.org; .* in backupCaConfigMap\./],
            [`https://user:${secret}@s3.example.org`, /user or a password.*in backupAccessKeyId and backupSecretAccessKey\./],
            [`https//user:${secret}@s3.example.org`, /^holdfast:backupEndpoint: it is no URL/],
            [`https://s3.example.org?key=${secret}`, /more than a host.*in backupBucket and backupPrefix\./],
            ["https://s3.example.org/ledger", /more than a host/],
            ["https://s3.example.org ", /white space/],
            ["https://copies.s3.eu-central-1.amazonaws.com", /Write https:\/\/s3\.eu-central-1.*and backupBucket: "copies"\./],
            ['{"secure":"AAAB"}', /is encrypted.*Write: pulumi config set --plaintext holdfast:backupEndpoint/],
        ],
        backupBucket: [
            ["", /is empty/],
            ["Shop", /no bucket: 3 to 63/],
            ["shop/ledger", /Write backupBucket: "shop" and backupPrefix: "ledger"\./],
            ["s3://shop", /is a URL. Write the bucket's name alone/],
            ['{"secure":"AAAB"}', /is encrypted/],
        ],
        backupPrefix: [
            [" ", /is empty/],
            ["/ledger", /no prefix.*Write e\.g\./],
            ["..", /no prefix/],
        ],
        backupRegion: [["EU", /no region.*Write e\.g\. eu-central-1/]],
        backupAccessKeyId: [
            ["", /is empty\. Write: pulumi config set --secret holdfast:backupAccessKeyId, which asks for the id/],
            [` ${secret}`, /white space.*Write it without/],
        ],
        backupSecretAccessKey: [
            [" ", /is empty\. Write: pulumi config set --secret holdfast:backupSecretAccessKey/],
            [`${secret}\n`, /white space.*Write it without/],
        ],
        backupPassword: [
            ["", /is empty\. Write: pulumi config set --secret holdfast:backupPassword/],
            [`${secret}\nagain`, /line break/],
        ],
        backupCaConfigMap: [
            ["", /is empty/],
            ["kube-root-ca.crt/ca.crt", /no ConfigMap\. Write the name of one/],
        ],
        servesDrillMetrics: [
            ["yes", /neither true nor false\. Write: pulumi config set holdfast:servesDrillMetrics 'true'/],
            ['{"secure":"AAAB"}', /is encrypted/],
        ],
    };

    it.each(Object.entries(wrong).flatMap(([key, values]) => values.map(([value, says]) => [key, value, says] as const)))(
        "%s: %j is refused in one sentence, with what to write and without secrets",
        (key, value, says) => {
            const { problems } = check({ ...cluster, ...repository, [`holdfast:${key}`]: value });
            expect(problems).toEqual([expect.stringMatching(says)]);
            expect(problems[0]).toMatch(new RegExp(`^holdfast:${key}: .*Write`));
            expect(problems[0]).not.toContain(secret);
        },
    );

    it("is refused with one problem for each key where all are wrong", () => {
        const config = Object.fromEntries(Object.entries(wrong).map(([key, [[value]]]) => [`holdfast:${key}`, value]));
        const { problems } = check({ ...cluster, ...config });
        expect(problems.map((text) => text.slice("holdfast:".length).split(":")[0]).sort()).toEqual(Object.keys(wrong).sort());
    });

    it("takes secrets as the file has them, encrypted, and says how to write one that is missing", () => {
        const encrypted = Object.fromEntries(
            ["AccessKeyId", "SecretAccessKey", "Password"].map((name) => [`holdfast:backup${name}`, '{"secure":"AAAB"}']),
        );
        expect(check({ ...cluster, ...repository, ...encrypted }).problems).toEqual([]);
        const { "holdfast:backupPassword": _, ...rest } = repository;
        expect(check({ ...cluster, ...rest }).problems[0]).toMatch(
            / By: pulumi config set --secret holdfast:backupPassword, which asks for/,
        );
    });

    it("warns of secrets that anybody can read in the file, and keeps them secret", async () => {
        writeFileSync(join(home(), "kubeconfig"), "contexts: [{ name: kind }]\n");
        const config = { ...cluster, ...repository, "holdfast:kubeconfig": join(home(), "kubeconfig") };
        const warningsOf = async (...secretKeys: string[]) =>
            (await record(deploy, { config, secretKeys, stack: "prefs" })).warnings.filter((text) => text.includes("can be read"));
        expect(await warningsOf("holdfast:backupAccessKeyId", "holdfast:backupSecretAccessKey", "holdfast:backupPassword")).toEqual([]);
        expect(await warningsOf("holdfast:backupAccessKeyId", "holdfast:backupSecretAccessKey")).toEqual([
            "holdfast:backupPassword can be read in the stack's file. Write: pulumi config set --secret holdfast:backupPassword, which asks for the password of the repository",
        ]);
    });
});
