/** What Prometheus is given of an application, and that its expressions are PromQL. */

import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { engines } from "../../../components/engines";
import { alertsOf } from "../../../components/monitoring/monitoring";
import { planOf } from "../../../components/stateful-app";
import { record } from "../../support/mocks";

interface Node {
    type: { isError: boolean };
    from: number;
}
const { parser } = require("@prometheus-io/lezer-promql") as {
    parser: { parse(text: string): { iterate(walk: { enter(node: Node): void }): void } };
};

const useCases = ["session-store", "user-preferences", "shopping-cart", "user-actions", "chat-history", "banking-ledger", "social-feed"];
const args = (useCase: string, more: Partial<StatefulAppArgs> = {}): StatefulAppArgs => ({
    useCase,
    target: "sandbox",
    set: { "backup.policy": "none" },
    ...more,
});

const app = (useCase: string, more: Partial<StatefulAppArgs> = {}) =>
    record(() => new StatefulApp("shop", args(useCase, { monitoringNamespace: "monitoring", ...more })).host);

function alerts(useCase: string) {
    const { plan } = planOf("shop", args(useCase));
    if (plan === undefined) throw new Error(`${useCase} has no plan`);
    return { plan, rules: alertsOf(plan, "stores", engines[plan.engine.name]?.watched?.(plan)) };
}

/** Whatever of an expression is no PromQL. */
function mistakes(expr: string): string[] {
    const found: string[] = [];
    parser.parse(expr).iterate({
        enter: (node) => {
            if (node.type.isError) found.push(`${expr.slice(0, node.from)}<here>${expr.slice(node.from)}`);
        },
    });
    return found;
}

it("finds mistakes in expressions at all", () => {
    expect(mistakes('count(up{job="a"} == 1) < 3')).toEqual([]);
    expect(mistakes("count(up{job=a} == 1) < 3")).not.toEqual([]);
    expect(mistakes("count(up < ")).not.toEqual([]);
});

it.each(useCases)("%s has alerts in PromQL, each once, each with all that a person needs", (useCase) => {
    const { rules } = alerts(useCase);
    expect(rules.flatMap(({ expr }) => mistakes(expr))).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, seconds, severity, summary, description } of rules) {
        expect(alert).toMatch(/^Holdfast[A-Z]\w+$/);
        expect(seconds).toBeGreaterThanOrEqual(60);
        expect(["critical", "warning"]).toContain(severity);
        expect(summary).toMatch(/\.$/);
        expect(description).toMatch(/\.$/);
    }
});

it("reads nothing of another application: every series names the namespace, and its reader or its volumes", () => {
    for (const useCase of useCases) {
        for (const { expr } of alerts(useCase).rules) {
            const selectors = expr.match(/[a-z]\w+\{[^}]*\}/g) ?? [];
            expect(selectors.length).toBeGreaterThan(0);
            for (const selector of selectors) {
                expect(selector).toMatch(/\{namespace="stores",(job="stores\/shop"|persistentvolumeclaim=~")/);
            }
        }
    }
});

it("gives a failover the time that was promised for it", () => {
    const { plan, rules } = alerts("banking-ledger");
    expect(plan.objectives.failover.rto).toBe("5m");
    expect(rules.find(({ alert }) => alert === "HoldfastNoPrimary")?.seconds).toBe(330);
});

it("warns of writes that wait only where a commit waits for a standby", () => {
    const names = (useCase: string) => alerts(useCase).rules.map(({ alert }) => alert);
    expect(names("banking-ledger")).toContain("HoldfastWritesWait");
    expect(names("social-feed")).not.toContain("HoldfastWritesWait");
});

it("counts as many members as the plan has, and says when a majority is gone", () => {
    const { rules } = alerts("user-actions");
    const expr = (name: string) => rules.find(({ alert }) => alert === name)?.expr;
    expect(expr("HoldfastMemberDown")).toBe('(count(nats_up{namespace="stores",job="stores/shop"} == 1) or vector(0)) < 3');
    expect(expr("HoldfastMajorityLost")).toMatch(/ < 2$/);
});

it.each([
    ["session-store", { "app.kubernetes.io/name": "shop" }, 9121],
    ["user-actions", { "app.kubernetes.io/name": "shop-metrics" }, 7777],
    ["chat-history", { "cnpg.io/cluster": "shop" }, 9187],
])("%s: lets the Prometheus in to one port, tells it of the pods, and gives it the alerts", async (useCase, matchLabels, port) => {
    const recording = await app(useCase);
    const policy = recording.resources.find(({ name }) => name === "shop-metrics-network")?.inputs;
    expect(policy?.spec).toEqual({
        podSelector: { matchLabels },
        policyTypes: ["Ingress"],
        ingress: [
            {
                from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
                ports: [{ port, protocol: "TCP" }],
            },
        ],
    });
    const monitor = recording.only("kubernetes:monitoring.coreos.com/v1:PodMonitor").inputs;
    expect(monitor.metadata).toMatchObject({ name: "shop", namespace: "shop" });
    expect(monitor.spec).toEqual({ selector: { matchLabels }, podMetricsEndpoints: [{ port: "metrics" }] });
    const { groups } = recording.only("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs.spec;
    expect(groups).toHaveLength(1);
    for (const rule of groups[0].rules) {
        expect(rule).toEqual({
            alert: expect.any(String),
            expr: expect.any(String),
            for: expect.stringMatching(/^\d+s$/),
            labels: { severity: expect.any(String), app: "shop" },
            annotations: { summary: expect.any(String), description: expect.any(String) },
        });
    }
});

it("watches the volumes alone where an engine has no figures", async () => {
    const recording = await app("user-preferences");
    expect(recording.all("kubernetes:monitoring.coreos.com/v1:PodMonitor")).toEqual([]);
    const { groups } = recording.only("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs.spec;
    expect(groups[0].rules.map(({ alert }: { alert: string }) => alert)).toEqual(["HoldfastVolumeFillsUp", "HoldfastVolumeFull"]);
    expect(groups[0].rules[0].expr).toContain('persistentvolumeclaim=~"(data)-shop-[0-9]+"');
});

it("makes nothing of it unless a namespace is given, and refuses what is none", async () => {
    for (const useCase of ["session-store", "user-actions", "chat-history"]) {
        const recording = await record(() => new StatefulApp("shop", args(useCase)).host);
        expect(recording.resources.filter(({ type, name }) => /monitoring\.coreos/.test(type) || /metrics/.test(name))).toEqual([]);
    }
    const { problems } = planOf("shop", args("session-store", { monitoringNamespace: "Über uns" }));
    expect(problems.map(({ path }) => path)).toEqual(["monitoringNamespace"]);
});
