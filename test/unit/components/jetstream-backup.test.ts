/** The backups of an application with streams: where they are made, and what restores them by way of trial. */

import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { type Recording, record } from "../../support/mocks";
import { repository } from "./backed-up-apps";

const clicks: StatefulAppArgs = { useCase: "user-actions", target: "sandbox" };
const app = (args: StatefulAppArgs = { ...clicks, ...repository }, preview = false) =>
    record(() => new StatefulApp("clicks", args).host, { preview });
const deploymentType = "kubernetes:apps/v1:Deployment";
const streamPod = (recording: Recording) => recording.only(deploymentType, "clicks-backup").inputs;

describe.each([true, false])("the pod that makes the stream (preview: %s)", (preview) => {
    it("is told to K8up, and the members, who have nothing to make it with, are not", async () => {
        const recording = await app(undefined, preview);
        const { metadata, spec } = streamPod(recording).spec.template;
        expect(metadata.annotations).toEqual({
            "k8up.io/backupcommand": "/bin/sh /etc/holdfast/backup/stream.sh",
            "k8up.io/file-extension": ".jetstream",
        });
        expect(spec.containers[0]).toMatchObject({ name: "main", image: "registry.sandbox.holdfast/node:20" });
        const members = recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template;
        expect(JSON.stringify(members)).not.toContain("k8up.io");
        expect(JSON.stringify(members)).not.toContain("backup-stream");
        const claims = recording.all("kubernetes:core/v1:PersistentVolumeClaim");
        expect(claims.map(({ inputs }) => inputs.metadata.annotations["k8up.io/backup"])).toEqual(["false", "false", "false"]);
    });

    it("is let in as a client, and is no member: the Service doesn't send clients to it", async () => {
        const recording = await app(undefined, preview);
        const { labels } = streamPod(recording).spec.template.metadata;
        expect(labels).toMatchObject({ "holdfast.dev/client-of-clicks": "true", "app.kubernetes.io/name": "clicks-backup" });
        expect(recording.only("kubernetes:core/v1:Service", "clicks").inputs.spec.selector).toEqual({ "app.kubernetes.io/name": "clicks" });
    });
});

describe("the pod that makes the stream", () => {
    it("has the administrator's password by its Secret, the scripts, and room for a copy of a member", async () => {
        const recording = await app();
        const { spec } = streamPod(recording).spec.template;
        const [{ env, volumeMounts, securityContext }] = spec.containers;
        expect(env).toContainEqual({
            name: "NATS_PASSWORD",
            valueFrom: { secretKeyRef: { name: "clicks-password", key: "administrator-password" } },
        });
        expect(spec.volumes).toEqual([
            { name: "files-0", configMap: { name: "clicks-backup-stream" } },
            { name: "work", emptyDir: { sizeLimit: "1Gi" } },
        ]);
        expect(volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(["/etc/holdfast/backup", "/work"]);
        expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
        expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
        const { data } = recording.only("kubernetes:core/v1:ConfigMap", "clicks-backup-stream").inputs;
        expect(Object.keys(data).sort()).toEqual(["client.js", "ranges.js", "stream.js", "stream.json", "stream.sh"]);
    });

    it("is made neither without a repository nor where nothing is backed up", async () => {
        for (const args of [clicks, { ...clicks, ...repository, set: { "backup.policy": "none" } }]) {
            const recording = await app(args as StatefulAppArgs);
            expect(recording.all(deploymentType)).toEqual([]);
            expect(JSON.stringify(recording.resources)).not.toContain("k8up.io/backupcommand");
        }
    });
});

describe("the drill", () => {
    it("starts servers of its own in the engine's image, and asks them in one with Node.js", async () => {
        const recording = await app();
        const { spec } = recording.only("kubernetes:batch/v1:CronJob", "clicks-drill").inputs.spec.jobTemplate.spec.template;
        const steps = spec.containers.map(({ name, image }: { name: string; image: string }) => [name, image]);
        expect(steps).toEqual([
            ["fetch", "registry.sandbox.holdfast/k8up:2.12.0"],
            ["engine", "registry.sandbox.holdfast/node:20"],
            ["servers", "registry.sandbox.holdfast/nats:2.12"],
            ["report", "registry.sandbox.holdfast/node:20"],
        ]);
        const [fetch, , servers] = spec.containers;
        expect(fetch.env).toContainEqual({ name: "DRILL_PATHS", value: "/clicks-main.jetstream" });
        // A third each of what the kernel allows all of them.
        expect(servers.env).toContainEqual({ name: "GOMEMLIMIT", value: "72MiB" });
        expect(servers.resources.limits.memory).toBe("256Mi");
        expect(spec.volumes.map(({ name }: { name: string }) => name)).toContain("servers-tmp");
        const { data } = recording.only("kubernetes:core/v1:ConfigMap", "clicks-drill-scripts").inputs;
        expect(Object.keys(data)).toEqual(
            expect.arrayContaining(["jetstream.sh", "jetstream.js", "client.js", "ranges.js", "restore.js", "servers.sh", "report.js"]),
        );
    });
});
