/** What is said of a pull request. docs/pull-requests.md describes it as JSON; a changed meaning is a new `schema`. */

import type { Outcome, Review } from "../../policies/review";

/** `unseen`: nothing is wrong with what was looked at, and what would happen to data wasn't. */
export type PullRequestOutcome = Outcome | "unseen";

/** What a policy of a pack has to say. */
export interface PolicyFinding {
    policy: string;
    /** `mandatory` refuses, `advisory` only says so. */
    level: string;
    /** Name of the resource in the program. */
    about: string;
    says: string;
}

export interface PolicyRun {
    findings: PolicyFinding[];
    /** Why it can't be told what they would say. */
    problem?: string;
}

/** What the plan costs. */
export interface Cost {
    /** Absent where nothing is deployed, or that isn't known. */
    before?: string;
    after: string;
    /** `+$3.20 a month`; absent where it stays the same or can't be told. */
    change?: string;
}

/** One stack of a pull request. */
export interface StackReport {
    stack: string;
    outcome: PullRequestOutcome;
    /** Absent where no preview was made or read. */
    review?: Review;
    /** Absent where they weren't asked. */
    policies?: PolicyRun;
    cost?: Cost;
    /** Why it couldn't be told, beside what the review says. */
    problems: string[];
    /** What a reader may think was looked at, and wasn't. */
    notLookedAt: string[];
}

/** The project's own tests. */
export interface TestRun {
    command: string;
    isPassed: boolean;
    /** The end of what they printed, where they failed. */
    output: string;
}

export interface PullRequestReport {
    schema: "holdfast.pull-request/v1";
    /** The worst of all stacks and of the tests. */
    outcome: PullRequestOutcome;
    /** Without cluster, cloud and secrets. */
    isOffline: boolean;
    /** Worst first. */
    stacks: StackReport[];
    tests?: TestRun;
}

/** Worst first. What is seen to be in danger is refused, whatever else couldn't be told. */
const worstFirst: readonly PullRequestOutcome[] = ["refused", "unknown", "unseen", "safe"];

export const worst = (outcomes: readonly PullRequestOutcome[]): PullRequestOutcome =>
    worstFirst.find((outcome) => outcomes.includes(outcome)) ?? "unknown";

/** As of a review; whoever asks for less than a review gets 0 for what was looked at. */
export const exitCodeOf: Readonly<Record<PullRequestOutcome, number>> = { safe: 0, unseen: 0, unknown: 1, refused: 2 };

/** Policies that refuse. */
export const mandatory = (policies: PolicyRun | undefined): PolicyFinding[] =>
    (policies?.findings ?? []).filter(({ level }) => level !== "advisory");

/** The worst of what was found out about a stack. */
export function stackReport(found: Omit<StackReport, "outcome">): StackReport {
    const { review, policies, problems } = found;
    const outcome = worst([
        review?.outcome ?? "unseen",
        ...(mandatory(policies).length > 0 ? (["refused"] as const) : []),
        ...(problems.length > 0 || policies?.problem !== undefined ? (["unknown"] as const) : []),
    ]);
    return { ...found, outcome };
}

/** All stacks and the tests together. */
export function pullRequestReport(stacks: readonly StackReport[], more: { isOffline: boolean; tests?: TestRun }): PullRequestReport {
    const { isOffline, tests } = more;
    return {
        schema: "holdfast.pull-request/v1",
        outcome: worst([...stacks.map(({ outcome }) => outcome), ...(tests && !tests.isPassed ? (["refused"] as const) : [])]),
        isOffline,
        stacks: [...stacks].sort((a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome)),
        ...(tests ? { tests } : {}),
    };
}
