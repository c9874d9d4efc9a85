import { checkStack } from "../checked-stack";
import { UserError } from "../errors";
import { PulumiCli } from "../pulumi";
import { liftDeadLocks, settlePending } from "../recover";
import { keepStackFile, stackFile } from "../stack";
import { prepareTarget } from "./up";

const say = (text: string) => console.error(text);

/** Removes a stack's workloads. Claims, what they depend on, and so the data, stay. */
export async function runDown(stack: string, options: { yes?: boolean }): Promise<void> {
    const checked = checkStack(stack);
    const pulumi = new PulumiCli(await prepareTarget(checked));
    await keepStackFile(stackFile(stack), async () => {
        if (pulumi.capture(["stack", "select", stack]).status !== 0)
            throw new UserError(`Stack "${stack}" was never deployed: there is nothing to take down.`);
        liftDeadLocks(pulumi, stack, say);
        await settlePending(pulumi, stack, say);
        const asks = !options.yes && checked.settings.target !== "sandbox";
        if (asks && !process.stdin.isTTY)
            throw new UserError("There is no terminal to ask at. Say --yes to go on without being asked; nothing was changed.");
        const status = await pulumi.interactive([
            "destroy",
            "--stack",
            stack,
            "--exclude-protected",
            ...(asks ? [] : ["--yes", "--skip-preview"]),
        ]);
        if (status !== 0)
            throw new UserError(
                `\`pulumi destroy --exclude-protected\` ended with exit code ${status}; its message is above. Run the same command again to go on.`,
            );
    });
    console.log(
        `The workloads of "${stack}" are gone. Its claims, their namespace, the password and the data stay; \`npx holdfast up ${stack}\` finds them again.`,
    );
}
