import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { sandboxKubeconfig } from "../../stacks/cluster";

/** Lets a file's tests find a sandbox that was started: by its kubeconfig, in a folder of their own, which is returned once they run. */
export function withSandboxHome(): () => string {
    const before = process.env.XDG_STATE_HOME;
    let home: string;
    beforeAll(() => {
        home = mkdtempSync(join(tmpdir(), "holdfast-test-"));
        process.env.XDG_STATE_HOME = home;
        const kubeconfig = sandboxKubeconfig(process.env, home);
        mkdirSync(dirname(kubeconfig), { recursive: true });
        writeFileSync(kubeconfig, "");
    });
    afterAll(() => {
        rmSync(home, { recursive: true });
        if (before === undefined) delete process.env.XDG_STATE_HOME;
        else process.env.XDG_STATE_HOME = before;
    });
    return () => home;
}
