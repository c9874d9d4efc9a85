/** Golden resource lists: files under test/plans that are reviewed like code. `UPDATE_PLANS=1 npx jest …` writes them anew. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordedResource } from "./mocks";

const folder = join(__dirname, "..", "plans");

/** What differs from run to run or from machine to machine is blanked: generated passwords and paths. */
function blanked(resource: RecordedResource) {
    const { urn: _urn, secrets, inputs, ...rest } = resource;
    const shown = structuredClone(inputs);
    for (const path of secrets) {
        shown[path] = "[secret]";
    }
    if (shown.kubeconfig) {
        shown.kubeconfig = "[path]";
    }
    return { ...rest, inputs: shown };
}

function sortKeys(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sortKeys);
    }
    return value !== null && typeof value === "object"
        ? Object.fromEntries(
              Object.entries(value)
                  .sort(([a], [b]) => (a < b ? -1 : 1))
                  .map(([key, item]) => [key, sortKeys(item)]),
          )
        : value;
}

/** Compares a program's resources with the golden list of that name. The order of registration does not matter. */
export function expectGolden(name: string, resources: RecordedResource[]): void {
    const file = join(folder, `${name}.json`);
    const list = resources
        .filter(({ type }) => type !== "pulumi:pulumi:Stack")
        .map(blanked)
        .sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
    const text = `${JSON.stringify(list.map(sortKeys), null, 4)}\n`;
    if (process.env.UPDATE_PLANS) {
        writeFileSync(file, text);
    }
    if (!existsSync(file)) {
        throw new Error(`There is no ${file}. Write it with UPDATE_PLANS=1, and read it.`);
    }
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, "utf8")));
}
