/** A plan in the making: what was decided so far, with the tables' entries beside it. The rules judge it. */

import type { BackupPolicy, Drill, Lock, Method, Retention } from "../../policies/backup";
import type { Needs } from "./catalog";
import type { CheckedWish } from "./check";
import type { DataClass } from "./data-classes";
import type { Driver } from "./drivers";
import type { EngineMode } from "./engines";
import type { Survival } from "./objectives";
import type { Decision, DecisionSource, Objectives, PlannedEngine, PlannedResources, PlannedVolume } from "./plan";
import type { Location } from "./targets";

/** Takes each decision in turn: the resolver's own, unless the wish says otherwise. */
export class Choices {
    readonly decisions: Decision[] = [];

    constructor(private readonly given: ReadonlyMap<string, string>) {}

    asked(path: string): string | undefined {
        return this.given.get(path);
    }

    /**
     * The value decided on. An override with the value chosen anyway is no override. `implied` is what another setting of the wish makes
     * of this one.
     */
    choose(path: string, chosen: string | undefined, from: DecisionSource, reason: string, implied?: string): string {
        const asked = this.given.get(path) ?? implied;
        const isOverride = asked !== undefined && asked !== chosen;
        const value = asked ?? chosen ?? "";
        this.decisions.push({
            path,
            value,
            reason: !isOverride ? reason : chosen === undefined ? `asked for: ${reason}` : `asked for, in place of ${chosen} (${reason})`,
            from: isOverride ? "override" : from,
        });
        return value;
    }

    /** The driver's parameters, with those that the wish sets under the prefix. */
    parameters(prefix: string, base: Record<string, string>, of: string): Record<string, string> {
        const parameters = { ...base };
        for (const path of [...this.given.keys()].filter((each) => each.startsWith(prefix))) {
            const key = path.slice(prefix.length);
            parameters[key] = this.choose(
                path,
                Object.hasOwn(base, key) ? base[key] : undefined,
                "target",
                `a parameter of the class of ${of}`,
            );
        }
        return parameters;
    }

    /** Settings of the wish that no decision took up. */
    unused(): string[] {
        const decided = new Set(this.decisions.map(({ path }) => path));
        return [...this.given.keys()].filter((path) => !decided.has(path));
    }

    flag(path: string, chosen: boolean, from: DecisionSource, reason: string): boolean {
        return this.choose(path, String(chosen), from, reason) === "true";
    }

    count(path: string, chosen: number, from: DecisionSource, reason: string): number {
        return Number(this.choose(path, String(chosen), from, reason));
    }
}

export interface StorageDraft {
    driver: Driver;
    /** Of the StorageClass, without encryption and what is bought. */
    parameters: Record<string, string>;
    existingClass?: string;
    encrypted: boolean;
    bindingMode: "WaitForFirstConsumer" | "Immediate";
    allowExpansion: boolean;
    reclaimPolicy: string;
    changesPerDay: number;
    iops?: number;
    throughputMiB?: number;
}

export interface VolumeDraft extends PlannedVolume {
    driver: Driver;
    parameters: Record<string, string>;
}

export interface BackupDraft {
    name: string;
    policy: BackupPolicy;
    method?: Method;
    interval?: string;
    schedule?: string;
    retention: Retention;
    pointInTime?: string;
    location: Location;
    encrypted: boolean;
    lock?: Lock;
    drill?: Drill;
    restoreTime?: { seconds: number; formula: string };
}

export interface Draft {
    wish: CheckedWish;
    needs: Needs;
    dataClass: DataClass;
    wants: { snapshots: boolean; clones: boolean; pointInTime: boolean };
    asked: Objectives;
    mode: EngineMode;
    engine: PlannedEngine;
    replicas: number;
    spread: { topologyKey: string; required: boolean };
    storage: StorageDraft;
    volumes: VolumeDraft[];
    resources: PlannedResources;
    backup: BackupDraft;
    /** The largest loss after which the data is still there, by what was decided. */
    survives: Survival;
}
