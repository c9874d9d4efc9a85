/** The use case `custom`: an image of one's own, made from its plan and its description. */

import * as pulumi from "@pulumi/pulumi";
import { type AppWorkload, StatefulApp, type StatefulAppArgs } from "../../../components";
import { planOf } from "../../../components/stateful-app";
import { type Recording, record } from "../../support/mocks";

const setType = "kubernetes:apps/v1:StatefulSet";
const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
const wiki: AppWorkload = { ports: [{ name: "http", port: 8080, servicePort: 80 }], volumes: [{ name: "data", mountPath: "/srv" }] };
const base: StatefulAppArgs = { useCase: "custom", target: "sandbox", image: "registry.example.org/wiki:4.2", workload: wiki };

function app(args: Partial<StatefulAppArgs> = {}, preview = false): Promise<Recording> {
    return record(
        () => {
            const { host, port, database, user, passwordSecret, claimNames } = new StatefulApp("wiki", { ...base, ...args });
            return { host, port, database, user, passwordSecret, claimNames };
        },
        { preview },
    );
}
const pathsOf = (args: Partial<StatefulAppArgs>) => planOf("wiki", { ...base, ...args }).problems.map(({ path }) => path);

describe("an image of one's own", () => {
    it("is made from its description, and from the plan whatever the plan decides", async () => {
        const recording = await app({ size: "3Gi", set: { "engine.runAsUser": "1234", "resources.limits.memory": "128Mi" } });
        const { plan } = planOf("wiki", { ...base, size: "3Gi" });
        const pod = recording.only(setType).inputs.spec.template.spec;
        expect(pod.securityContext).toMatchObject({ runAsUser: 1234, runAsGroup: 1000 });
        expect(pod.containers[0]).toMatchObject({
            image: "registry.example.org/wiki:4.2",
            resources: { requests: plan?.resources.requests, limits: { memory: "128Mi" } },
        });
        expect(recording.only(claimType).inputs.spec).toMatchObject({
            accessModes: [plan?.volumes[0].accessMode],
            resources: { requests: { storage: "3Gi" } },
        });
    });

    it("has no database, no user and no password, and says which port clients use", async () => {
        const recording = await app();
        expect(recording.outputs).toEqual({
            host: "wiki.wiki.svc.cluster.local",
            port: 80,
            database: "",
            user: "",
            passwordSecret: "",
            claimNames: ["data-wiki-0"],
        });
        expect(recording.all("kubernetes:core/v1:Secret")).toEqual([]);
    });

    it("is the same in a preview", async () => {
        const shape = ({ resources }: Recording) => resources.map(({ urn, inputs, protect }) => ({ urn, inputs, protect }));
        expect(shape(await app({}, true))).toEqual(shape(await app()));
    });

    it("keeps its claims and their namespace, and nothing else", async () => {
        const { resources } = await app({ replicas: 2 });
        const kept = resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete).map(({ type }) => type.split(":").pop());
        expect(kept.sort()).toEqual(["Namespace", "PersistentVolumeClaim", "PersistentVolumeClaim"]);
    });

    it("may have several members, each with volumes of its own, which the plan says", async () => {
        const media = { name: "media", mountPath: "/media", size: "5Gi" };
        const recording = await app({ replicas: 2, workload: { ...wiki, volumes: [...wiki.volumes, media] } });
        expect(recording.all(claimType).map(({ inputs }) => [inputs.metadata.name, inputs.spec.resources.requests.storage])).toEqual([
            ["data-wiki-0", "1Gi"],
            ["media-wiki-0", "5Gi"],
            ["data-wiki-1", "1Gi"],
            ["media-wiki-1", "5Gi"],
        ]);
        const words = /each of the 2 has its own, and nothing but the image copies it/;
        expect(planOf("wiki", { ...base, replicas: 2 }).plan?.notProtected.join()).toMatch(words);
        expect(planOf("wiki", base).plan?.notProtected.join()).not.toMatch(words);
    });

    it("has its further volumes in the plan, where claims are checked", () => {
        const media = { name: "media", mountPath: "/media", size: "5Gi" };
        const workload = { ...wiki, volumes: [...wiki.volumes, media] };
        expect(planOf("wiki", { ...base, workload }).plan?.volumes.map(({ name, size }) => [name, size])).toEqual([
            ["data", "1Gi"],
            ["media", "5Gi"],
        ]);
        expect(pathsOf({ workload, restoreFrom: { "media-wiki-0": "snapshot/before" } })).toEqual([]);
        expect(pathsOf({ restoreFrom: { "media-wiki-0": "snapshot/before" } })).not.toEqual([]);
    });

    it("keeps the claims of members that go", async () => {
        const recording = await app({ replicas: 1, keepClaims: 2 });
        expect(recording.all(claimType)).toHaveLength(2);
        expect(recording.only(setType).inputs.spec.replicas).toBe(1);
    });

    it("has its claims and no member where it is stopped", async () => {
        const recording = await app({ replicas: 2, isStopped: true });
        expect(recording.all(claimType)).toHaveLength(2);
        expect(recording.only(setType).inputs.spec.replicas).toBe(0);
        expect((await app({ replicas: 2, isStopped: false })).only(setType).inputs.spec.replicas).toBe(2);
    });

    it("shows its secrets nowhere", async () => {
        const recording = await app({
            workload: { ...wiki, secrets: { token: pulumi.secret("correct horse") }, secretEnv: { TOKEN: "token" } },
        });
        const secret = recording.only("kubernetes:core/v1:Secret");
        for (const other of recording.resources.filter((resource) => resource !== secret)) {
            expect(JSON.stringify(other.inputs)).not.toContain("correct horse");
        }
    });
});

describe("is refused", () => {
    it("without a description, with one to begin with, also where there is no plan", () => {
        const missing = {
            path: "workload",
            reason: expect.stringMatching(/missing: .* Write e\.g\. \{ ports: \[\{ name: http, port: 8080 \}\]/),
        };
        expect(planOf("wiki", { ...base, workload: undefined }).problems).toEqual([missing]);
        expect(planOf("wiki", { ...base, workload: undefined, image: undefined }).problems).toEqual([
            expect.objectContaining({ path: "image" }),
            missing,
        ]);
    });

    it("with every problem of it at once, by its path in the arguments, beside those of the plan", () => {
        const workload: AppWorkload = {
            ports: [{ name: "http", port: 80 }],
            volumes: [
                { name: "data", mountPath: "/srv", size: "1Gi" },
                { name: "media", mountPath: "/media" },
            ],
            partition: 3,
        };
        expect(pathsOf({ workload, replicas: 2 })).toEqual([
            "workload.volumes[0].size",
            "workload.volumes[1].size",
            "workload.ports[0].port",
            "workload.partition",
        ]);
        expect(pathsOf({ workload, replicas: 2, size: "1gb", app: "Wiki!" }).sort()).toEqual([
            "size",
            "workload.partition",
            "workload.ports[0].port",
            "workload.volumes[0].size",
            "workload.volumes[1].size",
        ]);
    });

    it("without a volume called data, which is the one that the plan sizes", () => {
        const { problems } = planOf("wiki", { ...base, workload: { ...wiki, volumes: [{ name: "files", mountPath: "/srv" }] } });
        expect(problems.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
            expect.stringMatching(/^workload\.volumes none is called "data".*Call "files" so/),
            expect.stringMatching(/^workload\.volumes\[0\]\.size is missing/),
        ]);
    });

    it("with what only a database has", () => {
        expect(pathsOf({ database: "wiki", password: "x" })).toEqual(["database", "password"]);
    });

    it("on an engine that isn't one's own", () => {
        expect(pathsOf({ useCase: "user-preferences", image: undefined })).toEqual(["workload"]);
    });

    it("for its name once", () => {
        for (const useCase of ["custom", "user-preferences"]) {
            const { problems } = planOf("Wiki!", {
                ...base,
                useCase,
                workload: useCase === "custom" ? wiki : undefined,
                namespace: "wiki",
            });
            expect(problems.map(({ path }) => path)).toEqual(["app"]);
        }
    });
});
