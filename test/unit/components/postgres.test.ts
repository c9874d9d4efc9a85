import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { Postgres, type PostgresArgs } from "../../../components";
import { bytesOf } from "../../../components/usecases/quantities";
import { databaseNameOf, databaseNameProblem, postgresSettings } from "../../../components/workloads/postgres-settings";
import { type Recording, record } from "../../support/mocks";

const base: PostgresArgs = { namespace: "prefs", image: "docker.io/library/postgres:17.7", size: "10Gi", storageClass: "shared-123456" };
const secretType = "kubernetes:core/v1:Secret";

function postgres(args: Partial<PostgresArgs> = {}): Promise<Recording> {
    return record(() => {
        const { host, database, user, passwordSecret, claimNames } = new Postgres("user-preferences", { ...base, ...args });
        return { host, database, user, passwordSecret, claimNames };
    });
}

const containerOf = (recording: Recording) => recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template.spec.containers[0];
const passwordIn = (recording: Recording) => Buffer.from(recording.only(secretType).inputs.data.password, "base64").toString();

describe("the password", () => {
    it("is made once: later ones are ignored, and it is kept as long as the data", async () => {
        const secret = (await postgres()).only(secretType);
        expect(secret.ignoreChanges).toEqual(["data", "stringData"]);
        expect(secret).toMatchObject({ protect: true, retainOnDelete: true, secrets: ["data"] });
        expect(secret.inputs.metadata.name).toBe("user-preferences-password");
    });

    it("is random, long, and safe in a URL", async () => {
        const made = [passwordIn(await postgres()), passwordIn(await postgres())];
        expect(made[0]).toMatch(/^[\w-]{32}$/);
        expect(made[0]).not.toBe(made[1]);
    });

    it("is the one that was given, if one was", async () => {
        expect(passwordIn(await postgres({ password: pulumi.secret("chosen by me") }))).toBe("chosen by me");
    });

    it("is secret even where the caller forgot to say so, and is in nothing but its Secret", async () => {
        const recording = await postgres({ password: "chosen by me" });
        const secret = recording.only(secretType);
        expect(secret.secrets).toEqual(["data"]);
        const elsewhere = JSON.stringify([recording.resources.filter((resource) => resource !== secret), recording.outputs]);
        expect(elsewhere).not.toContain("chosen by me");
        expect(elsewhere).not.toContain(secret.inputs.data.password);
    });

    it("is there before the server starts, which reads it only once", async () => {
        expect((await postgres()).only("kubernetes:apps/v1:StatefulSet").dependsOn).toContain("user-preferences-password");
    });

    it("loses its protection by exact name", async () => {
        expect((await postgres({ allow: ["delete secret/user-preferences-password"] })).only(secretType)).toMatchObject({
            protect: false,
            retainOnDelete: false,
        });
    });
});

describe("the server", () => {
    it("keeps the contract of the official image", async () => {
        const { env, volumeMounts } = containerOf(await postgres());
        expect(Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]))).toEqual({
            PGDATA: "/var/lib/postgresql/data/pgdata",
            POSTGRES_DB: "user_preferences",
            POSTGRES_USER: "user_preferences",
            POSTGRES_PASSWORD_FILE: "/run/secrets/holdfast/password",
            POSTGRES_INITDB_ARGS: "--data-checksums --auth-host=scram-sha-256",
        });
        expect(volumeMounts[0]).toEqual({ name: "data", mountPath: "/var/lib/postgresql/data" });
    });

    it("is not killed while it replays its log, however long that takes", async () => {
        const { startupProbe, readinessProbe, livenessProbe } = containerOf(await postgres());
        expect(livenessProbe).toBeUndefined();
        // Exit code 1 of pg_isready: up, and not taking connections yet.
        expect(startupProbe.exec.command[2]).toMatch(/\|\| \[ \$\? -eq 1 \]$/);
        expect(startupProbe.failureThreshold * startupProbe.periodSeconds).toBe(3600);
        // Over TCP: the server that prepares a new data directory answers on the socket.
        expect(readinessProbe.exec.command[2]).toContain("--host=127.0.0.1");
    });

    it("is told to stop in fast mode and has two minutes for it", async () => {
        const recording = await postgres();
        expect(containerOf(recording).lifecycle.preStop.exec.command).toEqual(["/bin/sh", "-c", "pg_ctl stop --mode=fast --no-wait"]);
        expect(recording.only("kubernetes:apps/v1:StatefulSet").inputs.spec.template.spec.terminationGracePeriodSeconds).toBe(120);
    });

    it("does not restart when its volume grows", async () => {
        const template = async (size: string) => (await postgres({ size })).only("kubernetes:apps/v1:StatefulSet").inputs.spec.template;
        expect(await template("20Gi")).toEqual(await template("10Gi"));
    });

    it("refuses names PostgreSQL can't have, and volumes it can't start on", async () => {
        await expect(postgres({ database: "User-Preferences", user: "pg_admin" })).rejects.toThrow(
            /2 problems[\s\S]*database: "User-Preferences" is not a name[\s\S]*user: "pg_admin" is PostgreSQL's own/,
        );
        await expect(postgres({ size: "100Mi" })).rejects.toThrow(/volumes\[0\]\.size: 100Mi is less than it can start with/);
    });
});

describe("the settings", () => {
    it("fit the memory they were made for", () => {
        fc.assert(
            fc.property(fc.integer({ min: 256, max: 512 * 1024 }), (mebibytes) => {
                const settings = postgresSettings(`${mebibytes}Mi`);
                const mb = (name: string) => Number(/^(\d+)MB$/.exec(settings[name])?.[1]);
                expect(mb("shared_buffers")).toBeLessThanOrEqual(Math.max(32, mebibytes / 4));
                // work_mem has a floor of 1 MB, which the smallest servers exceed their quarter by.
                expect(mb("work_mem") * Number(settings.max_connections)).toBeLessThanOrEqual(Math.max(mebibytes / 4, 1 * 200));
                expect(mb("max_wal_size")).toBeGreaterThan(mb("min_wal_size"));
                expect(mb("max_wal_size")).toBeLessThanOrEqual(8192);
            }),
        );
    });

    it("are these for the sandbox", () => {
        expect(postgresSettings("512Mi")).toMatchObject({ shared_buffers: "128MB", max_connections: "64", work_mem: "2MB" });
        expect(bytesOf("512Mi")).toBe(536870912);
    });
});

describe("the name of a database", () => {
    it("comes from the application's and is always legal for one", () => {
        fc.assert(
            fc.property(fc.stringMatching(/^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/), (app) => {
                fc.pre(!/^(postgres|template[01])$/.test(app) && !app.startsWith("pg-"));
                expect(databaseNameProblem(databaseNameOf(app))).toBeUndefined();
            }),
        );
    });
});
