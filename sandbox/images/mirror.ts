import { readdir, readFile } from "node:fs/promises";
import * as path from "node:path";

/** Where Debian packages come from. */
export interface Mirror {
    archive: string;
    /** Security updates; nothing where the machine has a mirror of its own that is not known to carry them. */
    security?: string;
}

/** Debian's own addresses, used where the machine names no other. */
export const DEFAULT_MIRROR: Mirror = { archive: "http://deb.debian.org/debian", security: "http://deb.debian.org/debian-security" };

/** Releases of Debian, to tell its archive from the many others whose addresses look like it. */
const SUITES = /^(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security)?$/;

interface Source {
    uri: string;
    suite: string;
    components: string[];
}

/** Entries of a one-line `.list` file. */
function parseList(text: string): Source[] {
    return text.split("\n").flatMap((line) => {
        const [, uri, suite, components] = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? [];
        return uri && suite ? [{ uri, suite, components: (components ?? "").trim().split(/\s+/) }] : [];
    });
}

/** Entries of a deb822 `.sources` file. */
function parseDeb822(text: string): Source[] {
    const withoutComments = text
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n");
    return withoutComments.split(/\n\s*\n/).flatMap((paragraph) => {
        const fields: Record<string, string> = {};
        for (const [, name, value] of paragraph.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)) {
            fields[name.toLowerCase()] = value.trim();
        }
        const words = (name: string) => (fields[name] ?? "").split(/\s+/).filter(Boolean);
        if (!words("types").includes("deb") || fields.enabled?.toLowerCase() === "no") {
            return [];
        }
        return words("uris").flatMap((uri) => words("suites").map((suite) => ({ uri, suite, components: words("components") })));
    });
}

/** The mirror that apt's source files name: the first entry for Debian's main archive, and the first for its security updates. */
export function mirrorFrom(files: readonly { name: string; text: string }[]): Mirror {
    const debian = files
        .flatMap(({ name, text }) => (name.endsWith(".sources") ? parseDeb822(text) : parseList(text)))
        .filter(({ uri, suite, components }) => SUITES.test(suite) && components.includes("main") && /^(https?|file|copy):/.test(uri));
    const archive = debian.find(({ suite }) => !suite.endsWith("-security"));
    const security = debian.find(({ suite }) => suite.endsWith("-security"));
    const trimmed = (source: Source) => source.uri.replace(/\/+$/, "");
    if (!archive) {
        return DEFAULT_MIRROR;
    }
    return security ? { archive: trimmed(archive), security: trimmed(security) } : { archive: trimmed(archive) };
}

/** The mirror of this machine, from its apt sources; Debian's own on Ubuntu, whose sources name Ubuntu's. */
export async function machineMirror(etcApt = "/etc/apt"): Promise<Mirror> {
    const parts = path.join(etcApt, "sources.list.d");
    const names = (await readdir(parts).catch(() => [])).sort().map((name) => path.join(parts, name));
    const candidates = [path.join(etcApt, "sources.list"), ...names].filter((name) => /\.(list|sources)$/.test(name));
    const files = await Promise.all(candidates.map(async (name) => ({ name, text: await readFile(name, "utf8").catch(() => "") })));
    return mirrorFrom(files);
}
