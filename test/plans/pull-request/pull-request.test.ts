/**
 * The comment for previews that the real engine made (test/plans/review), as a pipeline without a cluster writes it: read it like code.
 * `UPDATE_PLANS=1 npx jest test/plans/pull-request` writes the comments anew.
 */

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { main } from "../../../cli/main";

const previews = path.join(__dirname, "..", "review");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-pull-request-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
});

test.each([
    ["nothing", ["nothing"], 0],
    ["refused", ["claim-class-changed"], 2],
    ["worst-of-three", ["moved-with-alias", "namespace-renamed", "size-not-known"], 2],
    ["unknown", ["nothing", "size-not-known"], 1],
])("%s", async (name, ids, status) => {
    jest.spyOn(console, "log").mockImplementation(() => {});
    const file = path.join(scratch, `${name}.md`);
    const files = ids.map((id) => path.join(previews, `${id}.json`));
    await main(["node", "holdfast", "pull-request", "--preview", ...files, "--comment", file]);
    expect(process.exitCode).toBe(status);
    const golden = path.join(__dirname, `${name}.comment.txt`);
    if (process.env.UPDATE_PLANS) fs.copyFileSync(file, golden);
    expect(fs.readFileSync(file, "utf8")).toBe(fs.readFileSync(golden, "utf8"));
});
