import { pullRequestReport, type StackReport, stackReport, type TestRun } from "../../../../cli/pull-request/model";
import { review } from "../../../../policies/review";
import { claim, namespace, preview, remove, type StepJson, same, statefulSet } from "../../review/support/previews";

export const steps = {
    safe: [same(claim()), same(statefulSet()), same(namespace())],
    refused: [remove(claim()), same(statefulSet()), same(namespace())],
};

/** A stack with that preview, and whatever else is said of it. */
export const stackOf = (made: StepJson[], more: Partial<StackReport> = {}): StackReport =>
    stackReport({ stack: "shop", review: review(preview(made)), policies: { findings: [] }, problems: [], notLookedAt: [], ...more });

export const offlineStack = (more: Partial<StackReport> = {}): StackReport =>
    stackReport({ stack: "shop", policies: { findings: [] }, problems: [], notLookedAt: ["what is deployed"], ...more });

export const reportOf = (stacks: StackReport[], tests?: TestRun, isOffline = false) =>
    pullRequestReport(stacks, { isOffline, ...(tests ? { tests } : {}) });

export const violation = (level = "mandatory") => ({ policy: "reclaim-retain", level, about: "fast", says: "it says Delete" });
