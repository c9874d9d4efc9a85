import { userErrors } from "../errors";
import { type MembersOptions, openMembers } from "../members/open";
import { restartSteps } from "../members/restart";
import { restartOrder, restartProblems } from "../members/view";
import { runSteps } from "../progress";

/** Restarts an application's members one after the other, or one of them; volumes and claims stay. */
export async function runRestart(app: string, pod: string | undefined, options: MembersOptions): Promise<void> {
    const members = openMembers(app, options).members();
    const { view, problems } = await members.lookAt((now) => restartProblems(now, app, pod));
    if (problems.length > 0) throw userErrors(`${pod ?? app} can't be restarted now; nothing was changed.`, problems);
    const names = pod === undefined ? restartOrder(view) : [pod];
    const command = ["npx holdfast restart", app, ...(pod === undefined ? [] : [pod])].join(" ");
    await runSteps(restartSteps(members, names, view, command));
    console.log(`${names.join(", ")}: restarted, with ${names.length === 1 ? "its volume" : "their volumes"}, and in sync.`);
}
