import type { World } from "./world";

export interface ClientPod {
    name: string;
    namespace: string;
    /** The application whose NetworkPolicy lets it in. */
    app: string;
    image: string;
    command?: string[];
    /** Where the image names no user by its number. */
    runAsUser?: number;
    /** One of its own choice where there is none; taints are no hindrance. */
    nodeName?: string;
    env?: object[];
    volumeMounts?: object[];
    volumes?: object[];
}

/** A pod that an application's clients might run in, with nothing that "restricted" forbids; commands are run in it. */
function clientPod({ name, namespace, app, image, command, runAsUser, nodeName, env, volumeMounts, volumes }: ClientPod): object {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, labels: { [`holdfast.dev/client-of-${app}`]: "true" } },
        spec: {
            nodeName,
            tolerations: [{ operator: "Exists" }],
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            containers: [
                {
                    name: "client",
                    image,
                    imagePullPolicy: "IfNotPresent",
                    command: command ?? ["sleep", "infinity"],
                    securityContext: {
                        runAsNonRoot: true,
                        runAsUser,
                        allowPrivilegeEscalation: false,
                        capabilities: { drop: ["ALL"] },
                        seccompProfile: { type: "RuntimeDefault" },
                    },
                    env,
                    volumeMounts,
                },
            ],
            volumes,
        },
    };
}

/** Makes the pod, with what else it needs, and waits until it runs. */
export function startClientPod(world: World, pod: ClientPod, ...others: object[]): void {
    world.apply(...others, clientPod(pod));
    world.kubectl("-n", pod.namespace, "wait", "--for=condition=Ready", `pod/${pod.name}`, "--timeout=60s");
}
