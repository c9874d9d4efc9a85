/** The promise in sentences, and what lies outside it. */

import { missingForBackups } from "./carried-out";
import type { Draft } from "./draft";
import type { AcceptedRule, Objectives } from "./plan";
import { inWords, roughly, secondsOf } from "./quantities";

const lossOf = (rpo: string) =>
    (secondsOf(rpo) ?? 0) === 0 ? "no acknowledged write is lost" : `at most the last ${inWords(rpo)} of writes are lost`;

export function promiseOf(draft: Draft, kept: Objectives): string[] {
    const { backup } = draft;
    const largest = kept.survives.at(-1) ?? "pod";
    const promise = [
        `A lost ${largest === "pod" ? "pod" : "pod or node"}: ${lossOf(kept.failover.rpo)}, and it reads and writes again within ${inWords(kept.failover.rto)}.`,
        `The data survives the loss of a ${largest} without a restore.`,
    ];
    if (kept.restore && backup.method !== undefined) {
        const { rpo, rto, retention } = kept.restore;
        const restore = `a restore from as far back as ${inWords(retention)}, missing at most ${inWords(rpo)}, within ${inWords(rto)}.`;
        const missing = missingForBackups(draft);
        promise.push(missing === undefined ? sentence(restore) : `Planned, and not in force (${missing}): ${restore}`);
    } else {
        promise.push(`Nothing is restored: ${kept.restoreReason ?? "nothing is backed up"}.`);
    }
    return promise;
}

export function notProtectedOf(draft: Draft, kept: Objectives, accepted: AcceptedRule[]): string[] {
    const { storage, backup, volumes, mode, wish } = draft;
    const list = accepted.map(({ lowers, rule }) => `${sentence(lowers)} (accepted: ${rule})`);
    list.push(
        backup.method === undefined
            ? "Deleted or overwritten data: replicas copy the mistake, and nothing is backed up."
            : missingForBackups(draft) === undefined
              ? `Deleted or overwritten data since the newest copy: up to ${inWords(backup.interval ?? "24h")}.`
              : "Deleted or overwritten data: replicas copy the mistake, and no backup exists until what is missing for it is there.",
    );
    const largest = kept.survives.at(-1) ?? "pod";
    if (largest !== "region") {
        list.push(`The loss of a ${{ pod: "node", node: "zone", zone: "region" }[largest]} at once.`);
    }
    if (mode.replication === "none" && storage.driver.reach !== "node" && wish.targetName !== "eks") {
        list.push(
            "A node that is unreachable and not removed: Kubernetes leaves its pod alone until the Node is deleted or marked out-of-service.",
        );
    }
    if (mode.replication === "none" && draft.replicas > 1) {
        list.push(
            `One member's data among the other members: each of the ${draft.replicas} has its own, and nothing but the image copies it; clients reach any of them.`,
        );
    }
    if (volumes.some(({ driver }) => !driver.capabilities.enforcedSize && driver.kind !== "cloud")) {
        list.push("A neighbour's volume that fills the same disk: this driver doesn't enforce sizes.");
    }
    if (backup.method === "archive" && backup.encrypted) {
        list.push("Backups in a bucket that doesn't encrypt: barman-cloud, which writes them, doesn't either.");
    }
    if (backup.method !== undefined && backup.restoreTime) {
        list.push(
            `A restore that was never measured: ${roughly(backup.restoreTime.seconds)} at full size is a planning figure (${backup.restoreTime.formula}).`,
        );
    }
    return list;
}

/** What the plan takes for granted, each once. */
export function prerequisitesOf({ storage, volumes, mode, wish }: Draft): string[] {
    const needed = volumes.map(({ driver }) => {
        if (driver.name === storage.driver.name && storage.existingClass !== undefined) {
            return `the class "${storage.existingClass}"`;
        }
        return (wish.targetName === "eks" ? driver.needsOnEks : undefined) ?? driver.needs;
    });
    return [...new Set([...needed, ...(mode.operator === undefined ? [] : [mode.operator])])];
}

function sentence(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1);
}
