/** What is asked: the use case's needs, with what the wish changes in them. */

import type { Needs } from "../catalog";
import type { CheckedWish } from "../check";
import { type DataClass, type DataClassName, dataClasses } from "../data-classes";
import type { Choices } from "../draft";
import type { DataModel } from "../engines";
import { type Survival, upTo } from "../objectives";
import type { Objectives } from "../plan";

/** For data that comes back by itself in the use case and doesn't in the wish. */
const plainRestore = { rpo: "24h", rto: "4h", retention: "30d" };

export interface AskedNeeds {
    needs: Needs;
    asked: Objectives;
    wants: { snapshots: boolean; clones: boolean; pointInTime: boolean };
}

function classReason({ title, encrypted, lockedBackups }: DataClass): string {
    const asks = [...(encrypted ? ["encrypted volumes and backups"] : []), ...(lockedBackups ? ["backups under lock"] : [])];
    return asks.length > 0 ? `${title}: asks for ${asks.join(" and for ")}` : title;
}

export function decideNeeds(wish: CheckedWish, choices: Choices): AskedNeeds {
    const base = wish.useCase.needs;
    const data = choices.choose("needs.data", base.data, "use-case", base.access.pattern) as DataModel;
    const dataClass = choices.choose(
        "needs.dataClass",
        base.dataClass,
        "use-case",
        classReason(dataClasses[base.dataClass]),
    ) as DataClassName;
    const failover = {
        rpo: choices.choose("objectives.failover.rpo", base.failover.rpo, "use-case", "writes that may be lost with a pod or node"),
        rto: choices.choose(
            "objectives.failover.rto",
            base.failover.rto,
            "use-case",
            "time until it reads and writes again after losing a pod or node",
        ),
    };
    const survives = choices.choose(
        "objectives.survives",
        base.survives,
        "use-case",
        "the largest loss that must not take the data with it",
    );
    const restoreAsked = ["rpo", "rto", "retention"].some((part) => choices.asked(`objectives.restore.${part}`) !== undefined);
    const recreatable =
        choices.asked("needs.recreatable") === undefined
            ? base.recreatable !== undefined && !restoreAsked
            : choices.flag(
                  "needs.recreatable",
                  base.recreatable !== undefined,
                  "use-case",
                  base.recreatable ?? "the data doesn't come again by itself",
              );
    const restoreReason = base.recreatable ?? "the wish says that the data can be made again";
    const restore = base.restore ?? plainRestore;
    const asked: Objectives = {
        failover,
        ...(recreatable
            ? { restoreReason }
            : {
                  restore: {
                      rpo: choices.choose("objectives.restore.rpo", restore.rpo, "use-case", "changes that may be missing after a restore"),
                      rto: choices.choose("objectives.restore.rto", restore.rto, "use-case", "time a restore may take"),
                      retention: choices.choose(
                          "objectives.restore.retention",
                          restore.retention,
                          "use-case",
                          "how far back a restore can reach",
                      ),
                  },
              }),
        survives: upTo(survives as Survival),
    };
    const optional = (path: string, chosen: string, reason: string) =>
        choices.asked(path) === undefined ? chosen : choices.choose(path, chosen, "use-case", reason);
    const wanted = (what: string, reason: string) => optional(`needs.${what}`, "false", reason) === "true";
    const needs: Needs = {
        ...base,
        data,
        dataClass,
        failover,
        restore: asked.restore,
        survives: survives as Survival,
        recreatable: recreatable ? restoreReason : undefined,
        access: {
            ...base.access,
            iops: Number(optional("needs.iops", String(base.access.iops), base.access.pattern)),
            throughputMiB: Number(optional("needs.throughputMiB", String(base.access.throughputMiB), base.access.pattern)),
        },
        mayFail: Number(optional("needs.mayFail", String(base.mayFail), "members that may be gone at once with the promise kept")),
        growth: optional("needs.growth", base.growth, "what is added in a month"),
    };
    const wants = {
        snapshots: wanted("snapshots", "copies at an instant, for tests and before upgrades"),
        clones: wanted("clones", "a second volume with the same data, for tests"),
        pointInTime: wanted("pointInTime", "any moment can be restored, not only those of the copies"),
    };
    return { needs, asked, wants };
}
