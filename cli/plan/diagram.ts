/** The picture of a plan: boxes for a terminal, Mermaid for Markdown. Both show members, their volumes, what they share, and the backups. */

import type { Plan, PlannedVolume } from "../../components/usecases/plan";
import { beside, box } from "./text";

/** Members that are drawn one by one; more than that are one box with their number. */
const drawn = 3;

const driverOf = (plan: Plan, volume: PlannedVolume) => volume.storage?.driver ?? plan.storage.existingClass ?? plan.storage.driver;

function backupLines(plan: Plan): string[] {
    const { backup } = plan;
    return backup.method === undefined
        ? []
        : [`backups: ${backup.policy}`, `${backup.method}, every ${backup.interval}`, `${backup.location}`];
}

export function boxes(plan: Plan, width: number): string {
    const own = plan.volumes.filter(({ shared }) => !shared);
    const shared = plan.volumes.filter((volume) => volume.shared);
    const names =
        plan.replicas <= drawn
            ? Array.from({ length: plan.replicas }, (_, index) => `${plan.app}-${index}`)
            : [`${plan.app}-0 … ${plan.app}-${plan.replicas - 1}`];
    const members = names.map((name) =>
        box([
            name,
            `${plan.engine.name} ${plan.engine.version}`,
            "",
            ...own.flatMap((volume) => [`${volume.name}: ${volume.size}`, `  of ${driverOf(plan, volume)}`]),
        ]),
    );
    const below = [
        ...shared.map((volume) => box([`shared ${volume.name}: ${volume.size}`, `of ${driverOf(plan, volume)}`])),
        ...(backupLines(plan).length > 0 ? [box(["planned, not carried out yet", ...backupLines(plan)])] : []),
    ];
    return [...beside(members, width), ...beside(below, width)].join("\n");
}

/** Names of nodes are generated, so that no name of a user's can break the picture; labels are quoted. */
const label = (...lines: string[]) => `"${lines.join("<br/>").replace(/"/g, "'")}"`;

export function mermaid(plan: Plan): string {
    const lines = ["flowchart LR", `    clients([clients]) --> service[${label(`Service ${plan.app}`)}]`];
    const single = plan.replicas > drawn;
    const members = single ? [0] : Array.from({ length: plan.replicas }, (_, index) => index);
    for (const index of members) {
        const name = single ? `${plan.app}-0 … ${plan.app}-${plan.replicas - 1}` : `${plan.app}-${index}`;
        lines.push(`    service --> m${index}[${label(name, `${plan.engine.name} ${plan.engine.version}`)}]`);
        plan.volumes.forEach((volume, number) => {
            const id = volume.shared ? `s${number}` : `v${index}_${number}`;
            lines.push(
                `    m${index} --- ${id}[(${label(volume.shared ? `shared ${volume.name}` : `${volume.name}-${name}`, `${volume.size} of ${driverOf(plan, volume)}`)})]`,
            );
        });
    }
    if (plan.engine.replication !== "none" && members.length > 1) {
        for (const index of members.slice(1)) {
            lines.push(`    m0 -. ${plan.engine.replication} .-> m${index}`);
        }
    }
    const backup = backupLines(plan);
    if (backup.length > 0) {
        lines.push(`    m0 -. planned .-> backups[(${label(...backup)})]`);
    }
    return lines.join("\n");
}
