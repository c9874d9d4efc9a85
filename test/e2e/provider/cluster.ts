import { killInside } from "../support/processes";
import { World } from "../support/world";

/** The cluster that a file of provider tests runs on. */
export interface ProviderCluster {
    /** Kills the API server; it is started again within a second. Undefined on a cluster that isn't ours to hurt. */
    restartApiServer: (() => void) | undefined;
    /** Takes the file's own sandbox away. Call it last in `afterAll`. */
    destroy(): void;
}

/**
 * A sandbox of the file's own, or, where KUBECONFIG is set, that cluster with the engine on PATH. Call it at the top of the file: it sets the
 * environment that the engine and kubectl are run with before the first test. `options` are those of `holdfast sandbox up`.
 */
export function useCluster(name: string, ...options: string[]): ProviderCluster {
    if (process.env.KUBECONFIG) return { restartApiServer: undefined, destroy: () => {} };
    let world: World | undefined;
    beforeAll(() => {
        world = World.create(name);
        world.holdfast("sandbox", "up", ...options);
        for (const key of ["PATH", "KUBECONFIG", "PULUMI_HOME"]) process.env[key] = world.engineEnv[key];
    });
    return {
        restartApiServer: () => killInside((world as World).layout.controlPlane.folder, "kube-apiserver"),
        destroy: () => world?.destroy(),
    };
}
