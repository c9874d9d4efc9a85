import { boxes, mermaid } from "../../../cli/plan/diagram";
import { planMarkdown } from "../../../cli/plan/markdown";
import { runPlan, runUseCases } from "../../../cli/plan/run";
import { planPage } from "../../../cli/plan/terminal";
import { chance } from "../../../cli/plan/words";
import { catalog } from "../../../components/usecases/catalog";
import { planOf, wish } from "./wishes";

describe("the page for a terminal", () => {
    const plan = planOf(wish("chat-history", "eks", { size: "120Gi" }));
    const page = planPage(plan);

    test("has the promise first, then the picture, the decisions, the price, and what is not protected", () => {
        const order = ["The promise", "The picture", "Decided", "Price: $", "Losing the data within a year", "Not protected from"].map(
            (part) => page.indexOf(part),
        );
        expect(order).not.toContain(-1);
        expect(order).toEqual([...order].sort((a, b) => a - b));
    });

    test("fits the width it is given", () => {
        for (const width of [80, 100, 140]) {
            const longest = Math.max(
                ...planPage(plan, { width })
                    .split("\n")
                    .map((line) => line.length),
            );
            expect(longest).toBeLessThanOrEqual(width);
        }
    });

    test("shows what was asked for with what it replaces, and hides smaller decisions until they are wanted", () => {
        expect(page).toMatch(/volumes\.data\.size\s+120Gi\s+asked for, in place of 100Gi/);
        expect(page).toMatch(/\d+ smaller ones: --all/);
        const all = planPage(plan, { all: true });
        for (const { path } of plan.decisions) {
            expect(all).toContain(path);
        }
    });

    test("shows formulas and sources on request", () => {
        expect(page).not.toContain("3×0.002");
        const formulas = planPage(plan, { formulas: true });
        expect(formulas).toContain("360 GiB × $0.08");
        expect(formulas).toContain("3×0.002 × 2×0.002×1h/1y");
        expect(formulas).toContain("source: https://docs.aws.amazon.com");
    });

    test("draws each member with its volume, a shared volume once, and many members as one", () => {
        const feed = boxes(planOf(wish("social-feed", "eks")), 100);
        expect(feed.match(/data: 50Gi/g)?.length).toBe(2);
        expect(feed.match(/shared media: 200Gi/g)?.length).toBe(1);
        expect(boxes(planOf(wish("chat-history", "eks", { replicas: 5 })), 100)).toContain("app-0 … app-4");
    });

    test("says in development what production would refuse", () => {
        expect(planPage(planOf(wish("user-preferences", "sandbox")))).toMatch(/\(accepted:\s+unencrypted-volume\)/);
    });
});

describe("Markdown", () => {
    test("has a Mermaid picture whose every node is declared with a quoted label", () => {
        for (const useCase of Object.keys(catalog).filter((name) => name !== "custom")) {
            const picture = mermaid(planOf(wish(useCase, "eks")));
            expect(picture.startsWith("flowchart LR\n")).toBe(true);
            for (const line of picture.split("\n").slice(1)) {
                expect(line).toMatch(
                    /^ {4}(clients\(\[clients\]\) --> service\["[^"]+"\]|service --> m\d+\["[^"]+"\]|m\d+ --- [sv][\d_]+\[\("[^"]+"\)\]|m0 -\. \w+ \.-> (m\d+|backups\[\("[^"]+"\)\]))$/,
                );
            }
        }
    });

    test("has tables whose rows have as many cells as their heads", () => {
        const text = planMarkdown(planOf(wish("banking-ledger", "eks", { image: "registry.example/a:1" })));
        const tables = text.split("\n\n").filter((block) => block.startsWith("| "));
        expect(tables.length).toBeGreaterThanOrEqual(3);
        for (const table of tables) {
            const counts = table
                .trim()
                .split("\n")
                .map((row) => row.replace(/\\\|/g, "").split("|").length);
            expect(new Set(counts).size).toBe(1);
        }
    });
});

describe("runPlan", () => {
    test("answers a good wish with 0, a refused one with 2, unreadable arguments with 1", () => {
        expect(runPlan({ useCase: "user-preferences" }).exitCode).toBe(0);
        expect(runPlan({ useCase: "user-preferences", target: "kubernetes" }).exitCode).toBe(2);
        expect(runPlan({ useCase: "user-preferences", set: ["size"] }).exitCode).toBe(1);
        expect(runPlan({ useCase: "user-preferences", json: true, markdown: true }).exitCode).toBe(1);
        expect(runPlan({ useCase: "user-preferences", compare: "lokal" })).toMatchObject({
            exitCode: 1,
            text: expect.stringContaining("--compare local"),
        });
        expect(runPlan({}).exitCode).toBe(2);
    });

    test("takes the last word from --set, and says when it is set twice", () => {
        expect(JSON.parse(runPlan({ useCase: "user-preferences", set: ["size=3Gi"], json: true }).text).volumes[0].size).toBe("3Gi");
        expect(runPlan({ useCase: "user-preferences", set: ["size=3Gi", "size=4Gi"] }).text).toContain("set twice");
    });

    test("tells all problems in one page, numbered, with what to write", () => {
        const { text, exitCode } = runPlan({ useCase: "banking-ledgr", target: "ekss", set: ["sise=1Gi"] });
        expect(exitCode).toBe(2);
        expect(text).toMatch(/3 problems/);
        expect(text).toMatch(/write\s+useCase: banking-ledger/);
        expect(text).toMatch(/write\s+target: eks/);
        expect(text).toMatch(/write\s+size: 1Gi/);
    });

    test("compares the kinds side by side, with the refused ones and their rules", () => {
        const { text, exitCode } = runPlan({ useCase: "user-preferences", target: "eks", compare: "local,network,cloud" });
        expect(exitCode).toBe(0);
        expect(text.split("\n")[0]).toMatch(/local\s+│ network\s+│ cloud/);
        expect(text).toContain("single-local-copy");
        expect(text).toContain("taken for the");
        expect(text).toContain("$0.");
        const json = JSON.parse(runPlan({ useCase: "user-preferences", target: "eks", compare: "local,cloud", json: true }).text);
        expect(json.kinds.map(({ kind }: { kind: string }) => kind)).toEqual(["local", "cloud"]);
        expect(runPlan({ useCase: "user-preferences", target: "eks", compare: "local,cloud", markdown: true }).text).toMatch(
            /^\| {2}\| local \| cloud \|/,
        );
    });

    test("lists what can be set", () => {
        const { text } = runPlan({ settings: true });
        expect(text).toContain("objectives.failover.rpo");
        expect(text).toMatch(/storage\.driver\s+storageDriver/);
    });
});

test("use-cases lists each with its summary", () => {
    const { text } = runUseCases();
    for (const [name] of Object.entries(catalog)) {
        expect(text).toContain(name);
    }
    expect(Object.keys(JSON.parse(runUseCases({ json: true }).text).useCases)).toEqual(Object.keys(catalog));
});

test.each([
    [0.002, "2 in 1,000"],
    [1e-6, "1 in a million"],
    [0.05, "5 in 100"],
    ["unknown", "unknown"],
    [3e-13, "3.0e-13"],
] as const)("a chance of %p is %s", (value, words) => {
    expect(chance(value)).toBe(words);
});
