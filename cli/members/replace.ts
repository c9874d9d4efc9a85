/** Gives one member a fresh volume, which the others fill. What is refused, and the steps; the cluster is asked by others. */

import type { Step } from "../../sandbox/progress";
import { type ClusterApi, ClusterError } from "../backups/cluster";
import { UserError, userErrors } from "../errors";
import type { Pod, StatefulSet } from "../status/objects";
import { giveUpClaim, stopPod } from "./change";
import {
    type ClaimCopy,
    type ClaimTemplate,
    copyOf,
    givingUpProblems,
    type LiveClaim,
    type LiveVolume,
    makingAnewProblems,
    nextStep,
} from "./claim-copy";
import { instanceLabel } from "./engines/postgres-cluster";
import { beginJournal, endJournal, openJournal } from "./journal";
import { type NamedStep, tasks } from "./restart";
import { replaceProblems, untouched, type View } from "./view";
import { type Members, Trouble, type Update } from "./watch";

/** A replacement that nothing speaks against, or that an earlier run has begun. */
export interface Replacement {
    member: string;
    view: View;
    claims: ClaimCopy[];
    hasBegun: boolean;
}

const one = <T>(api: ClusterApi, namespace: string | undefined, resource: string, name: string): Promise<T | undefined> =>
    api.find<T>(namespace, resource, name);

/** As find, with what tells whose fields they are. */
async function claimWithFields(api: ClusterApi, namespace: string, name: string): Promise<LiveClaim | undefined> {
    const text = await api.run([
        "get",
        "persistentvolumeclaim",
        name,
        "-n",
        namespace,
        "-o",
        "json",
        "--show-managed-fields",
        "--ignore-not-found",
    ]);
    return text.trim() === "" ? undefined : (JSON.parse(text) as LiveClaim);
}

const volumeOf = ({ spec }: LiveClaim, api: ClusterApi): Promise<LiveVolume | undefined> =>
    spec.volumeName === undefined ? Promise.resolve(undefined) : one<LiveVolume>(api, undefined, "persistentvolume", spec.volumeName);

/** The claims of a member. */
async function claimsOf({ api, engine, place }: Members, view: View, member: string): Promise<LiveClaim[]> {
    if (engine.claimsOf === "operator") return api.list<LiveClaim>(place.namespace, "persistentvolumeclaims", `${instanceLabel}=${member}`);
    const names = view.members.find(({ name }) => name === member)?.claims ?? [];
    const claims = await Promise.all(names.map((name) => claimWithFields(api, place.namespace, name)));
    return claims.filter((claim) => claim !== undefined);
}

/** What speaks against giving up these claims. */
async function claimProblems({ api, engine, place }: Members, claims: readonly LiveClaim[], kubectl: string): Promise<string[]> {
    const set = engine.claimsOf === "stack" ? await one<StatefulSet>(api, place.namespace, "statefulset", place.app) : undefined;
    const templates = (set?.spec.volumeClaimTemplates ?? []) as ClaimTemplate[];
    const found = claims.map(async (claim) => [
        // One that never had a volume has nothing to be kept.
        ...(claim.spec.volumeName === undefined ? [] : givingUpProblems(claim, await volumeOf(claim, api), kubectl)),
        ...(set === undefined
            ? []
            : makingAnewProblems(
                  claim,
                  templates.find(({ metadata }) => claim.metadata.name.startsWith(`${metadata.name}-${place.app}-`)),
              )),
    ]);
    return (await Promise.all(found)).flat();
}

/** Looks at everything, and refuses with all that speaks against it; nothing is changed. */
export async function planReplacement(members: Members, member: string, kubectl: string): Promise<Replacement> {
    const { api, place } = members;
    const begun = await openJournal(api, place);
    if (begun?.member === member) return { member, view: await members.look(), claims: begun.claims, hasBegun: true };
    const { view, problems } = await members.lookAt((now) => replaceProblems(now, place.app, member));
    if (begun)
        problems.push(`the replacement of ${begun.member} has begun, and comes first: npx holdfast replace ${place.app} ${begun.member}`);
    const isMember = view.members.some(({ name }) => name === member);
    const claims = isMember ? await claimsOf(members, view, member) : [];
    problems.push(...(await claimProblems(members, claims, kubectl)));
    if (isMember && claims.length === 0) problems.push(`${member} has no claim, and so no volume to be replaced`);
    if (problems.length > 0) throw userErrors(`${member} can't have a fresh volume now; nothing was changed.`, problems);
    return { member, view, claims: claims.map(copyOf), hasBegun: false };
}

/** The others have everything, and the volume stays, at this moment. */
async function stillSafe(members: Members, member: string, kubectl: string): Promise<View> {
    const { view, problems } = await members.lookAt((now) => replaceProblems(now, members.place.app, member));
    const claims = await claimsOf(members, view, member);
    problems.push(...(await claimProblems(members, claims, kubectl)));
    if (problems.length > 0) throw new Trouble(problems.join("; "));
    return view;
}

async function podOf(api: ClusterApi, namespace: string, member: string): Promise<{ uid: string; isStopping: boolean } | undefined> {
    const pod = await one<Pod>(api, namespace, "pod", member);
    return pod && { uid: pod.metadata.uid ?? "", isStopping: pod.metadata.deletionTimestamp !== undefined };
}

/** Makes a claim, or gives the one that Kubernetes made what it lacks. */
async function makeClaim(api: ClusterApi, namespace: string, copy: ClaimCopy): Promise<void> {
    const manifest = JSON.stringify(copy.manifest);
    if (copy.manager === undefined) {
        await api.run(["create", "-f", "-"], manifest).catch((error: Error) => {
            if (!/already exists/.test(error.message)) throw error;
            return api.run(["apply", "--server-side", "--force-conflicts", "-f", "-"], manifest);
        });
    } else {
        // Kubernetes may have made it from the StatefulSet's template just now, and its fields are to be the program's.
        await api.run(["apply", "--server-side", "--force-conflicts", `--field-manager=${copy.manager}`, "-f", "-"], manifest);
    }
    const { labels, annotations } = copy.others;
    if (Object.keys(labels).length + Object.keys(annotations).length > 0) {
        const patch = JSON.stringify({ metadata: { labels, annotations } });
        await api.run(["patch", "persistentvolumeclaim", copy.name, "-n", namespace, "--type=merge", "-p", patch]);
    }
}

/** One look at every claim of a replacement, and what is to be done next for it. */
async function take(members: Members, { member, claims }: Replacement, kubectl: string): Promise<{ done: true } | { waitsFor: string }> {
    const { api, place } = members;
    const pod = await podOf(api, place.namespace, member);
    const next = await Promise.all(
        claims.map(async (copy) => ({
            copy,
            step: nextStep({ claim: await claimWithFields(api, place.namespace, copy.name), pod }, copy),
        })),
    );
    const giving = next.filter(({ step }) => step === "give up");
    if (giving.length > 0) {
        await stillSafe(members, member, kubectl);
        for (const { copy } of giving) await giveUpClaim(api, place, copy.name, copy.uid);
        if (pod && !pod.isStopping) await stopPod(api, place, member, pod.uid);
        // What the operator made the member with would hold its claim.
        if (members.engine.claimsOf === "operator") {
            await api.run(["delete", "jobs", "-n", place.namespace, "-l", `${instanceLabel}=${member}`, "--wait=false"]);
        }
        return { waitsFor: `${member} stops` };
    }
    if (next.some(({ step }) => step === "stop") && pod) await stopPod(api, place, member, pod.uid);
    if (next.some(({ step }) => step === "stop" || step === "wait")) return { waitsFor: `${member} stops, and its claim goes` };
    const missing = next.filter(({ step }) => step === "make");
    if (members.engine.claimsOf === "operator" || missing.length === 0) return { done: true };
    for (const { copy } of missing) {
        try {
            await makeClaim(api, place.namespace, copy);
        } catch (error) {
            // A claim that Kubernetes made from a smaller template grows once it has its volume.
            if (!(error instanceof ClusterError)) throw error;
            return { waitsFor: `${copy.name} can't be as it was yet: ${error.message}` };
        }
    }
    return { waitsFor: "the fresh claim is looked at" };
}

/** The steps of a replacement, of which each can be interrupted. */
export function replaceSteps(members: Members, replacement: Replacement, kubectl: string): Step[] {
    const { api, place } = members;
    const { member, claims } = replacement;
    let { view } = replacement;
    const stopping = (body: (update: Update) => Promise<unknown>) => async (update: Update) => {
        try {
            await body(update);
        } catch (error) {
            if (!(error instanceof UserError)) throw error;
            const volumes = claims.map(({ volume }) => volume).filter((volume) => volume !== "");
            throw new UserError(
                `It stopped at ${member}: ${error.message}.\n` +
                    `  As before: ${untouched(view, member)}; what ${member} had is in PersistentVolume ${volumes.join(", ")}, which stays.\n` +
                    `  What it waits for: npx holdfast status ${place.app}. To go on: npx holdfast replace ${place.app} ${member}`,
            );
        }
    };
    const leads = () => members.engine.handOver !== undefined && view.members.some(({ name, isPrimary }) => name === member && isPrimary);
    const handsOver: NamedStep[] = [
        [
            "hands over",
            stopping(async (update) => {
                await members.handOver(view, member, update);
                view = await members.settled(view, member, update);
            }),
        ],
    ];
    return [
        tasks(
            member,
            ...(leads() && !replacement.hasBegun ? handsOver : []),
            [
                "gives up its volume for a fresh one",
                stopping(async (update) => {
                    if (!replacement.hasBegun) {
                        view = await stillSafe(members, member, kubectl);
                        if (leads()) throw new Trouble("it leads again; nothing was changed");
                        await beginJournal(api, place, { version: 1, member, claims });
                    }
                    await members.until(update, () => take(members, replacement, kubectl));
                }),
            ],
            [
                "is filled by the others",
                stopping(async (update) => {
                    await members.settled(replacement.hasBegun ? { ...view, members: [] } : view, member, update);
                    await endJournal(api, place);
                }),
            ],
        ),
    ];
}
