import { onStack } from "../deployment";
import { UserError } from "../errors";

/** Removes a stack's workloads. Claims, what they depend on, and so the data, stay. */
export async function runDown(stack: string, options: { yes?: boolean }): Promise<void> {
    await onStack(stack, { yes: options.yes, whenMissing: "refuse" }, async ({ pulumi, consent }) => {
        const status = await pulumi.interactive(["destroy", "--stack", stack, "--exclude-protected", ...consent]);
        if (status !== 0) {
            throw new UserError(
                `\`pulumi destroy --exclude-protected\` ended with exit code ${status}; its message is above. Run the same command again to go on.`,
            );
        }
        console.log(
            `The workloads of "${stack}" are gone. Its claims, their namespace, the password and the data stay; \`npx holdfast up ${stack}\` finds them again.`,
        );
    });
}
