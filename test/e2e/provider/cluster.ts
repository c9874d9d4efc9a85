import { killInside } from "../support/processes";
import { World } from "../support/world";

/** The cluster that a file of provider tests runs on. */
export interface ProviderCluster {
    /** Kills the API server; it is started again within a second. Undefined on a cluster that isn't ours to hurt. */
    restartApiServer: (() => void) | undefined;
}

/**
 * A sandbox of the file's own, or, where KUBECONFIG is set, that cluster with the engine on PATH. Call it at the top of the file: it sets the
 * environment that the engine and kubectl are run with before the first test, and takes the sandbox away after the last.
 */
export function useCluster(name: string): ProviderCluster {
    if (process.env.KUBECONFIG) return { restartApiServer: undefined };
    let world: World | undefined;
    beforeAll(() => {
        world = World.create(name);
        world.holdfast("sandbox", "up");
        for (const key of ["PATH", "KUBECONFIG", "PULUMI_HOME"]) process.env[key] = world.engineEnv[key];
    });
    afterAll(() => world?.destroy());
    return { restartApiServer: () => killInside((world as World).layout.controlPlane.folder, "kube-apiserver") };
}
