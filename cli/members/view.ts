/** The members of an application as one look sees them: who leads, who is in sync, and what may be done with whom. Pure. */

import { listed } from "../status/words";

/** One member. */
export interface Member {
    /** Its pod's name. */
    name: string;
    /** Its pod's; undefined while there is no pod. */
    uid?: string;
    /** It takes the writes, or leads those that do. */
    isPrimary: boolean;
    /** What keeps it from having everything that the others have, in words; undefined where it has. */
    lacks?: string;
    /** What doesn't end by itself, in words. */
    trouble?: string;
    /** How often its containers were started again. */
    restarts: number;
    /** Names of its claims. */
    claims: string[];
    /** Data of which no other member has a whole copy, in words. */
    onlyCopies: string[];
}

/** All of them. */
export interface View {
    members: Member[];
    /** How many are asked for. */
    asked: number;
    /** Something that a restart would cross, in words. */
    busy?: string;
}

const others = ({ members }: View, name: string): Member[] => members.filter((member) => member.name !== name);
const namesOf = (members: readonly Member[]): string => listed(members.map(({ name }) => name));

/** What keeps these members from being in sync, one line each. */
const lacking = (members: readonly Member[]): string[] =>
    members.filter(({ lacks }) => lacks !== undefined).map(({ name, lacks }) => `${name} is not in sync: ${lacks}`);

/** Data that would go with a member, one line each. */
const onlyIn = (member: Member | undefined): string[] =>
    (member?.onlyCopies ?? []).map((what) => `${member?.name} has the only whole copy of ${what}`);

/**
 * Whether all that speaks against a step is that members are behind, and what follows from it: under a client that writes, that is so at one
 * look and not at the next.
 */
export function isMomentary(problems: readonly string[], { members }: View): boolean {
    const behind = lacking(members);
    const follows = [...behind, ...members.flatMap(onlyIn)];
    return problems.some((problem) => behind.includes(problem)) && problems.every((problem) => follows.includes(problem));
}

/** What is missing until every member is there and has everything; undefined where nothing is. */
export function unsettled(view: View): string | undefined {
    const [first] = lacking(view.members);
    if (first !== undefined) return first;
    const missing = view.asked - view.members.length;
    if (missing > 0) return `${missing} of ${view.asked} members ${missing === 1 ? "is" : "are"} not there yet`;
    return view.busy;
}

/** Members in the order in which they are restarted: what isn't in sync first, whoever leads last. */
export function restartOrder({ members }: View): string[] {
    const weight = ({ lacks, isPrimary }: Member) => (lacks !== undefined ? 0 : isPrimary ? 2 : 1);
    // Of equals the last member comes first, as in an update of Kubernetes' own.
    return [...members]
        .reverse()
        .sort((a, b) => weight(a) - weight(b))
        .map(({ name }) => name);
}

/** Why there is no such member. */
function unknownMember(view: View, app: string, name: string): string[] {
    if (view.members.some((member) => member.name === name)) return [];
    const there = view.members.length > 0 ? `Its members: ${namesOf(view.members)}.` : "It has none now.";
    return [`"${name}" is no member of ${app}. ${there}`];
}

/** Nobody runs, or something else is under way. */
function notNow(view: View, app: string): string[] {
    if (view.asked === 0) return [`no member of ${app} runs. Start them: npx holdfast up ${app}.`];
    return view.busy === undefined ? [] : [`${view.busy}. Wait until that has ended: npx holdfast status ${app}.`];
}

/** Why members can't be restarted now: all of them, or the one that is named. */
export function restartProblems(view: View, app: string, name: string | undefined): string[] {
    const general = notNow(view, app);
    if (general.length > 0) return general;
    if (name !== undefined) {
        const unknown = unknownMember(view, app, name);
        // One that is alone is nobody's copy, and nobody takes over: its volume comes back with it.
        return unknown.length > 0 ? unknown : lacking(others(view, name));
    }
    const behind = lacking(view.members);
    const missing = view.asked - view.members.length;
    if (missing > 0) behind.push(`${missing} of ${view.asked} members ${missing === 1 ? "is" : "are"} not there`);
    // A single one that isn't in sync may be what the restart is for: it comes first, and the others stay until it is.
    return behind.length > 1 ? behind : [];
}

/** Why a member can't have a fresh volume now. */
export function replaceProblems(view: View, app: string, name: string): string[] {
    const general = [...notNow(view, app), ...unknownMember(view, app, name)];
    if (general.length > 0) return general;
    const rest = others(view, name);
    if (rest.length === 0) {
        return [`${name} is the only member, and has the only copy of the data. With more members (holdfast:replicas) there is another.`];
    }
    return [...lacking(rest), ...onlyIn(view.members.find((member) => member.name === name))];
}

/**
 * The first sign of trouble while one member is at work: it can't start, or another one went that nobody touched. `changing` may have any pod
 * and start as often as it likes while it isn't hopeless.
 */
export function troubleBetween(before: View, now: View, changing: string | undefined): string | undefined {
    for (const member of before.members) {
        if (member.name === changing) continue;
        const since = now.members.find(({ name }) => name === member.name);
        if (since?.uid === undefined) return `${member.name} is gone, and nobody here stopped it`;
        if (since.uid !== member.uid) return `${member.name} was stopped and started by somebody else`;
        if (since.restarts > member.restarts) return `a container of ${member.name} ended, and was started again`;
    }
    const [hopeless] = now.members.filter(({ trouble }) => trouble !== undefined);
    return hopeless && `${hopeless.name}: ${hopeless.trouble}`;
}

/** What is as it was, for whoever reads where it stopped. */
export function untouched(view: View, name: string): string {
    const rest = others(view, name);
    return rest.length === 0 ? "nothing else was touched" : `${namesOf(rest)} ${rest.length === 1 ? "was" : "were"} not touched`;
}
