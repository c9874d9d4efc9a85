/** Rules for what keeps data from harm: protection, retention, policies, backups. And for sizes. */

import { bytesOf } from "../../../components/usecases/quantities";
import { insteadOfDeleting, insteadOfReplacing } from "../advice";
import { type Change, goesAway, keepsIdentity } from "../changes";
import type { Safeguard } from "../kinds";
import type { Found, Rule } from "../rule";
import { isUnknown, valueAt } from "../values";

/** A size in bytes: a quantity with a unit, or a number of GiB as clouds have it. Undefined where it can't be read. */
function sizeOf(value: unknown): number | undefined {
    if (typeof value === "number") return value * 2 ** 30;
    return typeof value === "string" ? bytesOf(value) : undefined;
}

const shown = (value: unknown): string => (typeof value === "number" ? `${value} GiB` : String(value));

function sizes({ kind, old, new: fresh, effect }: Change) {
    if (!kind?.size || effect !== "update") return undefined;
    const [before, after] = [valueAt(old?.inputs, kind.size), valueAt(fresh?.inputs, kind.size)];
    const [had, asked] = [sizeOf(before), sizeOf(after)];
    return had === undefined || asked === undefined
        ? undefined
        : { field: kind.size, before: shown(before), after: shown(after), had, asked };
}

/** A safeguard's value; "unknown" where the preview doesn't say. */
function isSafe(inputs: unknown, { field, safe, byDefault }: Safeguard): boolean | "unknown" {
    const value = valueAt(inputs, field) ?? byDefault;
    if (isUnknown(value)) return "unknown";
    return safe.includes(value as string | boolean);
}

const survives = ({ effect }: Change) => effect === "update" || effect === "none" || effect === "replace" || effect === "adopt";

/** How long or how many a retention is: a number, or days as in `30d`. */
function retained(value: unknown): number | undefined {
    if (typeof value === "number") return value;
    const match = typeof value === "string" ? /^(\d+)([dwm])$/.exec(value) : null;
    return match ? Number(match[1]) * { d: 1, w: 7, m: 30 }[match[2] as "d" | "w" | "m"] : undefined;
}

const guarded = ["data", "secret", "container", "backup"];

export const safetyRules: readonly Rule[] = [
    {
        id: "volume-grows",
        explanation: "A larger size is an edit in place where the class allows it.",
        verdict: "grown",
        canBeAllowed: true,
        find(change): Found | undefined {
            const size = sizes(change);
            if (!size || size.asked <= size.had) return undefined;
            return { says: `grows from ${size.before} to ${size.after} in place`, fields: [size.field] };
        },
    },
    {
        id: "volume-shrinks",
        explanation: "No volume gets smaller: the update is refused by the cluster or the cloud, after other changes were made.",
        verdict: "at risk",
        canBeAllowed: false,
        find(change): Found | undefined {
            const size = sizes(change);
            if (!size || size.asked >= size.had) return undefined;
            return {
                says: `${size.after} is asked for, and it has ${size.before}: volumes don't shrink, and the update fails`,
                fields: [size.field],
                instead: [`write ${size.before} or more; data that should have less moves by dump and restore`],
            };
        },
    },
    {
        id: "protection-lifted",
        explanation: "Without protect and retainOnDelete, the next change that removes the resource deletes it without asking.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            const { old, new: fresh, kind } = change;
            if (!kind || !guarded.includes(kind.role) || !old || !fresh || !survives(change)) return undefined;
            const lifted = [
                ...(old.protect && !fresh.protect ? ["protect"] : []),
                ...(old.retainOnDelete && !fresh.retainOnDelete ? ["retainOnDelete"] : []),
            ];
            if (lifted.length === 0) return undefined;
            const left = fresh.protect ? "protect" : fresh.retainOnDelete ? "retainOnDelete" : undefined;
            return {
                says: `${lifted.join(" and ")} ${lifted.length > 1 ? "are" : "is"} lifted${left ? `; ${left} still keeps it` : `: nothing keeps ${change.effect === "replace" ? "it in this very update" : "it from the next update"}`}`,
                verdict: left ? "kept" : "at risk",
                fields: lifted,
                instead: left ? [] : [lifted.map((option) => `${option}: true`).join(", ")],
            };
        },
    },
    {
        id: "safeguard-off",
        explanation: "A setting that keeps data when something is deleted is switched off.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            const { kind, old, new: fresh } = change;
            if (!old || !fresh || !survives(change)) return undefined;
            const off = (kind?.safeguards ?? []).filter(
                (each) => isSafe(old.inputs, each) === true && isSafe(fresh.inputs, each) === false,
            );
            if (off.length === 0) return undefined;
            return {
                says: off
                    .map(({ field, without }) => `${field} is ${String(valueAt(fresh.inputs, field) ?? "left out")} now: ${without}`)
                    .join("; "),
                fields: off.map(({ field }) => field),
                instead: off.map(({ field, safe }) => `${field}: ${String(safe[0])}`),
            };
        },
    },
    {
        id: "backups-end",
        explanation: "Without what makes recovery points no new ones come, and nobody notices until one is needed.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (change.kind?.role !== "backup") return undefined;
            if (change.effect === "delete" && goesAway(change) && !view.sameObjectElsewhere(change)) {
                return {
                    says: `the ${change.kind.title} is deleted: no recovery points are made after that`,
                    instead: insteadOfDeleting(change, view),
                };
            }
            const isSuspended = (inputs: unknown) => valueAt(inputs, "spec.suspend") === true || valueAt(inputs, "spec.paused") === true;
            if (change.effect === "update" && !isSuspended(change.old?.inputs) && isSuspended(change.new?.inputs)) {
                return {
                    says: `the ${change.kind.title} is suspended: no recovery points are made while it is`,
                    fields: ["spec.suspend"],
                    instead: ["keep it running: suspend: false"],
                };
            }
            return undefined;
        },
    },
    {
        id: "backup-removed",
        explanation: "A database that archived its log or was backed up no longer is.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (change.kind?.type !== "postgresql.cnpg.io/Cluster" || change.effect !== "update") return undefined;
            const has = (inputs: unknown) => {
                const plugins = valueAt(inputs, "spec.plugins");
                return valueAt(inputs, "spec.backup") !== undefined || (Array.isArray(plugins) && plugins.length > 0);
            };
            if (!has(change.old?.inputs) || has(change.new?.inputs)) return undefined;
            return { says: "its backup and log archive are taken out", fields: ["spec.backup"], instead: ["keep spec.backup as it was"] };
        },
    },
    {
        id: "retention-lowered",
        explanation: "Less of the past is kept: recovery points that exist today are deleted by the next run.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change): Found | undefined {
            const { kind, old, new: fresh, effect } = change;
            if (effect !== "update" && effect !== "replace") return undefined;
            const lowered = (kind?.retention ?? []).flatMap((field) => {
                const [had, has] = [valueAt(old?.inputs, field), valueAt(fresh?.inputs, field)];
                const [before, after] = [retained(had), has === undefined ? 0 : retained(has)];
                return before !== undefined && after !== undefined && after < before ? [{ field, had, has: has ?? "none" }] : [];
            });
            if (lowered.length === 0) return undefined;
            return {
                says: lowered
                    .map(({ field, had, has }) => `${field} goes from ${had} to ${has}: older recovery points are deleted`)
                    .join("; "),
                fields: lowered.map(({ field }) => field),
                instead: lowered.map(({ field, had }) => `${field}: ${had}`),
            };
        },
    },
    {
        id: "secret-deleted",
        explanation: "A Secret may hold the only copy of a key or password: without it data can't be reached or read.",
        verdict: "at risk",
        canBeAllowed: true,
        find(change, view): Found | undefined {
            if (change.kind?.role !== "secret" || change.effect !== "delete" || !goesAway(change) || view.sameObjectElsewhere(change))
                return undefined;
            const type = String(valueAt(change.old?.inputs, "type") ?? "");
            // Made from elsewhere: a registry's login, a certificate that is issued again, an account's token.
            if (/^(kubernetes\.io\/(dockercfg|dockerconfigjson|service-account-token|tls)|bootstrap\.kubernetes\.io)/.test(type))
                return undefined;
            return {
                says: `the ${change.kind.title} is deleted, and with it what may be the only copy of what is in it`,
                instead: insteadOfDeleting(change, view),
            };
        },
    },
    {
        id: "secret-changed",
        explanation: "What was encrypted or initialised with the old contents still needs them.",
        verdict: "changed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (change.kind?.role !== "secret" || (change.effect !== "replace" && change.effect !== "update")) return undefined;
            const contents = change.fields.filter((field) => /^(data|stringData)\b/.test(field));
            const isMadeUp = !change.type.startsWith("kubernetes:") && change.effect === "replace";
            if (contents.length === 0 && !isMadeUp) return undefined;
            return {
                says: isMadeUp
                    ? `a new ${change.kind.title} is made; what was set up with the old one still has that`
                    : "its contents are replaced; what was encrypted or set up with the old ones still needs them",
                fields: isMadeUp ? change.forcing : contents,
                ...(isMadeUp ? { instead: insteadOfReplacing(change).slice(0, 1) } : {}),
            };
        },
    },
    {
        id: "secret-moves",
        explanation: "A Secret of another name or namespace is made; what mounts the old name no longer finds it.",
        verdict: "changed",
        canBeAllowed: true,
        find(change): Found | undefined {
            if (change.kind?.type !== "core/Secret" || change.effect !== "replace" || keepsIdentity(change)) return undefined;
            return { says: "a Secret of another name is made, and the old one deleted", fields: change.forcing };
        },
    },
];
