/** Valkey's members: a replica is in sync when it has all that the primary had a moment before, and may take its place. */

import { scriptFolder } from "../../../components/workloads/valkey/common-script";
import type { ClusterApi } from "../../backups/cluster";
import { UserError } from "../../errors";
import { isRunning } from "../pods";
import type { View } from "../view";
import type { MemberEngine, Place } from "./engine";
import { type SeenSet, seeSet, setView } from "./set";

/** What a server says of itself, and whom its sentinel takes for the primary. */
export type Answer = Record<string, string>;

/** Asked in every member's main container; the password stays there. */
const question = `. ${scriptFolder}/common.sh
ask 127.0.0.1 6379 INFO replication
ask 127.0.0.1 6379 INFO persistence
echo "named:$(named_by 127.0.0.1)"`;

/** `name:value` in lines. */
export const answerIn = (text: string): Answer =>
    Object.fromEntries(
        text
            .split(/\r?\n/)
            .filter((line) => /^[a-z]\w*:/.test(line))
            .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
    );

const memberOf = (host: string | undefined): string => (host ?? "").split(".")[0];

/** What a replica lacks, given who leads and how far that one was a moment before. */
function replicaLacks(answer: Answer, leader: string, offset: number): string | undefined {
    if (memberOf(answer.master_host) !== leader) return `it doesn't follow ${leader} yet`;
    if (answer.master_sync_in_progress === "1") return `everything is being copied to it from ${leader}`;
    if (answer.master_link_status !== "up") return `its connection to ${leader} is ${answer.master_link_status ?? "unknown"}`;
    const behind = offset - Number(answer.slave_repl_offset);
    if (!(behind <= 0)) return `it is ${Number.isNaN(behind) ? "an unknown number of" : behind} bytes behind ${leader}`;
    return answer.slave_priority === "0" ? "it may not take over yet" : undefined;
}

/** The members, from what each answered at first and a moment later. */
export function valkeyView(seen: SeenSet, before: Record<string, Answer>, answers: Record<string, Answer>): View {
    const view = setView(seen);
    const leaders = Object.keys(before).filter((name) => before[name].role === "master");
    const [leader] = leaders;
    for (const member of view.members) {
        const answer = answers[member.name];
        member.isPrimary = leaders.length === 1 && member.name === leader;
        if (member.lacks !== undefined) continue;
        if (answer?.role === undefined) member.lacks = "its server doesn't answer";
        else if (leaders.length === 0) member.lacks = "nobody leads";
        else if (leaders.length > 1) member.lacks = `${leaders.join(" and ")} both lead`;
        else if (Number(answer.loading ?? 0) + Number(answer.async_loading ?? 0) > 0) member.lacks = "it reads its data";
        else if (answer.role === "slave") member.lacks = replicaLacks(answer, leader, Number(before[leader].master_repl_offset));
        else if (member.name !== leader) member.lacks = "it leads, and didn't a moment ago";
        if (member.lacks === undefined && memberOf(answer.named) !== leader) {
            member.lacks = `its sentinel takes ${memberOf(answer.named) || "nobody"} for the primary, and not ${leader}`;
        }
    }
    return view;
}

async function askAll(api: ClusterApi, { namespace }: Place, { pods }: SeenSet): Promise<Record<string, Answer>> {
    const asked = pods.filter(isRunning).map(async ({ metadata: { name } }) => {
        const text = await api.run(["exec", name, "-n", namespace, "-c", "main", "--", "sh", "-c", question]).catch(() => "");
        return [name, answerIn(text)] as const;
    });
    return Object.fromEntries(await Promise.all(asked));
}

export const valkey: MemberEngine = {
    claimsOf: "stack",
    async view(api, place) {
        const seen = await seeSet(api, place);
        const before = await askAll(api, place, seen);
        return valkeyView(seen, before, await askAll(api, place, seen));
    },
    /** What a primary does before it stops: no more writes, until a replica has them all and leads. */
    async handOver(api, place, _view, from) {
        await api.run(["exec", from, "-n", place.namespace, "-c", "main", "--", "sh", `${scriptFolder}/stop.sh`]);
        const answers = await askAll(api, place, await seeSet(api, place));
        if (answers[from]?.role !== "slave") throw new UserError(`no other member took over from ${from}; it leads as before`);
    },
};
