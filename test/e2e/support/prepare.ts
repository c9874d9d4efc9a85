import { runSteps } from "../../../cli/progress";
import { buildImages } from "../../../sandbox/images/build";
import { IMAGES, shortName } from "../../../sandbox/images/catalog";
import { userPaths } from "../../../sandbox/paths";
import { Sandbox } from "../../../sandbox/sandbox";
import { type ToolSetName, toolSets } from "../../../sandbox/toolchain/tools";

/** Every tool set and every image that any of the tests uses. */
export async function prepare(): Promise<void> {
    const paths = userPaths();
    const toolchain = new Sandbox(paths).prepare(Object.keys(toolSets) as ToolSetName[]);
    const steps = toolchain.steps();
    await runSteps([
        ...(steps.length > 0 ? [{ title: toolchain.title, steps }] : []),
        {
            title: "Images from Debian packages",
            run: async (update) => {
                await buildImages(IMAGES.map(shortName), { cacheDir: paths.cache, progress: (event) => update(event.message) });
            },
        },
    ]);
}
