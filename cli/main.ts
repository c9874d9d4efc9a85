import { Command } from "commander";
import { SandboxError } from "../sandbox/errors";
import { inWords, UserError } from "./errors";

/** The `holdfast` command. Each subcommand loads its code only when it runs, so that `--help` and `plan` stay quick. */
export function program(): Command {
    const holdfast = new Command("holdfast")
        .description("Stateful stacks for Pulumi: storage, StatefulSets and backups that keep a stated promise.")
        .showHelpAfterError("(holdfast --help lists what there is)")
        .configureHelp({ sortSubcommands: false });

    holdfast
        .command("up")
        .argument("[stack]", "stack to deploy: a file stacks/Pulumi.<stack>.yaml", "user-preferences")
        .description("deploy a stack; on the sandbox, bring that up first")
        .option("--context <name>", "deploy to the cluster of this kubectl context instead of the sandbox")
        .option("--storage-class <name>", "with --context: the cluster's StorageClass to use")
        .option("-s, --stack <name>", "the stack, as pulumi has it")
        .option("-y, --yes", "don't ask before changing anything (the default on the sandbox)")
        .action(async (stack, options) =>
            (require("./commands/up") as typeof import("./commands/up")).runUp(options.stack ?? stack, options),
        );
    holdfast
        .command("down")
        .argument("[stack]", "stack to take down", "user-preferences")
        .description("remove a stack's workloads; its claims, their namespace and the data stay, and the next `up` finds them")
        .option("-s, --stack <name>", "the stack, as pulumi has it")
        .option("-y, --yes", "don't ask (the default on the sandbox)")
        .action(async (stack, options) =>
            (require("./commands/down") as typeof import("./commands/down")).runDown(options.stack ?? stack, options),
        );
    holdfast
        .command("status")
        .argument("[app]", "one application; every one in the cluster where it is left out")
        .description("say what an application's members and claims are, have and wait for; exit code 0 ready, 2 not, 1 can't be told")
        .option("--stack <name>", "the stack whose cluster is read (default: the one that has the application, or user-preferences)")
        .option("--namespace <name>", "this namespace only")
        .option("--context <name>", "read the cluster of this kubectl context instead of a stack's")
        .option("--kubeconfig <file>", "with --context: where that context is")
        .option("--json", "as JSON (docs/status-schema.md)")
        .action(async (app, options) => (require("./commands/status") as typeof import("./commands/status")).runStatus(app, options));
    holdfast
        .command("restart")
        .argument("<app>", "the application")
        .argument("[pod]", "one member; every one, whoever leads last, where it is left out")
        .description("restart members one after the other, each when the one before is in sync; their volumes stay")
        .option("--stack <name>", "the stack that has the application (default: found by its name)")
        .option("--timeout <minutes>", "stop waiting for a member after so long (default: 60)")
        .action(async (app, pod, options) =>
            (require("./commands/restart") as typeof import("./commands/restart")).runRestart(app, pod, options),
        );
    holdfast
        .command("replace")
        .argument("<app>", "the application")
        .argument("<pod>", "the member")
        .description("give a member a fresh volume that the other members fill; refused where none of them has a copy")
        .option("--stack <name>", "the stack that has the application (default: found by its name)")
        .option("--timeout <minutes>", "stop waiting after so long (default: 60)")
        .option("-y, --yes", "don't ask (the default on the sandbox)")
        .action(async (app, pod, options) =>
            (require("./commands/replace") as typeof import("./commands/replace")).runReplace(app, pod, options),
        );
    holdfast
        .command("env")
        .description('print the exports for plain pulumi and kubectl: eval "$(npx holdfast env)"')
        .action(async () => (require("./commands/env") as typeof import("./commands/env")).runEnv());

    holdfast
        .command("backup")
        .argument("[stack]", "stack to back up", "user-preferences")
        .description("make a backup now, and look at it in the repository; exit code 1 unless there is a new, whole recovery point")
        .option("--timeout <minutes>", "give up after so long (default: 60)")
        .action(async (stack, options) => (require("./commands/backup") as typeof import("./commands/backup")).runBackup(stack, options));
    holdfast
        .command("backups")
        .argument("[stack]", "stack whose recovery points are listed", "user-preferences")
        .description("list a stack's recovery points, newest first, whether its application is there or not")
        .option("--check <n>", "look into so many of the newest, or all of them (default: 5)")
        .option("--json", "as JSON (docs/backups-schema.json)")
        .action(async (stack, options) =>
            (require("./commands/backups") as typeof import("./commands/backups")).runBackups(stack, options),
        );
    holdfast
        .command("restore")
        .argument("<stack>", "stack whose recovery point is restored")
        .description("restore into a new application beside the stack's own, or in place of one that is gone; run again, it goes on")
        .requiredOption("--to <name>", "name of the new stack, its application and its namespace")
        .option("--from <id>", "this recovery point (default: the newest that is whole)")
        .option("--at <moment>", "of an archived log: this moment, e.g. 2026-11-23T08:15:00Z (default: the latest)")
        .option("-y, --yes", "don't ask before deploying the new stack (the default on the sandbox)")
        .action(async (stack, options) =>
            (require("./commands/restore") as typeof import("./commands/restore")).runRestore(stack, options),
        );
    holdfast
        .command("drill")
        .argument("[stack]", "stack whose newest recovery point is tried", "user-preferences")
        .description(
            "restore the newest recovery point beside the live application, measure it and take it away; exit code 1 if that failed",
        )
        .option("--json", "the result as JSON")
        .action(async (stack, options) => (require("./commands/drill") as typeof import("./commands/drill")).runDrill(stack, options));

    const collect = (value: string, before: string[] = []) => [...before, value];
    holdfast
        .command("plan")
        .argument("[use-case]", "what the application keeps its state for: `holdfast use-cases` lists them")
        .description("say what a use case gets on a target: every decision with its reason, the promise, the price")
        .option("--stack <name>", "take what isn't given here from stacks/Pulumi.<name>.yaml")
        .option("--target <name>", "sandbox, kubernetes or eks")
        .option("--environment <name>", "production or development")
        .option("--app <name>", "name of the application (default: the use case's)")
        .option("--set <path=value>", "override one decision; may be given several times", collect)
        .option("--accept <rule>", "accept a rule that lowers the promise; may be given several times", collect)
        .option("--compare <kinds>", "local,network,cloud side by side")
        .option("--settings", "list what --set can set")
        .option("--all", "every decision")
        .option("--formulas", "show how price and durability are worked out")
        .option("--json", "as JSON (docs/plan-schema.md)")
        .option("--markdown", "as Markdown")
        .action((useCase, options) => (require("./commands/plan") as typeof import("./commands/plan")).runPlanCommand(useCase, options));
    holdfast
        .command("use-cases")
        .description("list the use cases")
        .option("--json", "as JSON")
        .action((options) => (require("./commands/plan") as typeof import("./commands/plan")).runUseCasesCommand(options));

    holdfast
        .command("review")
        .description("say what a preview would do to data; exit code 0: nothing at risk, 2: refused, 1: couldn't tell")
        .option("--stack <name>", "have the engine preview this stack (default: user-preferences)")
        .option("--preview <file>", "read a preview written by `pulumi preview --json --show-sames`; - is standard input")
        .option("--json", "as JSON (docs/review.md)")
        .option("--markdown", "as Markdown, for a pull request")
        .action(async (options) => (require("./commands/review") as typeof import("./commands/review")).runReview(options));

    holdfast
        .command("pull-request")
        .argument("[stacks...]", "stacks to look at (default: every one that has a file)")
        .description("preview, review and policies for CI, as one comment; exit code 0: nothing at risk, 2: refused, 1: couldn't tell")
        .option("--comment <file.md>", "write the comment there, and the report beside it as .json")
        .option("--policy-config <file>", "configuration of the policies, as `pulumi preview --policy-pack-config` takes it")
        .option("--preview <files...>", "read previews of any program instead; no policies")
        .option("--offline", "without cluster, cloud and secrets: plan, mocks, policies and `npm test`")
        .option("--no-tests", "with --offline: without `npm test`")
        .option("--json", "print the report as JSON (docs/pull-requests.md) instead of the comment")
        .action(async (stacks, options) =>
            (require("./commands/pull-request") as typeof import("./commands/pull-request")).runPullRequest(stacks, options),
        );

    const sandbox = holdfast.command("sandbox").description("the built-in disposable cluster");
    sandbox
        .command("up")
        .description("start the cluster, or bring it back with its data")
        .option("--nodes <n>", "1 to 3 (default: as many as it has, or 1)")
        .option("--with <add-ons...>", "snapshots, local-path, backups, cloudnative-pg or all")
        .action(async (options) => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runSandboxUp(options));
    sandbox
        .command("down")
        .description("stop the cluster; its data stays")
        .action(async () => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runSandboxDown());
    sandbox
        .command("status")
        .description("say what runs; exit code 1 unless everything is ready")
        .option("--json", "as JSON")
        .action(async (options) => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runSandboxStatus(options));
    sandbox
        .command("reset")
        .description("delete the cluster and all data on it")
        .option("-y, --yes", "don't ask")
        .option("--keep-backups", "keep what its S3 server has, with its keys, for the next sandbox: a lost cluster")
        .action(async (options) => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runSandboxReset(options));
    sandbox
        .command("kill-node")
        .argument("<n>", "number of the node")
        .description("kill a node hard, as a power cut would")
        .option("--for-good", "also tell Kubernetes that it won't be back, as a cloud does, and empty its static disks")
        .action(async (n, options) => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runKillNode(n, options));
    sandbox
        .command("start-node")
        .argument("<n>", "number of the node")
        .description("start a node that was killed")
        .action(async (n) => (require("./commands/sandbox") as typeof import("./commands/sandbox")).runStartNode(n));
    return holdfast;
}

/** Runs the command; the exit code is 0, or 1 with one message on stderr. */
export async function main(argv: string[]): Promise<void> {
    try {
        await program().parseAsync(argv);
    } catch (error) {
        process.exitCode = 1;
        if (error instanceof UserError || error instanceof SandboxError) console.error(`holdfast: ${error.message}`);
        else
            console.error(
                process.env.HOLDFAST_DEBUG ? error : `holdfast: ${inWords(error as Error)}\n(HOLDFAST_DEBUG=1 shows where this came from)`,
            );
    }
}
