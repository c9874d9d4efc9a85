import * as fs from "node:fs";
import { userPaths } from "../../sandbox/paths";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { clusterToolSets } from "../../sandbox/toolchain/tools";
import { UserError } from "../errors";
import { applications } from "../status/apps";
import { readArchived } from "../status/archive-read";
import { type ClusterChoice, type ClusterOptions, chooseCluster } from "../status/cluster-choice";
import { exitCodeOf, type Status } from "../status/model";
import type { Reading } from "../status/objects";
import { readBackedUp } from "../status/promise-read";
import { kubectlOn, type RunKubectl, readCluster } from "../status/read";
import { statusOf } from "../status/status";
import { statusPage } from "../status/terminal";

export interface StatusOptions extends ClusterOptions {
    namespace?: string;
    json?: boolean;
}

/** The kubectl that reads a cluster: the sandbox has its own. */
function kubectlProgram({ settings }: ClusterChoice): string {
    if (settings?.target !== "sandbox") return "kubectl";
    const program = new Toolchain(userPaths().cache, clusterToolSets).program("kubectl");
    return fs.existsSync(program) ? program : "kubectl";
}

/**
 * The StorageClasses that the stack's program would make now; none where its configuration doesn't hold. What is needed for that takes
 * longer to load than everything else, and is loaded while kubectl is at work.
 */
function currentClasses({ stack }: ClusterChoice): string[] {
    if (stack === undefined) return [];
    const { checkStack } = require("../checked-stack") as typeof import("../checked-stack");
    const { plannedClassNames } =
        require("../../components/storage/planned-storage") as typeof import("../../components/storage/planned-storage");
    try {
        const { plan, settings } = checkStack(stack);
        return plannedClassNames(plan, settings.namespace ?? plan.app, { drivers: settings.drivers });
    } catch (error) {
        // What is wrong with a configuration is said by the commands that deploy it.
        if (error instanceof UserError) return [];
        throw error;
    }
}

/** What is backed up by K8up, and what by its log. */
async function readAllBackedUp(kubectl: RunKubectl, namespace: string | undefined): ReturnType<typeof readBackedUp> {
    const [copied, archived] = await Promise.all([readBackedUp(kubectl, namespace), readArchived(kubectl, namespace)]);
    if ("reason" in copied) return copied;
    return "reason" in archived ? archived : [...copied, ...archived];
}

/** Puts promises beside what is measured, where there are any; the plans that say what was promised are looked for only then. */
async function tellPromises(
    status: Status,
    backedUp: Awaited<ReturnType<typeof readBackedUp>>,
    { stack }: ClusterChoice,
    { pods }: Reading,
): Promise<void> {
    const { addPromises, plansOf } = require("../status/promised") as typeof import("../status/promised");
    const apps = status.apps.map(({ app }) => app);
    const isNone = !("reason" in backedUp) && backedUp.length === 0;
    addPromises(status, backedUp, plansOf(apps, stack, isNone), pods);
}

/** What was asked about, for the sentences that say it can't be told. */
function named({ cluster, stack }: ClusterChoice): string {
    return `the cluster of context "${cluster.context}"${stack === undefined ? "" : ` (stack "${stack}")`}`;
}

/** Refuses to call nothing ready. */
function refuseNothing(reading: Reading, app: string | undefined, namespace: string | undefined, choice: ClusterChoice): void {
    const { apps, retained } = applications(reading);
    const inNamespace = apps.filter((each) => namespace === undefined || each.namespace === namespace);
    const asked = inNamespace.filter((each) => app === undefined || each.app === app);
    if (asked.length > 0 || (app === undefined && retained.length > 0)) return;
    const unread = Object.values(reading.notRead)[0];
    const where = `${namespace === undefined ? "" : `namespace "${namespace}" of `}${named(choice)}`;
    const there = [...new Set(inNamespace.map((each) => each.app))];
    throw new UserError(
        [
            app === undefined ? `There is no application of Holdfast's in ${where}.` : `There is no application "${app}" in ${where}.`,
            ...(there.length > 0 ? [`There ${there.length === 1 ? "is" : "are"}: ${there.join(", ")}.`] : []),
            ...(unread ? [`It could not be looked for everywhere: ${unread}.`] : []),
        ].join(" "),
    );
}

/** Tells what the applications of a cluster are, have and wait for. The exit code is 0 (ready), 2 (not) or 1 (can't be told). */
export async function runStatus(app: string | undefined, options: StatusOptions): Promise<void> {
    const choice = chooseCluster(app, options);
    const { namespace } = options;
    const kubectl = kubectlOn(choice.cluster, kubectlProgram(choice));
    const running = readCluster(kubectl, { app, namespace });
    const backing = readAllBackedUp(kubectl, namespace);
    const classes = currentClasses(choice);
    const reading = await running.catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        const hint =
            choice.settings?.target === "sandbox"
                ? " Is the sandbox down? `npx holdfast sandbox status` tells, `npx holdfast sandbox up` starts it."
                : "";
        throw new UserError(`The status can't be told: ${named(choice)} can't be read. ${error.message.replace(/[.?]$/, "")}.${hint}`);
    });
    refuseNothing(reading, app, namespace, choice);
    const status = statusOf(reading, { context: choice.cluster.context, stack: choice.stack, app, namespace, currentClasses: classes });
    await tellPromises(status, await backing, choice, reading);
    const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;
    process.stdout.write(
        options.json ? `${JSON.stringify(status, null, 4)}\n` : statusPage(status, { width: process.stdout.columns ?? 100, isColoured }),
    );
    process.exitCode = exitCodeOf(status);
}
