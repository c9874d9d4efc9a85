import { type StackOutputs, summary as summaryOf } from "../../../cli/summary";

const summary = (stack: string, outputs: StackOutputs) => summaryOf(stack, outputs, true);

const outputs = (more: Partial<StackOutputs["promise"]> = {}): StackOutputs => ({
    connection: { host: "db.ns.svc", port: 5432, database: "prefs", user: "owner", command: "kubectl exec", clients: "pods with a label" },
    password: { namespace: "ns", secret: "db-password", key: "password", command: "kubectl get secret" },
    promise: { failover: "nothing lost", survives: "a pod", restore: "within an hour", notYet: [], lowered: [], ...more },
    claims: [{ name: "data-db-0", namespace: "ns", size: "3Gi", storageClass: "fast" }],
});

test("says how to connect, where the password is, what holds the data and what is promised", () => {
    const text = summary("prefs", outputs());
    for (const part of [
        '"prefs" is up.',
        "db.ns.svc:5432",
        "Secret ns/db-password, key password",
        "ns/data-db-0: 3Gi, class fast",
        "nothing lost",
        "within an hour",
    ]) {
        expect(text).toContain(part);
    }
});

test("names what is not promised, and only then", () => {
    expect(summary("prefs", outputs())).not.toContain("Not promised");
    const text = summary("prefs", outputs({ notYet: ["no backups yet"], lowered: ["rule: less"] }));
    expect(text).toMatch(/Not promised\n {2}- no backups yet\n {2}- rule: less/);
});

test("ends with what to try next, on this stack", () => {
    expect(summary("prefs", outputs())).toMatch(/Try next[\s\S]*stacks\/Pulumi\.prefs\.yaml \(now 3Gi\)[\s\S]*holdfast down prefs/);
});

test("speaks of the sandbox only to those who are on it", () => {
    expect(summary("prefs", outputs())).toContain("holdfast sandbox status");
    expect(summaryOf("prefs", outputs(), false)).not.toMatch(/sandbox|holdfast env/);
});
