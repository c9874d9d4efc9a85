/** A status as a page for a terminal: each application with its members and claims, and what is wrong beneath what it is about. */

import { wrap } from "../plan/text";
import { snapshotWords } from "./claims";
import type { AppStatus, ClaimStatus, Finding, RetainedVolume, State, Status, WorkloadStatus } from "./model";
import type { PromiseStatus, Verdict } from "./promise";
import { apiBytes, listed, quantityInWords, since, size } from "./words";

export interface PageOptions {
    /** @default 100 */
    width?: number;
    /** @default false */
    isColoured?: boolean;
}

type Tone = State | "note";

const colours: Record<Tone, number> = { ready: 32, waiting: 33, problem: 31, unknown: 35, note: 2 };
const signs: Record<Finding["severity"], string> = { problem: "!", waiting: "~", note: "-" };

const stateWords: Record<State, string> = {
    ready: "ready",
    waiting: "not ready: something is awaited",
    problem: "not ready: something is wrong",
    unknown: "can't be told",
};

/** Lines of a page: kept apart from their colours, so that widths are those of the text. */
class Page {
    private readonly lines: string[] = [];
    constructor(
        private readonly width: number,
        private readonly isColoured: boolean,
    ) {}

    private paint(text: string, tone: Tone | undefined): string {
        return tone === undefined || !this.isColoured ? text : `\x1b[${colours[tone]}m${text}\x1b[0m`;
    }

    /** A text beneath what it belongs to, wrapped. */
    add(indent: number, text: string, tone?: Tone, hanging = 0): void {
        const room = Math.max(24, this.width - indent);
        const wrapped = wrap(text, room, " ".repeat(hanging)).split("\n");
        this.lines.push(...wrapped.map((line) => `${" ".repeat(indent)}${this.paint(line, tone)}`));
    }

    /** Facts in a row, each on a line of its own where it would not fit whole. */
    facts(indent: number, facts: string[]): void {
        let line = "";
        for (const fact of facts) {
            if (line !== "" && indent + line.length + 2 + fact.length > this.width) {
                this.add(indent, line, "note");
                line = "";
            }
            line = line === "" ? fact : `${line}, ${fact}`;
        }
        this.add(indent, line, "note");
    }

    finding(indent: number, { severity, text }: Finding): void {
        this.add(indent, `${signs[severity]} ${text}`, severity, 2);
    }

    /** Rows of cells in columns; a row that doesn't fit goes on in the next line. */
    rows(indent: number, rows: { cells: string[]; tone?: Tone; beneath: (indent: number) => void }[]): void {
        const count = Math.max(0, ...rows.map(({ cells }) => cells.length));
        const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map(({ cells }) => (cells[column] ?? "").length)));
        const fits = indent + widths.reduce((sum, each) => sum + each + 2, -2) <= this.width;
        for (const { cells, tone, beneath } of rows) {
            const line = fits ? cells.map((cell, column) => cell.padEnd(widths[column])).join("  ") : cells.filter(Boolean).join(", ");
            if (fits) this.lines.push(`${" ".repeat(indent)}${this.paint(line.trimEnd(), tone)}`);
            else this.add(indent, line, tone, 4);
            beneath(indent + 4);
        }
    }

    gap(): void {
        if (this.lines.length > 0) this.lines.push("");
    }

    get text(): string {
        return `${this.lines.join("\n")}\n`;
    }
}

/** `1Gi`, or both sizes where a claim has another than it asks for. */
function sizeWords({ asked, capacity }: ClaimStatus): string {
    if (capacity === undefined) return `${quantityInWords(asked)} asked`;
    const has = quantityInWords(capacity);
    return apiBytes(asked) === apiBytes(capacity) ? has : `${has} of ${quantityInWords(asked)} asked`;
}

function usedWords({ usedBytes, usedOfBytes }: ClaimStatus): string {
    if (usedBytes === "unknown") return "used: unknown";
    const share = usedOfBytes === "unknown" || usedOfBytes === 0 ? "" : ` (${Math.round((100 * usedBytes) / usedOfBytes)} %)`;
    return `${size(usedBytes)} used${share}`;
}

function claimRows(claims: ClaimStatus[], page: Page): void {
    page.rows(
        4,
        claims.map((claim) => ({
            cells: [claim.name, sizeWords(claim), usedWords(claim), claim.node ? `on ${claim.node}` : "on no node"],
            beneath: (indent) => {
                const facts = [
                    claim.class ? `class ${claim.class}` : "no class",
                    claim.volume ? `volume ${claim.volume}` : "no volume yet",
                    snapshotWords(claim.lastSnapshot),
                ];
                page.facts(indent, facts);
                if (claim.usedNote && claim.volume) {
                    page.add(
                        indent,
                        claim.usedBytes === "unknown" ? `used bytes unknown: ${claim.usedNote}` : `used ${claim.usedNote}`,
                        "note",
                        2,
                    );
                }
                for (const finding of claim.findings) page.finding(indent, finding);
            },
        })),
    );
}

function workloadLines(workload: WorkloadStatus, page: Page): void {
    const { kind, name, asked, ready, members, findings } = workload;
    page.add(
        2,
        `${kind} ${name}: ${ready} of ${asked} ${asked === 1 ? "member" : "members"} ready`,
        ready === asked && asked > 0 ? "ready" : "waiting",
    );
    for (const finding of findings) page.finding(4, finding);
    page.rows(
        4,
        members.map(({ name, role, ready, node, restarts, findings }) => ({
            cells: [
                name,
                `${role ? `${role}, ` : ""}${ready ? "ready" : "not ready"}`,
                node ? `on ${node}` : "on no node",
                restarts > 0 ? `restarted ${restarts === 1 ? "once" : `${restarts} times`}` : "",
            ],
            beneath: (indent) => {
                for (const finding of findings) page.finding(indent, finding);
            },
        })),
    );
}

function volumeLines(volumes: RetainedVolume[], now: number, page: Page): void {
    for (const { name, capacity, releasedAt, finding } of volumes) {
        const age = since(releasedAt, now);
        const facts = [capacity ? quantityInWords(capacity) : undefined, age ? `released ${age} ago` : undefined].filter(Boolean);
        page.add(4, [name, ...facts].join(", "));
        page.finding(8, finding);
    }
}

const verdictWords: Record<Verdict, string> = { kept: "kept", "at-risk": "at risk", broken: "broken", unknown: "can't be told" };
const verdictTones: Record<Verdict, Tone> = { kept: "ready", "at-risk": "waiting", broken: "problem", unknown: "unknown" };

function promiseLines({ verdict, reasons }: PromiseStatus, page: Page): void {
    page.add(2, `Promise of a restore: ${verdictWords[verdict]}`, verdictTones[verdict]);
    for (const reason of reasons) page.add(4, reason, verdict === "kept" ? "note" : undefined, 2);
}

function appLines(app: AppStatus, now: number, page: Page): void {
    const where = app.namespace === app.app ? "" : ` in namespace ${app.namespace}`;
    page.add(0, `${app.app}${where}: ${stateWords[app.state]}`, app.state);
    for (const finding of app.findings) page.finding(2, finding);
    for (const workload of app.workloads) workloadLines(workload, page);
    const groups: [string, ClaimStatus[]][] = [
        ["Claims", app.claims.filter(({ isKept }) => !isKept)],
        ["Claims that are kept", app.claims.filter(({ isKept }) => isKept)],
    ];
    for (const [title, claims] of groups) {
        if (claims.length === 0) continue;
        page.add(2, title);
        claimRows(claims, page);
    }
    if (app.promise) promiseLines(app.promise, page);
    if (app.retainedVolumes.length > 0) {
        page.add(2, "Volumes of deleted claims");
        volumeLines(app.retainedVolumes, now, page);
    }
    for (const { name, current, claims } of app.oldClasses) {
        page.add(
            2,
            `- ${listed(claims)} ${claims.length === 1 ? "has" : "have"} the earlier class ${name}: new volumes get ${current}`,
            "note",
            2,
        );
    }
}

/** The page; coloured only where asked, and readable without. */
export function statusPage(status: Status, { width = 100, isColoured = false }: PageOptions = {}): string {
    const page = new Page(width, isColoured);
    const now = Date.parse(status.readAt);
    const { context, stack } = status.cluster;
    page.add(0, `cluster ${context}${stack === undefined ? "" : `, of stack ${stack}`}`, "note");
    for (const app of status.apps) {
        page.gap();
        appLines(app, now, page);
    }
    if (status.retainedVolumes.length > 0) {
        page.gap();
        page.add(0, "Volumes of deleted claims, of applications that are gone");
        volumeLines(status.retainedVolumes, now, page);
    }
    if (status.notRead.length > 0) {
        page.gap();
        page.add(0, "Not read");
        for (const { what, reason } of status.notRead) page.add(2, `- ${what}: ${reason}`, undefined, 2);
    }
    return page.text;
}
