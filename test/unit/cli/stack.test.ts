import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gainedOnlySalt, keepStackFile, rawStackConfig, stackFile, stackNames } from "../../../cli/stack";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-stacks-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const write = (stack: string, text: string) => {
    const file = stackFile(stack, folder);
    fs.writeFileSync(file, text);
    return file;
};

test("stacks are the files Pulumi.<stack>.yaml", () => {
    write("b", "");
    write("a.kind", "");
    fs.writeFileSync(path.join(folder, "README.md"), "");
    expect(stackNames(folder)).toEqual(["a.kind", "b"]);
});

test("a configuration is read as Pulumi hands it to a program: full keys, texts, the rest as JSON", () => {
    write("a", 'config:\n    holdfast:size: 2Gi\n    holdfast:replicas: 3\n    holdfast:allow: ["x"]\n    aws:region: eu\n');
    expect(rawStackConfig("a", folder)).toEqual({
        "holdfast:size": "2Gi",
        "holdfast:replicas": "3",
        "holdfast:allow": '["x"]',
        "aws:region": "eu",
    });
});

test("an empty file is an empty configuration", () => {
    write("a", "");
    expect(rawStackConfig("a", folder)).toEqual({});
});

test("a stack that doesn't exist is refused with those that do", () => {
    write("prefs", "");
    expect(() => rawStackConfig("pref", folder)).toThrow(/There is no stack "pref"[\s\S]*Stacks here: prefs/);
});

test("a file that isn't YAML is refused with its place", () => {
    write("a", "config:\n    holdfast:size: [2Gi\n");
    expect(() => rawStackConfig("a", folder)).toThrow(/Pulumi\.a\.yaml is not valid YAML[\s\S]*line/);
    for (const line of [
        'holdfast:password: "SEKRET',
        "holdfast:password: [SEKRET",
        "holdfast:password: x\n  SEKRET\n SEKRET: %SEKRET",
        "@SEKRET",
    ]) {
        fs.writeFileSync(path.join(folder, "Pulumi.a.yaml"), `config:\n    ${line}\n`);
        const said = (() => {
            try {
                return String(rawStackConfig("a", folder));
            } catch (error) {
                return (error as Error).message;
            }
        })();
        expect(said).toMatch(/not valid YAML[\s\S]* line \d+/);
        expect(said).not.toContain("SEKRET");
    }
});

describe("the stack's file, which is checked in,", () => {
    const text = "# a comment\nconfig:\n    holdfast:size: 2Gi\n";

    test("is given back without the salt that Pulumi notes in it, also when the run fails", async () => {
        const file = write("a", text);
        const note = () => fs.writeFileSync(file, `${text}encryptionsalt: v1:abc\n`);
        await keepStackFile(file, async () => note(), folder);
        expect(fs.readFileSync(file, "utf8")).toBe(text);
        await expect(
            keepStackFile(
                file,
                async () => {
                    note();
                    throw new Error("failed");
                },
                folder,
            ),
        ).rejects.toThrow("failed");
        expect(fs.readFileSync(file, "utf8")).toBe(text);
    });

    test("is given back by the next run when the run was killed", async () => {
        const file = write("a", text);
        void keepStackFile(
            file,
            () => {
                fs.writeFileSync(file, `config:\n  holdfast:size: 2Gi\nencryptionsalt: v1:abc\n`);
                return new Promise(() => {});
            },
            folder,
        );
        expect(fs.readFileSync(file, "utf8")).toContain("encryptionsalt");
        await keepStackFile(file, async () => expect(fs.readFileSync(file, "utf8")).toBe(text), folder);
        expect(fs.readdirSync(folder)).toEqual(["Pulumi.a.yaml"]);
    });

    test("has gained a salt only if nothing but its layout differs otherwise", () => {
        expect(gainedOnlySalt(text, "config: { 'holdfast:size': 2Gi }\nencryptionsalt: v1:abc\n")).toBe(true);
        expect(gainedOnlySalt(text, "config: { 'holdfast:size': 3Gi }\nencryptionsalt: v1:abc\n")).toBe(false);
        expect(gainedOnlySalt("config: { a:b: 3 }\n", 'config: { a:b: "3" }\nencryptionsalt: v1:abc\n')).toBe(true);
        expect(gainedOnlySalt(text, text)).toBe(false);
        expect(gainedOnlySalt(`${text}encryptionsalt: v1:mine\n`, `${text}encryptionsalt: v1:other\n`)).toBe(false);
    });

    test("keeps what else was changed meanwhile", async () => {
        const file = write("a", text);
        const changed = `${text}    holdfast:replicas: 3\nencryptionsalt: v1:abc\n`;
        await keepStackFile(file, async () => fs.writeFileSync(file, changed), folder);
        expect(fs.readFileSync(file, "utf8")).toContain("holdfast:replicas: 3");
    });
});
