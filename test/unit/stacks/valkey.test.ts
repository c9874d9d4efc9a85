/** The stacks of this repository that run Valkey. */

import { rawStackConfig } from "../../../cli/stack";
import { summary } from "../../../cli/summary";
import { deploy } from "../../../stacks/program";
import { expectGolden } from "../../support/golden";
import { type Recording, record } from "../../support/mocks";
import { withSandboxHome } from "../../support/sandbox-home";

withSandboxHome();

const run = (stack: string, preview = false): Promise<Recording> => record(deploy, { config: rawStackConfig(stack), preview, stack });

it.each(["session-store", "shopping-cart"])("%s is made of these resources, in an update and in a preview", async (stack) => {
    expectGolden(`${stack}.sandbox`, (await run(stack)).resources);
    expectGolden(`${stack}.sandbox`, (await run(stack, true)).resources);
});

it("says how to connect, without a word of databases", async () => {
    const { outputs } = await run("shopping-cart");
    expect(outputs.connection).toMatchObject({
        host: "shopping-cart.shopping-cart.svc.cluster.local",
        port: 6379,
        user: "default",
        command: expect.stringContaining("exec -it shopping-cart-0 -c main -- sh -c"),
    });
    const text = summary("shopping-cart", outputs, true);
    expect(text).toContain("shopping-cart.shopping-cart.svc.cluster.local:6379, user default");
    expect(text).not.toMatch(/database|psql|undefined/i);
});
