/** What a person would want to be told about each of the 54 edits that the real provider was asked about. */

import { exitCodes, review, type Verdict } from "../../../policies/review";
import { answers, previewOf } from "./support/truth";

/** Exit code, and every object that isn't simply kept. */
const expected: Record<string, [exitCode: number, verdicts: Record<string, Verdict>]> = {
    none: [0, {}],
    "sts-image": [0, { sts: "restarted" }],
    "sts-replicas": [0, {}],
    "sts-template-label": [0, { sts: "restarted" }],
    "sts-label": [0, {}],
    "sts-annotation": [0, {}],
    "sts-env-removed": [0, { sts: "restarted" }],
    "sts-vct-size": [0, { sts: "restarted" }],
    "sts-vct-class": [0, { sts: "restarted" }],
    "sts-vct-size-ignored": [0, {}],
    "sts-servicename": [0, { sts: "restarted" }],
    "sts-selector": [0, { sts: "restarted" }],
    "sts-podmanagement": [0, { sts: "restarted" }],
    "sts-updatestrategy": [0, {}],
    "sts-name": [2, { sts: "at risk" }],
    "sts-deleted": [0, { sts: "removed" }],
    "sts-urn-renamed": [2, { sts: "at risk", "sts-b": "new" }],
    // It has no claims: a replacement loses nothing but time.
    "autosts-selector": [0, { autosts: "restarted" }],
    "autosts-image": [0, { autosts: "restarted" }],
    // The claim isn't bound in this corpus, so that the API server refuses the growth itself.
    "pvc-grow": [1, { pvc: "grown" }],
    "pvc-shrink": [2, { pvc: "at risk" }],
    // The class says Retain: the volume stays and the claim doesn't.
    "pvc-class": [2, { pvc: "at risk" }],
    "pvc-volumename": [2, { pvc: "at risk" }],
    "pvc-label": [0, {}],
    "pvc-name": [2, { pvc: "at risk" }],
    "pvc-namespace": [2, { pvc: "at risk" }],
    "pvc-deleted": [2, { pvc: "at risk" }],
    "kept-class": [2, { pvcp: "at risk" }],
    // Still retained: what is lifted matters to nobody yet.
    "kept-unprotected": [0, {}],
    "sc-parameters": [0, { sc: "changed" }],
    "sc-provisioner": [0, { sc: "changed" }],
    "sc-reclaim": [2, { sc: "at risk" }],
    "sc-default": [0, {}],
    "pv-reclaim": [2, { pv: "at risk" }],
    "pv-capacity": [0, { pv: "grown" }],
    "cm-data": [0, {}],
    "cm-data-key-removed": [0, {}],
    "cm-label": [0, {}],
    "autocm-data": [0, {}],
    "secret-data": [0, { secret: "changed" }],
    "svc-port": [1, {}],
    "svc-headless-to-clusterip": [0, {}],
    "dep-image": [0, {}],
    "role-rules": [0, {}],
    "cj-schedule": [0, {}],
    "cr-spec": [0, {}],
    "cr-invalid": [1, {}],
    "ns-renamed": [2, { ns2: "destroyed" }],
    "ns-label": [0, {}],
    "bad-kind-field": [0, {}],
    "bad-missing-selector": [1, {}],
    "kubeconfig-comment": [0, {}],
    "provider-namespace": [0, {}],
    skipawait: [0, {}],
};

test("every recorded edit has an expected review", () => {
    expect(Object.keys(expected).sort()).toEqual(Object.keys(answers).sort());
});

test.each(Object.keys(expected))("%s", (id) => {
    const result = review(previewOf(id));
    const said = Object.fromEntries(
        result.rows.filter(({ verdict }) => verdict !== "kept").map(({ urn, verdict }) => [urn.slice(urn.lastIndexOf("::") + 2), verdict]),
    );
    const [exitCode, verdicts] = expected[id];
    expect(said).toEqual(verdicts);
    expect(exitCodes[result.outcome]).toBe(exitCode);
    expect(result.errors.length).toBe(answers[id].errors.length);
});
