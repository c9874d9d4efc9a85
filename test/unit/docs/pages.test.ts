/** The pages are about what is there: files, links, use cases and the picture. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { StatefulApp } from "../../../components";
import { engines } from "../../../components/engines";
import { catalog } from "../../../components/usecases/catalog";
import { modes } from "../../../components/usecases/engines";
import type { Plan } from "../../../components/usecases/plan";
import { resolve } from "../../../components/usecases/resolve";
import { keys } from "../../../stacks/keys";
import { markdownFiles, proseOf, root } from "../../support/documents";
import { record } from "../../support/mocks";

const pages = markdownFiles().map((file) => [file, readFileSync(join(root, file), "utf8")] as const);
const readme = readFileSync(join(root, "README.md"), "utf8");

/** What GitHub makes of a heading. */
const anchorOf = (heading: string) =>
    heading
        .replace(/[`*]/g, "")
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");

const anchorsOf = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));

describe.each(pages)("%s", (file, text) => {
    const folder = dirname(join(root, file));

    it("links to what is there", () => {
        const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^https?:/.test(link));
        const broken = links.filter((link) => {
            const [path, anchor] = link.split("#");
            const target = path === "" ? join(root, file) : join(folder, path);
            if (!existsSync(target)) {
                return true;
            }
            return anchor !== undefined && !anchorsOf(readFileSync(target, "utf8")).includes(anchor);
        });
        expect(broken).toEqual([]);
    });

    it("names no file that isn't there", () => {
        const named = [...proseOf(text).matchAll(/`([\w.-]+(?:\/[\w.-]+)+\/?|[\w-]+\.(?:md|ts|json|yaml))`/g)].map(([, path]) => path);
        const ours = readdirSync(root);
        const missing = named.filter((path) => {
            const isOurs = path.includes("/") ? ours.includes(path.split("/")[0]) : /^(README|CHANGELOG)\./.test(path);
            return isOurs && ![join(root, path), join(folder, path), `${join(root, path)}.ts`].some(existsSync);
        });
        expect(missing).toEqual([]);
    });

    it("names no key of stack config that isn't there", () => {
        // Tokens of components, `holdfast:index:…`, begin the same way.
        const named = [...text.matchAll(/(?<![\w:])holdfast:(\w+)(?!:)\b/g)].map(([, key]) => key);
        expect(named.filter((key) => !Object.hasOwn(keys, key) && key !== "index")).toEqual([]);
    });

    it("has nothing that is left to be written", () => {
        expect(text.match(/\b(TODO|TBD|FIXME|XXX|coming soon|lorem)\b/gi) ?? []).toEqual([]);
    });
});

it("every page of docs is reached from the README, by links", () => {
    const reached = new Set<string>();
    const follow = (file: string): void => {
        if (reached.has(file) || !file.endsWith(".md") || !existsSync(join(root, file))) {
            return;
        }
        reached.add(file);
        for (const [, link] of readFileSync(join(root, file), "utf8").matchAll(/\]\(([^)\s#]+)/g)) {
            follow(join(dirname(file), link));
        }
    };
    follow("README.md");
    const lost = markdownFiles().filter((file) => file.startsWith("docs/") && !file.startsWith("docs/examples/") && !reached.has(file));
    expect(lost).toEqual([]);
});

describe("the README's table of use cases", () => {
    const cells = (line: string) =>
        line
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim());
    const table = /^## Use cases\n[\s\S]*?(?=^## )/m.exec(readme)?.[0] ?? "";
    const rows = table
        .split("\n")
        .filter((line) => line.startsWith("| `"))
        .map(cells);

    const planOf = (useCase: string): Plan => {
        const resolution = resolve({
            app: useCase,
            useCase,
            target: "eks",
            ...(useCase === "custom" ? { overrides: { image: "registry.example.org/wiki:4.2" } } : {}),
        });
        if ("problems" in resolution) {
            throw new Error(JSON.stringify(resolution.problems));
        }
        return resolution.plan;
    };

    it.each(Object.keys(catalog))("says of %s what its plan says", (useCase) => {
        const { engine, replicas } = planOf(useCase);
        const { restore, failover } = catalog[useCase].needs;
        const title = modes.find((mode) => mode.engine === engine.name && mode.replication === engine.replication)?.title;
        const expected = [
            `\`${useCase}\``,
            title,
            String(replicas),
            `${failover.rpo} / ${failover.rto}`,
            restore ? `${restore.rpo} / ${restore.rto}, kept ${restore.retention}` : "made again",
            engines[engine.name] ? "yes" : "planned",
        ];
        expect(rows.find(([name]) => name === `\`${useCase}\``)).toEqual(expected);
    });

    it("has no other", () => {
        expect(rows.map(([name]) => name)).toEqual(Object.keys(catalog).map((name) => `\`${name}\``));
    });
});

it("the README's picture has every kind of object that `up` makes, with its backups", async () => {
    const picture = /```mermaid\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
    const secret = pulumi.secret("something that nobody knows");
    const repository = { backupEndpoint: "https://s3.example.org", backupBucket: "backups" };
    const keys = { backupAccessKeyId: secret, backupSecretAccessKey: secret, backupPassword: secret };
    const { resources } = await record(
        () => new StatefulApp("preferences", { useCase: "user-preferences", target: "sandbox", ...repository, ...keys }).host,
    );
    const kinds = new Set(resources.map(({ type }) => type).filter((type) => type.startsWith("kubernetes:")));
    expect(kinds.size).toBeGreaterThan(9);
    expect([...kinds].map((type) => type.split(":").at(-1) ?? "").filter((kind) => !picture.includes(kind))).toEqual([]);
});
