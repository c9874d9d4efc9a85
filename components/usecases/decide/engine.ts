/** What runs, how many of it, and where they may stand. */

import { type BackupPolicy, backupPolicies } from "../../../policies/backup";
import type { CheckedWish } from "../check";
import type { DataClass } from "../data-classes";
import type { Choices, Draft } from "../draft";
import { type EngineMode, footprints, modes } from "../engines";
import type { EngineName, PlannedEngine, PlannedResources } from "../plan";
import { DAY, secondsOf } from "../quantities";
import type { AskedNeeds } from "./needs";

/** Policies that keep a restore objective, the weakest first. */
export function policiesFor(asked: AskedNeeds, dataClass: DataClass): [string, BackupPolicy][] {
    const restore = asked.asked.restore;
    if (!restore) {
        return [["none", backupPolicies.none]];
    }
    const rpo = secondsOf(restore.rpo) ?? DAY;
    return Object.entries(backupPolicies).filter(
        ([, policy]) =>
            policy.interval !== undefined &&
            (secondsOf(policy.interval) ?? 0) <= rpo &&
            (!dataClass.lockedBackups || policy.lock !== undefined) &&
            (!asked.wants.pointInTime || policy.pointInTime !== undefined),
    );
}

/** True where the mode keeps the failover objective, and can be backed up as the restore objective needs. */
function keeps(mode: EngineMode, asked: AskedNeeds, dataClass: DataClass): boolean {
    const { failover } = asked.needs;
    return (
        mode.failover.rpo <= (secondsOf(failover.rpo) ?? 0) &&
        mode.failover.rto <= (secondsOf(failover.rto) ?? 0) &&
        (mode.transactional || !dataClass.transactional) &&
        // One member's volume lies in one zone; what outlives the zone has a member elsewhere.
        (mode.replication !== "none" || !asked.asked.survives.includes("zone")) &&
        policiesFor(asked, dataClass).some(
            ([, { methods }]) => methods.length === 0 || methods.some((method) => mode.methods.includes(method)),
        )
    );
}

/** The simplest mode that keeps the promise, or the strongest there is: the rules then say what it falls short of. */
export function decideMode(asked: AskedNeeds, dataClass: DataClass, choices: Choices): EngineMode {
    const serving = modes.filter((mode) => mode.serves === asked.needs.data);
    const chosen = serving.find((mode) => keeps(mode, asked, dataClass)) ?? serving[serving.length - 1];
    const name = choices.choose("engine.name", chosen.engine, "use-case", chosen.why);
    const named = modes.filter((mode) => mode.engine === name);
    const suited = named.filter((mode) => mode.serves === asked.needs.data);
    const candidates = suited.length > 0 ? suited : named;
    const fallback = candidates.find((mode) => keeps(mode, asked, dataClass)) ?? candidates[candidates.length - 1];
    const replication = choices.choose("engine.replication", fallback.replication, "use-case", replicationReasons[fallback.replication]);
    // A replication that the engine hasn't is the rules' to refuse: engine-has-no-replication.
    return candidates.find((mode) => mode.replication === replication) ?? { ...fallback, replication: fallback.replication };
}

const replicationReasons: Record<EngineMode["replication"], string> = {
    none: "there is one copy, and it is the volume's",
    asynchronous: "a write is acknowledged before it has reached the others: fast, and the last moment may be lost with its member",
    quorum: "a write is acknowledged once another member holds it: nothing acknowledged is lost with one member",
};

export interface DecidedEngine {
    engine: PlannedEngine;
    replicas: number;
    spread: Draft["spread"];
    resources: PlannedResources;
}

export function decideEngine(wish: CheckedWish, asked: AskedNeeds, mode: EngineMode, choices: Choices): DecidedEngine {
    const { target, environment } = wish;
    const { mayFail, recreatable } = asked.needs;
    const image = target.images[mode.engine] ?? { version: "0", image: "", runAsUser: 1000, runAsGroup: 1000 };
    const version = choices.asked("engine.version");
    const engine: PlannedEngine = {
        name: mode.engine,
        version: choices.choose("engine.version", image.version, "target", "the version this is tested with"),
        image: choices.choose(
            "engine.image",
            image.image || undefined,
            "target",
            version !== undefined && version !== image.version
                ? "the target's image: name the one of the version asked for"
                : `the image that ${target.title} has`,
        ),
        runAsUser: optionalCount(choices, "engine.runAsUser", image.runAsUser),
        runAsGroup: optionalCount(choices, "engine.runAsGroup", image.runAsGroup),
        replication: mode.replication,
        settings: recreatable ? mode.settings.recreatable : mode.settings.kept,
    };
    const members = mode.members(mayFail);
    const replicas = choices.count("replicas", members, "use-case", membersReason(mode, mayFail, members));
    const overZones = asked.asked.survives.includes("zone") && mode.replication !== "none";
    const spread = {
        topologyKey: choices.choose(
            "spread.topologyKey",
            target.topologyKey[overZones ? "zone" : "node"],
            "use-case",
            overZones
                ? "no zone holds two members, so that losing one leaves the others"
                : "no node holds two members, so that losing one leaves the others",
        ),
        required: choices.flag(
            "spread.required",
            replicas > 1 && environment === "production",
            "environment",
            replicas === 1
                ? "there is one member"
                : environment === "production"
                  ? "a member that can't be apart waits rather than join another"
                  : "a laptop has one node: members share it",
        ),
    };
    const footprint = footprints[mode.engine as EngineName][environment];
    const why = environment === "production" ? "a start for a small service: measure, then set it" : "small, for development";
    const cpuLimit = choices.asked("resources.limits.cpu");
    const resources: PlannedResources = {
        requests: {
            cpu: choices.choose("resources.requests.cpu", footprint.requests.cpu, "environment", why),
            memory: choices.choose("resources.requests.memory", footprint.requests.memory, "environment", why),
        },
        limits: {
            memory: choices.choose("resources.limits.memory", footprint.limits.memory, "environment", why),
            ...(cpuLimit === undefined
                ? {}
                : {
                      cpu: choices.choose(
                          "resources.limits.cpu",
                          undefined,
                          "environment",
                          "a limit slows it down rather than its neighbours",
                      ),
                  }),
        },
    };
    return { engine, replicas, spread, resources };
}

function optionalCount(choices: Choices, path: string, chosen: number): number {
    return choices.asked(path) === undefined ? chosen : choices.count(path, chosen, "target", "the user that the image runs as");
}

function membersReason(mode: EngineMode, mayFail: number, members: number): string {
    if (mode.replication === "none") {
        return "one member: the volume is the copy, and a new pod takes it up";
    }
    const gone = mayFail === 1 ? "one may be gone" : `${mayFail} may be gone at once`;
    return mode.votes || mode.replication === "quorum"
        ? `${gone} and a majority of ${members} still stands`
        : `${gone} and a standby still takes over`;
}
