import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { userErrors } from "./errors";
import { kubectlEnvironment } from "./kubectl-environment";
import { type Deployment, type LiveObject, type ObjectKey, objectOf, questionOf, type StateResource, settled } from "./pending";
import type { PulumiCli } from "./pulumi";

export { liftDeadLocks } from "./locks";

/** Seconds that an object whose deletion had begun gets to be gone: the longest grace period in use, with some room. */
const goneWithinSeconds = 180;

/** Which cluster a stack's objects are in, as the provider in its state says. */
export interface ClusterAccess {
    /** A path, or the whole file's text. */
    kubeconfig: string | undefined;
    context: string | undefined;
}

/** Asks for one object; undefined when there is none. Throws when the cluster does not say. */
export type LookUp = (key: ObjectKey, access: ClusterAccess) => LiveObject | undefined;

/** Access of a resource's provider. A kubeconfig that is a secret can't be read here; kubectl's own search applies then. */
export function accessOf(resource: StateResource, resources: readonly StateResource[]): ClusterAccess {
    const inputs = resources.find(({ urn, id }) => `${urn}::${id}` === resource.provider)?.inputs ?? {};
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    return { kubeconfig: text(inputs.kubeconfig), context: text(inputs.context) };
}

/** Looks objects up with kubectl. */
export function kubectlLookUp(env: NodeJS.ProcessEnv): LookUp {
    return (key, { kubeconfig, context }) => {
        const [group, version] = key.apiVersion.includes("/") ? key.apiVersion.split("/") : ["", key.apiVersion];
        const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-look-up-"));
        try {
            let file = kubeconfig;
            if (kubeconfig?.includes("\n")) {
                file = path.join(scratch, "kubeconfig");
                fs.writeFileSync(file, kubeconfig, { mode: 0o600 });
            }
            const result = spawnSync(
                "kubectl",
                [
                    ...(file ? [`--kubeconfig=${file}`] : []),
                    ...(context ? [`--context=${context}`] : []),
                    ...(key.namespace ? [`--namespace=${key.namespace}`] : []),
                    "--request-timeout=30s",
                    "get",
                    `${key.kind}.${version}.${group}`,
                    key.name,
                    "--output=json",
                    "--ignore-not-found",
                    "--show-managed-fields",
                ],
                { env: kubectlEnvironment(env), encoding: "utf8", maxBuffer: 1 << 26 },
            );
            if (result.error) throw new Error(`kubectl could not be started: ${result.error.message}`);
            if (result.status !== 0) {
                // A kind that isn't served has no objects: its definition went away, or never came.
                if (/doesn't have a resource type|no matches for kind/.test(result.stderr)) return undefined;
                throw new Error(result.stderr.trim());
            }
            return result.stdout.trim() === "" ? undefined : liveObject(JSON.parse(result.stdout));
        } finally {
            fs.rmSync(scratch, { recursive: true, force: true });
        }
    };
}

interface Metadata {
    namespace?: string;
    deletionTimestamp?: string;
    managedFields?: { manager?: string; subresource?: string }[];
}

/** What matters of an object as the API server sent it. */
export function liveObject({ metadata }: { metadata: Metadata }): LiveObject {
    return {
        namespace: metadata.namespace,
        isTerminating: metadata.deletionTimestamp !== undefined,
        fieldManager: metadata.managedFields?.find((entry) => entry.manager?.startsWith("pulumi-kubernetes") && !entry.subresource)
            ?.manager,
    };
}

const nameOf = ({ kind, name, namespace }: ObjectKey) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

/**
 * Settles what an interrupted run left open, by asking the cluster: an object whose creation was under way is taken into the state if it is
 * there, and forgotten if it is not; one whose change or deletion was under way is read again.
 *
 * Pulumi's own way, `pulumi refresh --import-pending-creates`, forgets the operations and imports nothing (3.230.0), so that the next
 * update fails with "already exists". This way needs nothing of a provider but that it updates what is in the state.
 */
export async function settlePending(
    pulumi: PulumiCli,
    stack: string,
    say: (text: string) => void,
    lookUp: LookUp = kubectlLookUp(pulumi.env),
): Promise<void> {
    const exported = JSON.parse(pulumi.run(["stack", "export", "--stack", stack])) as { deployment?: Deployment };
    const deployment = exported.deployment ?? {};
    const pending = deployment.pending_operations ?? [];
    if (pending.length === 0) return;

    const problems: string[] = [];
    const made = new Map<string, LiveObject>();
    const found: string[] = [];
    const missing: string[] = [];
    for (const { resource, type } of pending) {
        const question = questionOf({ resource, type });
        const key = objectOf(resource);
        if (question === "unknown") problems.push(`${resource.urn}: ${type}; \`pulumi refresh\` at a terminal asks what came of it`);
        if (!key || question === "none" || question === "unknown") continue;
        try {
            const live = await lookUpSettled(lookUp, key, accessOf(resource, deployment.resources ?? []));
            if (question !== "made") continue;
            if (live) made.set(resource.urn, live);
            (live ? found : missing).push(nameOf(key));
        } catch (error) {
            problems.push(`${nameOf(key)} (${type}): ${(error as Error).message}`);
        }
    }
    const title = `An earlier run was interrupted with ${pending.length} operation${pending.length > 1 ? "s" : ""} under way`;
    if (problems.length > 0) throw userErrors(`${title}, and what came of them can't be found out; nothing was changed.`, problems);

    say(`${title}; the cluster was asked what came of them.`);
    if (found.length > 0) say(`  made, and taken into the state: ${found.join(", ")}`);
    if (missing.length > 0) say(`  not made: ${missing.join(", ")}`);
    importState(pulumi, stack, { ...exported, deployment: settled(deployment, made) });
    const known = new Set((deployment.resources ?? []).map(({ urn }) => urn));
    const reread = pending.filter((operation) => questionOf(operation) === "reread" && known.has(operation.resource.urn));
    if (reread.length > 0) {
        const targets = [...new Set(reread.map(({ resource }) => resource.urn))].flatMap((urn) => ["--target", urn]);
        pulumi.run(["refresh", "--yes", "--skip-preview", "--stack", stack, ...targets]);
        say(`  read again: ${reread.map(({ resource }) => resource.urn.split("::").pop()).join(", ")}`);
    }
}

/** An object, once it is clear whether it stays: one that is being deleted would be taken for one that exists. */
async function lookUpSettled(lookUp: LookUp, key: ObjectKey, access: ClusterAccess): Promise<LiveObject | undefined> {
    for (const end = Date.now() + goneWithinSeconds * 1000; ; ) {
        const live = lookUp(key, access);
        if (!live?.isTerminating) return live;
        if (Date.now() > end) throw new Error(`it has been asked to go, and is still there after ${goneWithinSeconds} s`);
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}

function importState(pulumi: PulumiCli, stack: string, state: object): void {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-state-"));
    try {
        const file = path.join(scratch, "state.json");
        fs.writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
        pulumi.run(["stack", "import", "--stack", stack, "--file", file]);
    } finally {
        fs.rmSync(scratch, { recursive: true, force: true });
    }
}
