/** Everything that can be said of a stack's config before anything is registered, the same for the program and for the command line. */

import { planOf } from "../components/stateful-app";
import type { Plan } from "../components/usecases/plan";
import { keyOf } from "./aws";
import { backupKeys, sandboxBackupProblems, withSandboxRepository } from "./backups";
import { type Cluster, clusterOf, type Surroundings } from "./cluster";
import { howToSet, type RawConfig, readConfig } from "./config";
import type { Settings } from "./keys";

/** What a stack's config asks for, or everything that is wrong with it. */
export interface CheckedConfig {
    checked?: { settings: Settings; plan: Plan; cluster: Cluster };
    settings: Partial<Settings>;
    /** What can be told of plan and cluster, whatever else is wrong. */
    plan?: Plan;
    cluster?: Cluster;
    problems: string[];
}

/** True where one of two paths is part of the other: `volumes` and `volumes[0].name`. */
const overlap = (a: string, b: string): boolean => {
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return short === long || long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
};

/** How to write a part of the repository that is missing: components don't know of config. */
const commandFor = (path: string, reason: string): string =>
    backupKeys.some((key) => key === path) && reason.startsWith("missing:") ? ` By: ${howToSet(path)}` : "";

export function checkConfig(raw: RawConfig, around: (settings: Partial<Settings>) => Surroundings): CheckedConfig {
    const { settings: read, problems, unread } = readConfig(raw);
    const surroundings = around(read);
    const { cluster, problems: unreachable } = read.target === undefined ? { problems: [] } : clusterOf(read, surroundings);
    problems.push(...unreachable, ...sandboxBackupProblems(read));
    const settings = withSandboxRepository(read, surroundings.env);
    const app = settings.app ?? settings.useCase;
    if (app === undefined || settings.useCase === undefined || settings.target === undefined) {
        return { settings, problems };
    }
    const resolved = planOf(app, settings as Settings);
    // What couldn't be read was told by its reader.
    const news = resolved.problems.filter(({ path }) => !unread.some((known) => overlap(known, path)));
    problems.push(...news.map(({ path, reason }) => `holdfast:${keyOf(path)}: ${reason}${commandFor(path, reason)}`));
    return problems.length === 0 && resolved.plan && cluster
        ? { checked: { settings: settings as Settings, plan: resolved.plan, cluster }, settings, problems, plan: resolved.plan, cluster }
        : { settings, problems, plan: resolved.plan, cluster };
}
