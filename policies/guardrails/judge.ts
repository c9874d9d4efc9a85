/** A policy's word on resources, after config has had its say. */

import type { Finding, Guardrail, Settings, SettingsSchema, Thing } from "./guardrail";
import { isOpen, isStackGuardrail } from "./guardrail";
import { isExcepted, shown } from "./names";

/** Settings that every policy has. */
export const commonSettings: SettingsSchema = {
    exceptions: {
        type: "array",
        items: { type: "string" },
        description: "Resources it doesn't apply to: Pulumi's name, the object's name, or namespace/name; * stands for any text.",
        default: [],
    },
    unknown: {
        type: "string",
        enum: ["skip", "report"],
        description: "What to do in a preview about values that only the update will know: skip says nothing, report says which.",
        default: "skip",
    },
};

/** All settings of a policy. */
export const settingsOf = (guardrail: Guardrail): SettingsSchema => ({ ...guardrail.settings, ...commonSettings });

/** What config says, over the defaults. A value of another type than the default's counts as not given: the engine has refused it already. */
export function withDefaults(guardrail: Guardrail, given: Record<string, unknown>): Settings {
    const settings: Settings = {};
    for (const [name, schema] of Object.entries(settingsOf(guardrail))) {
        const value = given[name];
        if (Array.isArray(schema.default))
            settings[name] = Array.isArray(value) ? value.filter((word) => typeof word === "string") : schema.default;
        else settings[name] = typeof value === typeof schema.default ? (value as string | boolean) : schema.default;
    }
    return settings;
}

/** A violation as the person reads it. */
export interface Violation {
    about: Thing;
    says: string;
}

/** What a policy has to say about these resources: of a resource policy each by itself, of a stack policy together. */
export function violationsOf(guardrail: Guardrail, things: readonly Thing[], given: Record<string, unknown> = {}): Violation[] {
    const settings = withDefaults(guardrail, given);
    const found: Finding[] = isStackGuardrail(guardrail)
        ? guardrail.judgeStack(things, settings)
        : things.filter(({ type }) => guardrail.types.includes(type)).flatMap((thing) => guardrail.judge(thing, settings));
    const exceptions = settings.exceptions as readonly string[];
    return found
        .filter((finding) => !isOpen(finding) || settings.unknown === "report")
        .filter(({ about }) => !isExcepted(about, exceptions))
        .map((finding) =>
            isOpen(finding)
                ? {
                      about: finding.about,
                      says: `${shown(finding.about)}: ${finding.open} isn't known before the update, so this can't be judged.`,
                  }
                : finding,
        );
}
