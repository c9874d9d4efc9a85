import * as readline from "node:readline/promises";
import { UserError } from "../errors";
import { oldVolumeLines } from "../members/claim-copy";
import { type MembersOptions, openMembers } from "../members/open";
import { planReplacement, replaceSteps } from "../members/replace";
import { runSteps } from "../progress";

export interface ReplaceOptions extends MembersOptions {
    yes?: boolean;
}

/** Nobody gives up a volume by mistake. */
async function consent(member: string): Promise<void> {
    if (!process.stdin.isTTY)
        throw new UserError("There is no terminal to ask at. Say --yes to go on without being asked; nothing was changed.");
    const prompt = readline.createInterface({ input: process.stdin, output: process.stderr });
    const answer = await prompt.question(`This gives ${member} a fresh volume, which the other members fill. Type its name to go on: `);
    prompt.close();
    if (answer.trim() !== member) throw new UserError("Nothing was changed.");
}

/** Gives one member a fresh volume, and waits until the others have filled it. */
export async function runReplace(app: string, pod: string, options: ReplaceOptions): Promise<void> {
    const { engine, plan, stack, isSandbox, kubectl, members: open } = openMembers(app, options);
    if (engine.noCopies !== undefined) {
        const way =
            plan.backup.carriedOut && plan.backup.method !== undefined
                ? `A fresh volume with its data: npx holdfast restore ${stack} --to <name>, from a backup.`
                : "A fresh volume with its data is a new application that the data is copied to.";
        throw new UserError(
            `${pod} can't have a fresh volume: ${engine.noCopies}; nothing was changed.\n  ${way} To start it again with the volume it has: npx holdfast restart ${app} ${pod}.`,
        );
    }
    const members = open();
    const replacement = await planReplacement(members, pod, kubectl);
    if (replacement.hasBegun) console.error(`An earlier run has begun to replace the volume of ${pod}; this one goes on.`);
    else if (!options.yes && !isSandbox) await consent(pod);
    await runSteps(replaceSteps(members, replacement, kubectl));
    const volumes = replacement.claims.map(({ volume }) => volume).filter((volume) => volume !== "");
    console.log([`${pod}: replaced; every member is in sync.`, ...oldVolumeLines(volumes, kubectl)].join("\n"));
}
