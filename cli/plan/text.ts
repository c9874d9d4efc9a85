/** Text for a terminal: wrapping, columns and boxes, without colour, so that it reads the same in a log. */

/** Words in lines of at most `width` characters, each line after the first indented. */
export function wrap(text: string, width: number, indent = ""): string {
    const lines: string[] = [];
    let line = "";
    for (const word of text.split(/\s+/).filter(Boolean)) {
        const next = line === "" ? word : `${line} ${word}`;
        if (next.length > width && line.trim() !== "") {
            lines.push(line);
            line = `${indent}${word}`;
        } else {
            line = next;
        }
    }
    return [...lines, line].join("\n");
}

/** Rows of cells, each column as wide as its widest cell, the last one wrapped into what is left of `width`. */
export function columns(rows: string[][], width: number, indent = "  "): string {
    const last = Math.max(...rows.map((row) => row.length)) - 1;
    const widths = Array.from({ length: last }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
    const left = indent.length + widths.reduce((sum, each) => sum + each + 2, 0);
    return rows
        .map((row) => {
            const head = indent + widths.map((each, column) => (row[column] ?? "").padEnd(each + 2)).join("");
            const tail = wrap(row[last] ?? "", Math.max(24, width - left)).split("\n");
            return tail.map((line, index) => (index === 0 ? head + line : " ".repeat(left) + line).trimEnd()).join("\n");
        })
        .join("\n");
}

/** A grid with a cell's text wrapped in its column: for comparing side by side. */
export function grid(rows: string[][], width: number): string {
    const count = rows[0].length;
    const first = Math.max(...rows.map(([name]) => name.length));
    const each = Math.max(16, Math.floor((width - first - 3 * (count - 1)) / (count - 1)));
    const widths = [first, ...Array.from({ length: count - 1 }, () => each)];
    const rule = widths.map((column) => "─".repeat(column)).join("─┼─");
    const lines = rows.map((row) => {
        const cells = row.map((cell, column) => cell.split("\n").flatMap((part) => wrap(part, widths[column]).split("\n")));
        const height = Math.max(...cells.map((cell) => cell.length));
        return Array.from({ length: height }, (_, line) =>
            cells
                .map((cell, column) => (cell[line] ?? "").padEnd(widths[column]))
                .join(" │ ")
                .trimEnd(),
        ).join("\n");
    });
    return [lines[0], ...lines.slice(1)].join(`\n${rule}\n`);
}

/** A box around lines. */
export function box(lines: string[]): string[] {
    const width = Math.max(...lines.map((line) => line.length));
    return [`┌─${"─".repeat(width)}─┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└─${"─".repeat(width)}─┘`];
}

/** Boxes next to each other, as many in a line as fit. */
export function beside(boxes: string[][], width: number): string[] {
    const out: string[] = [];
    let line: string[][] = [];
    const flush = () => {
        const height = Math.max(0, ...line.map((each) => each.length));
        for (let row = 0; row < height; row++) {
            out.push(
                line
                    .map((each) => each[row] ?? " ".repeat(each[0].length))
                    .join("  ")
                    .trimEnd(),
            );
        }
        line = [];
    };
    for (const each of boxes) {
        const used = line.reduce((sum, before) => sum + before[0].length + 2, 0);
        if (line.length > 0 && used + each[0].length > width) {
            flush();
        }
        line.push(each);
    }
    flush();
    return out;
}
