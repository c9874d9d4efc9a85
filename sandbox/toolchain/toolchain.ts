import * as path from "node:path";
import type { Step } from "../progress";
import { buildToolSet, goVersion, humanSeconds, missingToolSets, toolSetFolder } from "./build";
import { type ToolSetName, toolSets } from "./tools";

/** The programs of some tool sets in the cache. */
export class Toolchain {
    private readonly go: string;

    constructor(
        private readonly cache: string,
        readonly names: readonly ToolSetName[],
    ) {
        const go = goVersion();
        if (!go) throw new Error("no Go found: install Go 1.26 or newer; the sandbox's programs are built with it");
        this.go = go;
    }

    /** Sets that aren't built, and the seconds that takes at most. */
    get missing(): { names: ToolSetName[]; coldSeconds: number } {
        return missingToolSets(this.cache, this.names, this.go);
    }

    /** Path of a program, by its name. */
    readonly program = (name: string): string => {
        const set = (Object.keys(toolSets) as ToolSetName[]).find((key) => Object.values(toolSets[key].programs).includes(name as never));
        if (!set) throw new Error(`no tool set makes a program called ${name}`);
        return path.join(toolSetFolder(this.cache, set, this.go), name);
    };

    /** Folder of a tool set's programs, for PATH. */
    readonly folder = (name: ToolSetName): string => toolSetFolder(this.cache, name, this.go);

    /** Heading for the builds, with how long they take at most. */
    get title(): string {
        return `Toolchain (once; up to ${humanSeconds(this.missing.coldSeconds)} on two cores)`;
    }

    /** One step per set that isn't built. */
    steps(): Step[] {
        return this.missing.names.map((name) => ({
            title: `Build ${toolSets[name].title} (about ${humanSeconds(toolSets[name].coldSeconds)} from nothing)`,
            run: async (update) => {
                await buildToolSet(this.cache, name, this.go, update);
            },
        }));
    }
}
