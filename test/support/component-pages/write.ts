/** The pages of docs/components, made of what the sources say. */

import { madeBy, refusalsOf } from "./reach";
import { type Component, components, type DataType, dataTypes, type Member } from "./read";

const origin = "<!-- Written from the sources by test/unit/component-pages: change the docstring, and run it with UPDATE_GOLDENS=1. -->";

const code = (text: string) => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``);

/** What would be taken for HTML, outside of code. */
const escaped = (text: string) =>
    text
        .split(/(`[^`]*`)/)
        .map((part) => (part.startsWith("`") ? part : part.replace(/[<>*]/g, "\\$&")))
        .join("");

const anchor = (name: string) => name.toLowerCase();

/** A type as code, with a link to the interface that it is made of. */
function typeText(type: string, interfaces: string[]): string {
    const described = interfaces.find((name) => new RegExp(`\\b${name}\\b`).test(type));
    return described ? `[${code(type)}](types.md#${anchor(described)})` : code(type);
}

function memberText(member: Member, interfaces: string[], shows: "arguments" | "outputs"): string {
    const { name, type, unit, isRequired, text } = member;
    const said = [
        typeText(shows === "outputs" ? type.replace(/^Output<(.*)>$/, "$1") : type, interfaces),
        ...(unit ? [unit] : []),
        ...(shows === "outputs" ? [] : [isRequired ? "**required**" : `default: ${escaped(member.default ?? "none")}`]),
    ];
    return `- **\`${name}\`** (${said.join("; ")}): ${escaped(text)}`;
}

const list = (members: Member[], interfaces: string[], shows: "arguments" | "outputs") =>
    members.map((member) => memberText(member, interfaces, shows)).join("\n");

function madeText(component: Component, names: string[]): string {
    return madeBy(component.declared, names)
        .map(({ type, isComponent, name }) => {
            const pattern = name.startsWith("…") ? `<name>${name.slice(1)}` : name;
            const kind = isComponent ? `[${type}](${type}.md)` : type;
            return `- ${kind}${/[a-z]/.test(pattern) ? `: \`${pattern}\`` : ""}`;
        })
        .join("\n");
}

/** Refusals of the component itself; those of components it makes are on their pages. */
function refusalText(component: Component, all: Component[]): string[] {
    const names = all.map(({ name }) => name);
    const parts = madeBy(component.declared, names).flatMap(({ type, isComponent }) =>
        isComponent ? all.filter(({ name }) => name === type) : [],
    );
    const theirs = new Set(parts.flatMap(({ declared }) => refusalsOf(declared).map(({ path, reason }) => `${path} ${reason}`)));
    const own = refusalsOf(component.declared).filter(({ path, reason }) => !theirs.has(`${path} ${reason}`));
    const lines = own.map(({ path, reason }) => `- ${path ? `\`${path}\`: ` : ""}${escaped(reason)}`);
    const links = parts.map(({ name }) => `[${name}](${name}.md#what-it-refuses)`);
    return [
        `All of it is said at once, before anything is made. "…" stands for what was given and what is allowed.${
            links.length > 0 ? ` What ${links.join(", ")} refuse${links.length === 1 ? "s" : ""} is refused here too.` : ""
        }`,
        `<details>\n<summary>What it says</summary>\n\n${lines.join("\n")}\n\n</details>`,
    ];
}

function componentPage(component: Component, all: Component[], interfaces: string[]): string {
    const { name, file, token, text, cost, examples, args, outputs } = component;
    const isPlain = (member: Member) => !/\b(Input|any)\b/.test(member.type);
    const made = madeText(
        component,
        all.map((each) => each.name),
    );
    return [
        origin,
        `# ${name}`,
        `\`${token}\`, [${file}](../../${file})`,
        ...text.map(escaped),
        ...(cost ? [escaped(cost)] : []),
        ...examples.map((example) => `\`\`\`ts\n${example}\n\`\`\``),
        "## Arguments",
        list(args, interfaces, "arguments"),
        ...(args.some((member) => !isPlain(member))
            ? [
                  "`Input` may be another resource's output or a secret. Everything else decides what is made, and is known when the program runs.",
              ]
            : []),
        "## Outputs",
        list(outputs, interfaces, "outputs"),
        ...(made ? ["## What it makes", "As far as the arguments ask for it; `<name>` is the component's name.", made] : []),
        "## What it refuses",
        ...refusalText(component, all),
    ].join("\n\n");
}

function typesPage(types: DataType[], interfaces: string[]): string {
    return [
        origin,
        "# What arguments are made of",
        ...types.flatMap(({ name, text, fields }) => [`## ${name}`, ...text.map(escaped), list(fields, interfaces, "arguments")]),
    ].join("\n\n");
}

function indexPage(all: Component[]): string {
    const line = ({ name, text }: Component) => `- [${name}](${name}.md): ${escaped(text[0] ?? "")}`;
    return [
        origin,
        "# Components",
        'All that `import { … } from "holdfast"` has. Each page says what the component is for, what it costs, its arguments with type, unit and default, its outputs, what it makes and what it refuses.',
        all.map(line).join("\n"),
        "[What arguments are made of](types.md): ports, volumes, probes and other data with fields of its own.",
        "Programs in other languages use the same components by their tokens (`holdfast:index:…`): [component-package.md](../component-package.md).",
    ].join("\n\n");
}

/** The pages, by their file names. */
export function pages(): Map<string, string> {
    const all = components();
    const types = dataTypes();
    const interfaces = types.map(({ name }) => name);
    return new Map([
        ["README.md", indexPage(all)],
        ...all.map((component): [string, string] => [`${component.name}.md`, componentPage(component, all, interfaces)]),
        ["types.md", typesPage(types, interfaces)],
    ]);
}
