import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { repositoryEnvironment, repositoryExports } from "../../../cli/sandbox-repository";
import { Layout } from "../../../sandbox/cluster/layout";
import { ensureS3, s3Secrets } from "../../../sandbox/cluster/s3";
import { writeSpec } from "../../../sandbox/cluster/spec";
import { derivedPassword } from "../../../stacks/backups";

let state: string;
const paths = () => ({ cache: path.join(state, "cache"), state });

/** A sandbox with that in it, as far as it is in files. */
function sandbox(...addOns: ("backups" | "snapshots")[]): Layout {
    const layout = new Layout(state);
    writeSpec(layout, { version: 1, nodes: 1, addOns, apiPort: 1, created: "" });
    ensureS3(layout);
    return layout;
}

beforeEach(() => {
    // A quote in the path is one in the shell, too.
    state = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-o'clock-"));
});
afterEach(() => fs.rmSync(state, { recursive: true }));

test("a shell gets the keys without anybody having printed them", () => {
    const secrets = s3Secrets(sandbox("backups")) as { accessKeyId: string; secretAccessKey: string; passwordKey: string };
    const exports = repositoryExports(paths());
    const script = Object.entries(exports).map(([name, value]) => `export ${name}=${value}`);
    for (const secret of Object.values(secrets)) expect(script.join("\n")).not.toContain(secret);
    const printed = spawnSync("sh", ["-c", `${script.join("\n")}\nenv`], { encoding: "utf8", env: { PATH: process.env.PATH } }).stdout;
    const variables = Object.fromEntries(printed.split("\n").map((line) => line.split(/=(.*)/s).slice(0, 2)));
    expect(variables).toMatchObject({
        HOLDFAST_BACKUP_ENDPOINT: expect.stringMatching(/^https:/),
        HOLDFAST_BACKUP_ACCESS_KEY_ID: secrets.accessKeyId,
        HOLDFAST_BACKUP_SECRET_ACCESS_KEY: secrets.secretAccessKey,
        HOLDFAST_BACKUP_KEY: secrets.passwordKey,
    });
});

test("a program gets its application's password, and not the key that all of them follow from", () => {
    const layout = sandbox("backups");
    const { passwordKey } = s3Secrets(layout) as { passwordKey: string };
    const environment = repositoryEnvironment(paths(), "ledger");
    expect(environment.HOLDFAST_BACKUP_PASSWORD).toBe(derivedPassword(passwordKey, "ledger"));
    expect(Object.values(environment)).not.toContain(passwordKey);
    expect(Object.keys(environment).sort()).toEqual([
        "HOLDFAST_BACKUP_ACCESS_KEY_ID",
        "HOLDFAST_BACKUP_BUCKET",
        "HOLDFAST_BACKUP_CA_CONFIG_MAP",
        "HOLDFAST_BACKUP_ENDPOINT",
        "HOLDFAST_BACKUP_PASSWORD",
        "HOLDFAST_BACKUP_REGION",
        "HOLDFAST_BACKUP_SECRET_ACCESS_KEY",
    ]);
});

test("a sandbox without the add-on has no repository", () => {
    sandbox("snapshots");
    expect([repositoryExports(paths()), repositoryEnvironment(paths(), "ledger")]).toEqual([{}, {}]);
});
