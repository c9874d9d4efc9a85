/** The examples to copy, run as they are, and the pages that show them. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

jest.mock("holdfast", () => jest.requireActual("../../../components"), { virtual: true });
jest.mock("holdfast/testing", () => jest.requireActual("../../../components/testing"), { virtual: true });

const root = join(__dirname, "../../..");
const example = join(root, "docs", "examples", "testing");
const read = (file: string) => readFileSync(join(root, file), "utf8");

// Its tests are tests of this file.
describe("the example for jest", () => {
    require("../../../docs/examples/testing/wiki.test");
});

it("is ten lines, as its page shows them", () => {
    const file = read("docs/examples/testing/wiki.test.ts");
    expect(file.trimEnd().split("\n")).toHaveLength(10);
    const page = read("docs/testing.md");
    expect(page).toContain(`\`\`\`ts\n${file}\`\`\``);
    expect(page).toContain(`\`\`\`ts\n${read("docs/examples/testing/wiki.ts")}\`\`\``);
    expect(page).toContain(`\`\`\`js\n${read("docs/examples/testing/claims.node.js")}\`\`\``);
});

describe("in a project that has the package installed", () => {
    let project: string;
    beforeAll(() => {
        project = mkdtempSync(join(tmpdir(), "holdfast-testing-"));
        cpSync(example, project, { recursive: true });
        mkdirSync(join(project, "node_modules"));
        symlinkSync(root, join(project, "node_modules", "holdfast"));
        symlinkSync(join(root, "node_modules", "@pulumi"), join(project, "node_modules", "@pulumi"));
    });
    afterAll(() => rmSync(project, { recursive: true }));

    it("the example for Node.js' own test runner passes", () => {
        const { status, stdout } = spawnSync("node", ["--test", "--test-reporter=tap", "claims.node.js"], {
            cwd: project,
            encoding: "utf8",
        });
        expect([status, /^# pass \d+$/m.exec(stdout)?.[0]]).toEqual([0, "# pass 3"]);
    });
});

it("ES modules find every name too, because each is written out", () => {
    const names = [...read("testing/index.js").matchAll(/^exports\.(\w+) = testing\.\1;$/gm)].map(([, name]) => name);
    expect(names).toEqual(Object.keys(jest.requireActual("../../../components/testing")).sort());
});
