/** Restarts members one after the other; each volume stays with its member. */

import type { Step } from "../../sandbox/progress";
import { UserError } from "../errors";
import { stopPod } from "./change";
import { restartProblems, untouched, type View } from "./view";
import { type Members, Trouble, type Update } from "./watch";

/** What is done with a member, and how it is called. */
export type NamedStep = [string, (update: Update) => Promise<void>];

/** The steps for one member. */
export const tasks = (title: string, ...steps: NamedStep[]): Step => ({
    title,
    steps: steps.map(([what, run]) => ({ title: `${title}: ${what}`, run })),
});

/** Restarts these members in this order. Stops at the first sign of trouble; the message says how to go on. */
export function restartSteps(members: Members, names: readonly string[], first: View, command: string): Step[] {
    const { app } = members.place;
    let view = first;
    /** What was wrong, where it stopped, what is as before. */
    const stopping = async (name: string, body: () => Promise<void>) => {
        try {
            await body();
        } catch (error) {
            if (!(error instanceof UserError)) throw error;
            const rest = names.slice(names.indexOf(name) + 1);
            const waiting = rest.length > 0 ? `; ${rest.join(" and ")} would have come next` : "";
            throw new UserError(
                `It stopped at ${name}: ${error.message}.\n` +
                    `  As before: every volume, and ${untouched(view, name)}${waiting}.\n` +
                    `  What it waits for: npx holdfast status ${app}. When that is mended: ${command}`,
            );
        }
    };
    return names.map((name) => {
        const find = () => view.members.find((member) => member.name === name);
        const mustHandOver = () => members.engine.handOver !== undefined && view.members.length > 1 && find()?.isPrimary === true;
        return tasks(
            name,
            [
                mustHandOver() ? "hands over and stops" : "stops",
                (update) =>
                    stopping(name, async () => {
                        // What was seen before the members that came first may be long ago.
                        const looked = await members.lookAt((now) => restartProblems(now, app, name));
                        view = looked.view;
                        if (looked.problems.length > 0) throw new Trouble(looked.problems.join("; "));
                        if (mustHandOver()) {
                            await members.handOver(view, name, update);
                            view = await members.settled(view, name, update);
                        }
                        const uid = find()?.uid;
                        if (uid !== undefined) await stopPod(members.api, members.place, name, uid);
                    }),
            ],
            ["is in sync again", (update) => stopping(name, async () => void (await members.settled(view, name, update)))],
        );
    });
}
