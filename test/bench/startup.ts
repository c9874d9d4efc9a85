import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Comparison, compare } from "./statistics";

const repository = path.join(__dirname, "..", "..");

/** The deep imports that the program of user-preferences loads, read from its sources so that the two sides stay alike. */
export function sdkImports(): string[] {
    const found = new Set<string>();
    for (const folder of ["components", "stacks"]) {
        for (const file of fs.readdirSync(path.join(repository, folder), { recursive: true }) as string[]) {
            if (!file.endsWith(".ts")) continue;
            const text = fs.readFileSync(path.join(repository, folder, file), "utf8");
            for (const match of text.matchAll(/^import (?!type)[^;]*? from "(@pulumi\/[^"]+)"/gm)) found.add(match[1] as string);
        }
    }
    return [...found].sort();
}

/** Mocks, config and project, as the engine would hand them over; the program registers everything and ends. */
const preamble = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({ newResource: (a) => ({ id: a.name + "-id", state: a.inputs }), call: (a) => a.inputs }, "holdfast", "user-preferences");
`;

/** Start-up of the program of user-preferences against loading the bare SDK with the same imports. */
export async function startup(runs: number): Promise<Comparison> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-bench-"));
    try {
        // The kubeconfig only has to exist: under mocks nobody reads it.
        fs.mkdirSync(path.join(folder, "holdfast", "sandbox"), { recursive: true });
        fs.writeFileSync(path.join(folder, "holdfast", "sandbox", "kubeconfig"), "");
        const config = { "holdfast:useCase": "user-preferences", "holdfast:target": "sandbox" };
        const env = { ...process.env, XDG_STATE_HOME: folder, PULUMI_CONFIG: JSON.stringify(config) };
        const time = (code: string) => {
            const started = process.hrtime.bigint();
            const result = spawnSync(process.execPath, ["-e", code], { cwd: repository, env, encoding: "utf8" });
            if (result.status !== 0) throw new Error(result.stderr);
            return Number(process.hrtime.bigint() - started) / 1e6;
        };
        const bare = sdkImports()
            .map((name) => `require(${JSON.stringify(name)});`)
            .join("\n");
        const ours = `${preamble}require("./stacks/main.js");`;
        time(ours);
        return await compare(
            "program start-up against loading the bare SDK",
            runs,
            1.3,
            () => time(ours),
            () => time(preamble + bare),
        );
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}
