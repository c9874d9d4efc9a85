import { k8upImage } from "../../../sandbox/cluster/k8up";
import { s3Access } from "../../../sandbox/cluster/s3";
import { REGISTRY } from "../../../sandbox/images/catalog";
import type { World } from "./world";

/** restic as it is called in the reader. */
export const resticCommand = "restic --cacert /ca/ca.crt --quiet";

/** A pod `reader` with restic and an application's own way to a repository: its own, or one beside it. What a person would have at hand. */
export function startReader(world: World, app: string, prefix = app): void {
    const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: `${app}-backup-repository`, key } } });
    world.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "reader", namespace: app },
        spec: {
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "reader",
                    image: `${REGISTRY}/${k8upImage}`,
                    imagePullPolicy: "IfNotPresent",
                    command: ["sleep", "infinity"],
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    env: [
                        { name: "AWS_ACCESS_KEY_ID", ...from("access-key-id") },
                        { name: "AWS_SECRET_ACCESS_KEY", ...from("secret-access-key") },
                        { name: "RESTIC_PASSWORD", ...from("password") },
                        { name: "RESTIC_REPOSITORY", value: `s3:${s3Access.endpoint}/${s3Access.bucket}/${prefix}` },
                        { name: "RESTIC_CACHE_DIR", value: "/tmp/cache" },
                    ],
                    volumeMounts: [{ name: "ca", mountPath: "/ca" }],
                },
            ],
            volumes: [{ name: "ca", configMap: { name: s3Access.certificateAuthority.configMap } }],
        },
    });
    world.kubectl("-n", app, "wait", "--for=condition=Ready", "pod/reader", "--timeout=60s");
}

/** Runs a script in the reader, in which `r` is restic. */
export const inReader = (world: World, app: string, script: string): string =>
    world.kubectl("-n", app, "exec", "reader", "--", "sh", "-ec", `r() { ${resticCommand} "$@"; }\n${script}`);
