/** What every command about a stack's recovery points starts with: its plan, its cluster, its repository. */

import * as fs from "node:fs";
import { k8upImage } from "../../sandbox/cluster/k8up";
import { REGISTRY } from "../../sandbox/images/catalog";
import { userPaths } from "../../sandbox/paths";
import { Sandbox } from "../../sandbox/sandbox";
import { Toolchain } from "../../sandbox/toolchain/toolchain";
import { clusterToolSets } from "../../sandbox/toolchain/tools";
import { type Cluster, clusterOf } from "../../stacks/cluster";
import { surroundings } from "../../stacks/surroundings";
import { type CheckedStack, checkStack } from "../checked-stack";
import { prepareTarget } from "../deployment";
import { UserError } from "../errors";
import { PulumiCli } from "../pulumi";
import { repositoryEnvironment } from "../sandbox-repository";
import { keepStackFile, stackFile } from "../stack";
import { ClusterApi } from "./cluster";
import type { Promised } from "./forecast";
import type { ResticImage } from "./listing";
import { configuredRepository, type Repository, sandboxRepository } from "./repository";

export interface Session {
    stack: string;
    checked: CheckedStack;
    app: string;
    namespace: string;
    api: ClusterApi;
    repository: Repository;
    restic: ResticImage;
    promised: Promised | undefined;
}

/** K8up's own image, which has restic, as its jobs have it. */
const resticImages = { sandbox: `${REGISTRY}/${k8upImage}`, elsewhere: "ghcr.io/k8up-io/k8up:v2.12.0" };
/** Any user will do. */
const nobody = { runAsUser: 65532, runAsGroup: 65532 };

/** The sandbox's own kubectl, where it has been built. */
function sandboxKubectl(): string {
    const program = new Toolchain(userPaths().cache, clusterToolSets).program("kubectl");
    return fs.existsSync(program) ? program : "kubectl";
}

function clusterOfStack({ settings }: CheckedStack): Cluster {
    const { cluster, problems } = clusterOf(settings, surroundings);
    if (!cluster) throw new UserError(problems.join("\n"));
    return cluster;
}

const isSandbox = ({ settings }: CheckedStack) => settings.target === "sandbox";

/** The cluster of a stack that is up: for what needs no key of its repository. */
export function openCluster(stack: string): Pick<Session, "api" | "app" | "namespace"> {
    const checked = checkStack(stack);
    return {
        api: new ClusterApi(clusterOfStack(checked), process.env, isSandbox(checked) ? sandboxKubectl() : "kubectl"),
        app: checked.plan.app,
        namespace: checked.settings.namespace ?? checked.plan.app,
    };
}

/** True where the cluster answers, so that nothing has to be brought up. */
const answers = (api: ClusterApi) =>
    api.run(["get", "--raw", "/readyz"]).then(
        () => true,
        () => false,
    );

/** The sandbox with its S3 server, brought up where it isn't; lost applications and lost clusters are why somebody comes here. */
async function openSandbox(checked: CheckedStack): Promise<Pick<Session, "api" | "repository">> {
    const open = () => {
        const env = repositoryEnvironment(userPaths(), checked.plan.app);
        return {
            api: new ClusterApi(clusterOfStack(checked), process.env, sandboxKubectl()),
            repository: sandboxRepository(checked.plan.app, env),
        };
    };
    if (new Sandbox(userPaths()).spec) {
        const { api, repository } = open();
        if (repository && (await answers(api))) return { api, repository };
    }
    await prepareTarget(checked);
    const { api, repository } = open();
    if (!repository) throw new UserError("The sandbox has no S3 server. Run: npx holdfast sandbox up --with backups");
    return { api, repository };
}

/** Everything that can be refused is refused before anything is brought up. */
export async function openSession(stack: string): Promise<Session> {
    const checked = checkStack(stack);
    const { plan, settings } = checked;
    if (plan.backup.method === undefined) {
        throw new UserError(`Nothing backs up "${stack}": its policy is "${plan.backup.policy}" (${plan.backup.reason}).`);
    }
    if (!plan.backup.carriedOut) {
        throw new UserError(
            `Nothing backs up "${stack}": the policy "${plan.backup.policy}" is planned and not carried out (${plan.backup.missing}).`,
        );
    }
    return {
        stack,
        checked,
        app: plan.app,
        namespace: settings.namespace ?? plan.app,
        restic: { image: isSandbox(checked) ? resticImages.sandbox : resticImages.elsewhere, ...nobody },
        promised: plan.objectives.restore,
        ...(isSandbox(checked) ? await openSandbox(checked) : await openConfigured(stack, checked)),
    };
}

/** A cluster of somebody's, and the repository that config names: its keys are the engine's to decrypt. */
async function openConfigured(stack: string, checked: CheckedStack): Promise<Pick<Session, "api" | "repository">> {
    const pulumi = new PulumiCli(await prepareTarget(checked));
    // Reading a secret may have Pulumi note its salt in the file.
    const repository = await keepStackFile(stackFile(stack), async () => configuredRepository(stack, checked.plan.app, pulumi));
    return { api: new ClusterApi(clusterOfStack(checked), pulumi.env), repository };
}
