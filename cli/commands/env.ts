import * as path from "node:path";
import { shellWord } from "../../sandbox/node/compartment";
import { userPaths } from "../../sandbox/paths";
import { Sandbox } from "../../sandbox/sandbox";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { clusterToolSets } from "../../sandbox/toolchain/tools";
import { findEngine, neededToolSets, prepareEngine } from "../engine";
import { UserError } from "../errors";
import { repositoryExports } from "../sandbox-repository";

/** Prints the exports with which plain `pulumi` and `kubectl` work on the sandbox from the terminal. */
export function runEnv(): void {
    const paths = userPaths();
    if (!new Sandbox(paths).spec) throw new UserError("There is no sandbox yet. Make one with `npm run up` or `npx holdfast sandbox up`.");
    const toolchain = new Toolchain(paths.cache, [
        ...clusterToolSets,
        ...neededToolSets(findEngine(process.env, path.dirname(paths.state)), "sandbox"),
    ]);
    if (toolchain.missing.names.length > 0) {
        throw new UserError(
            `Not built yet: ${toolchain.missing.names.join(", ")}. Run \`npm run up\` or \`npx holdfast sandbox up\` first.`,
        );
    }
    const engine = prepareEngine("sandbox", toolchain);
    for (const [key, value] of Object.entries(engine.env)) console.log(`export ${key}=${shellWord(value)}`);
    for (const [key, value] of Object.entries(repositoryExports(paths))) console.log(`export ${key}=${value}`);
    if (engine.env.PULUMI_CONFIG_PASSPHRASE_FILE) console.log("unset PULUMI_CONFIG_PASSPHRASE");
    if (engine.bin) console.log(`export PATH=${shellWord(engine.bin)}:"$PATH"`);
}
