/**
 * Markdown for comments on a pull request, of text that anybody may have written: names of resources, messages of the engine. Nothing of it
 * becomes markup, and nobody is called by it.
 */

const breaks = /[\s\u2028\u2029]+/gu;
/** What isn't seen: control characters, and those that turn the direction of what follows. Joiners of scripts and emoji go with them. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** One line of what can be seen. A break within becomes a space. */
export const oneLine = (text: string): string => text.replace(breaks, " ").replace(unseen, "").trim();

/** The text, or its beginning. */
export const short = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);

/**
 * Signs that mean something to Markdown, HTML or GitHub. An entity stops Markdown, and not what GitHub looks for in the finished page: people
 * after `@`, issues after `#`. Those get a space of no width behind them; where somebody may copy the text, it is code.
 */
const signs: Record<string, string> = {
    "@": "@&#8203;",
    "#": "#&#8203;",
    ":": ":&#8203;",
    // GitHub's way to keep a dollar sign from beginning a formula.
    $: "<span>$</span>",
};
const entity = (sign: string) => `&#${sign.codePointAt(0)};`;

/** Text in a cell or a line, as text. */
export const plain = (text: string): string =>
    oneLine(text)
        .replace(/[&<>\\|*_`[\]~@$]|#(?=\d)|:(?=\/\/)|(?<=www)\./giu, (sign) => signs[sign] ?? entity(sign))
        // What would begin a list or a heading at the start of a line.
        .replace(/^(?:[-+=#]|\d(?=\d*[.)]))/u, entity)
        .replace(/\bgh(?=-)/giu, "$&&#8203;");

/** Text as code. An element, since a cell of a table can end within backticks; GitHub calls nobody in it, so that it can be copied. */
export const code = (text: string): string =>
    `<code>${oneLine(text).replace(/[&<>\\|*_`[\]~@$]|:(?=\/\/)|(?<=www)\./giu, entity) || "&#8203;"}</code>`;

/** Lines as they are, in a block that they can't end. */
export function block(text: string): string {
    const lines = text
        .split(/\r\n|[\n\r\u2028\u2029]/u)
        .map((line) => line.replace(/\t/g, "    ").replace(unseen, ""))
        .join("\n");
    const longest = Math.max(2, ...[...lines.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}text\n${lines}\n${fence}`;
}

/** A table; the cells are Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What is seen after a click. Title and body are Markdown. */
export const folded = (title: string, body: string): string => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
