/**
 * The review of a preview of a thousand resources: reading it and judging it, and the whole command.
 *
 * The preview is one that the real engine wrote of a plain program whose cluster changes, so that every object is replaced, many times over.
 */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parsePreview, review } from "../../policies/review";
import { type Comparison, median } from "./statistics";

const repository = path.join(__dirname, "..", "..");
const recorded = path.join(repository, "test", "plans", "review", "another-cluster.json");
const resources = 1000;

interface Document {
    steps: { urn: string }[];
    changeSummary: Record<string, number>;
}

/** The recorded preview in that many namespaces that it has a thousand resources, or a few more. */
function largePreview(): string {
    const text = fs.readFileSync(recorded, "utf8");
    const one: Document = JSON.parse(text);
    const copies = Math.ceil(resources / new Set(one.steps.map(({ urn }) => urn)).size);
    const all = Array.from({ length: copies }, (_, copy): Document => {
        const own = text.replace(/"plain(-delete)?"/g, `"plain-${copy}$1"`).replace(/"plain\//g, `"plain-${copy}/`);
        // The last part of a URN is the name in the program, which a stack has once.
        return JSON.parse(own.replace(/("urn:pulumi:[^"]*::)([^":]+)"/g, `$1copy-${copy}-$2"`));
    });
    const changeSummary = Object.fromEntries(Object.entries(one.changeSummary).map(([op, count]) => [op, count * copies]));
    return JSON.stringify({ ...one, steps: all.flatMap(({ steps }) => steps), changeSummary }, null, 2);
}

const timed = (run: () => void): number => {
    const started = process.hrtime.bigint();
    run();
    return Number(process.hrtime.bigint() - started) / 1e6;
};

export function reviews(runs: number): Comparison[] {
    const text = largePreview();
    const { rows, outcome } = review(parsePreview(text));
    // Stacks, components and Services are no rows.
    if (rows.length < resources * 0.8 || outcome !== "refused") {
        throw new Error(`${rows.length} rows and "${outcome}" for a preview of ${resources} resources that are all replaced`);
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-bench-"));
    try {
        const file = path.join(folder, "preview.json");
        fs.writeFileSync(file, text);
        const command = () => {
            const args = [path.join(repository, "cli", "bin", "holdfast.js"), "review", "--preview", file, "--markdown"];
            const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 28 });
            if (status !== 2) throw new Error(`holdfast review ended with exit code ${status}: ${stderr}`);
        };
        command();
        const many = (what: string, run: () => void): Comparison => {
            const ours = Array.from({ length: runs }, () => timed(run));
            return { what, ours, promised: "≤ 1000 ms", kept: median(ours) <= 1000 };
        };
        const megabytes = (text.length / 1e6).toFixed(1);
        return [
            many(`review of a preview of ${resources.toLocaleString("en")} resources (${megabytes} MB)`, () => review(parsePreview(text))),
            many("holdfast review of the same preview, the whole command", command),
        ];
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}
