import * as fs from "node:fs";
import * as path from "node:path";
import { program } from "../../../cli/main";

type Command = ReturnType<typeof program>;

/** Every command as it is typed, with its arguments. */
const typed = (command: Command, before: string): string[] =>
    command.commands.flatMap((sub) => {
        const args = sub.registeredArguments.map((argument) => ` ${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}`);
        const name = `${before} ${sub.name()}`;
        return sub.commands.length > 0 ? typed(sub, name) : [`${name}${args.join("")}`];
    });

test("the README's table of commands has every command, and no other", () => {
    const readme = fs.readFileSync(path.join(__dirname, "../../../README.md"), "utf8");
    const table = /^## Commands\n[\s\S]*?(?=^## )/m.exec(readme)?.[0] ?? "";
    const listed = [...table.matchAll(/^\| `(holdfast [^`]+)`/gm)].map(([, command]) => command);
    expect(listed.sort()).toEqual(typed(program(), "holdfast").sort());
});
