import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { childEnvironment, findEngine, kubernetesPluginVersion, neededToolSets } from "../../../cli/engine";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-engine-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Puts a program somewhere below the scratch folder. */
function program(...where: string[]): string {
    const file = path.join(folder, ...where);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, "");
    return file;
}

describe("Pulumi's own programs", () => {
    const env = () => ({ PATH: path.join(folder, "bin"), HOME: path.join(folder, "home") });
    const ours = () => path.join(folder, "ours");

    test("are not there on a bare machine", () => {
        expect(findEngine(env(), ours())).toEqual({ cli: undefined, languageHost: false, kubernetesPlugin: false });
    });

    test("are found on PATH, beside the CLI, and among the plugins at home", () => {
        const cli = program("bin", "pulumi");
        program("bin", "pulumi-language-nodejs");
        program("home", ".pulumi", "plugins", `resource-kubernetes-v${kubernetesPluginVersion}`, "pulumi-resource-kubernetes");
        expect(findEngine(env(), ours())).toEqual({ cli, languageHost: true, kubernetesPlugin: true });
    });

    test("of another version are no use", () => {
        program("home", ".pulumi", "plugins", "resource-kubernetes-v3.0.0", "pulumi-resource-kubernetes");
        expect(findEngine(env(), ours()).kubernetesPlugin).toBe(false);
    });

    test("are not those that a sandbox put there", () => {
        program("ours", "sandbox", "bin", "pulumi");
        expect(findEngine({ ...env(), PATH: path.join(folder, "ours", "sandbox", "bin") }, ours()).cli).toBeUndefined();
    });
});

describe("what stands in", () => {
    const none = { cli: undefined, languageHost: false, kubernetesPlugin: false };

    test("is everything where there is nothing", () => {
        expect(neededToolSets(none, "sandbox")).toEqual(["pulumi", "language-host", "kubernetes-provider"]);
        expect(neededToolSets(none, "other")).toEqual(["pulumi", "language-host", "kubernetes-provider"]);
    });

    test("is nothing where all is there: real plugins win", () => {
        expect(neededToolSets({ cli: "/usr/bin/pulumi", languageHost: true, kubernetesPlugin: true }, "sandbox")).toEqual([]);
    });

    test("is not the provider where a real CLI can fetch the real one for a real cluster", () => {
        const found = { cli: "/usr/bin/pulumi", languageHost: true, kubernetesPlugin: false };
        expect(neededToolSets(found, "other")).toEqual([]);
        expect(neededToolSets(found, "sandbox")).toEqual(["kubernetes-provider"]);
    });
});

describe("the environment of `pulumi`", () => {
    test("is the user's, with the engine's on top and its programs first", () => {
        const env = childEnvironment({ env: { A: "engine" }, bin: "/bin-of-ours" }, { A: "user", B: "user", PATH: "/usr/bin" });
        expect(env).toEqual({ A: "engine", B: "user", PATH: "/bin-of-ours:/usr/bin" });
    });

    test("has one passphrase: the sandbox's file wins over the user's text", () => {
        const engine = { env: { PULUMI_CONFIG_PASSPHRASE_FILE: "/f" }, bin: undefined };
        expect(childEnvironment(engine, { PULUMI_CONFIG_PASSPHRASE: "mine" })).toEqual({ PULUMI_CONFIG_PASSPHRASE_FILE: "/f" });
    });
});
