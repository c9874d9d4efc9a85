import fc from "fast-check";
import { block, code, oneLine, plain } from "../../../cli/markdown";
import { hostile } from "./support/hostile";

/** What a reader sees. */
const seen = (markdown: string): string =>
    markdown
        .replace(/<span>\$<\/span>/g, "$")
        .replace(/&#8203;/g, "")
        .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)));

/** Without what the escaping itself puts in. */
const raw = (markdown: string): string => markdown.replace(/<span>\$<\/span>/g, "").replace(/&#\d+;/g, "");

test("a reader sees the text that was given", () => {
    fc.assert(
        fc.property(hostile, (text) => {
            expect(seen(plain(text))).toBe(oneLine(text));
            expect(seen(code(text).slice("<code>".length, -"</code>".length))).toBe(oneLine(text));
        }),
        { numRuns: 500 },
    );
});

test("nothing in it is markup, a mention, an issue or a link", () => {
    fc.assert(
        fc.property(hostile, (text) => {
            const inside = code(text).slice("<code>".length, -"</code>".length);
            for (const written of [plain(text), inside]) {
                expect(raw(written)).not.toMatch(/[&<>\\|*_`[\]~$\n\r]/);
                expect(written).not.toMatch(/:\/\/|www\./i);
            }
            expect(inside).not.toContain("@");
            // What GitHub looks for in the page, and not in code.
            expect(plain(text)).not.toMatch(/\bgh-|@(?!&#8203;)|#\d(?<!&#\d)|^[-+=#]|^\d+[.)]/i);
        }),
        { numRuns: 500 },
    );
});

test("what can't be seen is left out, as is what turns the direction of the text", () => {
    expect(plain("a\u202eb\u0007c\u200bd\ud800")).toBe("abcd");
    expect(code("")).toBe("<code>&#8203;</code>");
    expect(plain("first\r\n\tsecond")).toBe("first second");
});

test("a block ends where it should", () => {
    fc.assert(
        fc.property(hostile, (text) => {
            const lines = block(text).split("\n");
            const fence = lines[lines.length - 1];
            expect(lines[0]).toBe(`${fence}text`);
            expect(lines.slice(1, -1).filter((line) => line.includes(fence))).toEqual([]);
        }),
    );
});
