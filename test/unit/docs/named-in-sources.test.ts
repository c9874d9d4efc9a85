/** Pages that messages, help texts and comments send people to. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/documents";

it("sources and help texts name no page that isn't there", () => {
    const folders = ["cli", "components", "policies", "sandbox", "stacks", "testing"];
    // Drivers and AWS name pages of other projects as their sources.
    const wrong = folders.flatMap((folder) =>
        (readdirSync(join(root, folder), { recursive: true }) as string[])
            .filter((file) => /\.(ts|js)$/.test(file) && !/node_modules|^storage\/aws\/|^usecases\/drivers\//.test(file))
            .flatMap((file) =>
                [...readFileSync(join(root, folder, file), "utf8").matchAll(/(?<![\w/.-])docs\/[\w/-]+\.(?:md|json)/g)]
                    .filter(([page]) => !existsSync(join(root, page)))
                    .map(([page]) => `${folder}/${file}: ${page}`),
            ),
    );
    expect(wrong).toEqual([]);
});
