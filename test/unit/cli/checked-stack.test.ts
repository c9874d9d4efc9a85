import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkStack } from "../../../cli/checked-stack";
import { repository, stackFile } from "../../../cli/stack";

/** The folder in which this test's stack files are: the repository's own is left alone. */
const mockFolder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-checked-"));
jest.mock("../../../cli/stack", () => {
    const real = jest.requireActual("../../../cli/stack");
    return { ...real, rawStackConfig: (stack: string) => real.rawStackConfig(stack, stack === "checked" ? mockFolder : undefined) };
});
const name = "checked";
const write = (...lines: string[]) =>
    fs.writeFileSync(stackFile(name, mockFolder), `config:\n${lines.map((line) => `    holdfast:${line}\n`).join("")}`);

const kubeconfig = path.join(mockFolder, "kubeconfig");
fs.writeFileSync(kubeconfig, "contexts:\n  - name: kind-kind\n");
afterAll(() => fs.rmSync(mockFolder, { recursive: true }));

const own = (...lines: string[]) =>
    write("useCase: user-preferences", "target: kubernetes", "environment: development", "storageClass: standard", ...lines);
const message = () => {
    try {
        checkStack(name);
    } catch (error) {
        return (error as Error).message;
    }
    return "";
};

test("every stack of the repository is in order", () => {
    for (const file of fs.readdirSync(path.join(repository, "stacks"))) {
        const stack = /^Pulumi\.(.*)\.yaml$/.exec(file)?.[1];
        if (stack) expect(checkStack(stack).plan.app).toBeTruthy();
    }
});

test("the sandbox need not be up to be planned for, and takes no context", () => {
    write("useCase: user-preferences", "target: sandbox");
    expect(checkStack(name).settings.target).toBe("sandbox");
    write("useCase: user-preferences", "target: sandbox", "context: kind-kind");
    expect(message()).toContain("holdfast:context: the sandbox has its own");
});

test("a cluster of one's own is found by its context", () => {
    own(`kubeconfig: ${kubeconfig}`, "context: kind-kind");
    expect(checkStack(name).settings.context).toBe("kind-kind");
});

test("an unknown context, a missing one and an unreadable kubeconfig are refused before anything starts", () => {
    own(`kubeconfig: ${kubeconfig}`, "context: kind-kin");
    expect(message()).toMatch(/there is no context "kind-kin" in .*; it has kind-kind/);
    own(`kubeconfig: ${kubeconfig}`);
    expect(message()).toContain("holdfast:context: missing. The cluster is never guessed");
    own("kubeconfig: /nowhere/config", "context: kind-kind");
    expect(message()).toContain("/nowhere/config can't be read");
});

test("everything that is wrong is in one message, numbered", () => {
    write("target: kubernetes", "size: '2'", "colour: blue");
    expect(message()).toMatch(/4 problems, nothing was changed/);
    for (const part of [
        "holdfast:useCase: missing",
        "holdfast:context: missing",
        '"2" has no unit',
        "holdfast:colour: there is no such key",
    ]) {
        expect(message()).toContain(part);
    }
});
