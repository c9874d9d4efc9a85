import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { checkStack } from "./checked-stack";
import { UserError } from "./errors";
import { rawStackConfig, stackFile } from "./stack";

/**
 * Name of the stack that deploys a use case to the cluster of a kubectl context. Its configuration file is made when there is none and what
 * it would say holds, and is the user's from then on: an option that contradicts it is refused.
 */
export function forContext(useCase: string, context: string, storageClass: string | undefined): string {
    const stack = `${useCase}.${context.replace(/[^\w.-]/g, "-")}`;
    const file = stackFile(stack);
    const shown = path.relative(process.cwd(), file);
    if (fs.existsSync(file)) {
        const has = rawStackConfig(stack)["holdfast:storageClass"];
        if (storageClass !== undefined && storageClass !== has) {
            throw new UserError(
                `--storage-class ${storageClass}: ${shown} says ${has ?? "no class"}. Leave the option out to keep that, or change holdfast:storageClass in the file; data does not move to another class by itself.`,
            );
        }
        return stack;
    }
    const config: Record<string, string> = {
        "holdfast:useCase": useCase,
        "holdfast:target": "kubernetes",
        "holdfast:context": context,
        // A cluster on a laptop can't keep every promise; what it doesn't is named in the outputs.
        "holdfast:environment": "development",
    };
    if (storageClass) config["holdfast:storageClass"] = storageClass;
    fs.writeFileSync(file, stringify({ config }));
    try {
        checkStack(stack);
    } catch (error) {
        fs.rmSync(file);
        throw error;
    }
    console.error(`Wrote ${shown}: the configuration of this stack from now on.`);
    return stack;
}
