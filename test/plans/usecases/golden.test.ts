/**
 * Golden plans: every use case on every target, on every kind of storage, in both environments.
 *
 * A changed plan changes a file here, which is reviewed like code. `UPDATE_GOLDENS=1 npx jest test/plans/usecases` writes them anew.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalog } from "../../../components/usecases/catalog";
import { targetNames } from "../../../components/usecases/targets";
import { golden } from "./golden";

const folder = join(__dirname, "golden");
const pairs = Object.keys(catalog).flatMap((useCase) => targetNames.map((target) => [useCase, target] as const));

test.each(pairs)("%s on %s is the golden plan", (useCase, target) => {
    const file = join(folder, `${useCase}.${target}.txt`);
    const text = golden(useCase, target);
    if (process.env.UPDATE_GOLDENS === "1") {
        writeFileSync(file, text);
    }
    expect(existsSync(file) ? readFileSync(file, "utf8") : "(no golden file)").toBe(text);
});

test("no golden file is left of something that is gone", () => {
    expect(readdirSync(folder).sort()).toEqual(pairs.map(([useCase, target]) => `${useCase}.${target}.txt`).sort());
});
