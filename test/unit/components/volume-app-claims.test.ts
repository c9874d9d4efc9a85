import { planOf, StatefulApp } from "../../../components/stateful-app";
import type { StatefulAppArgs } from "../../../components/stateful-app-args";
import { type Properties, record } from "../../support/mocks";

const base: StatefulAppArgs = { useCase: "user-preferences", target: "sandbox" };
const problems = (more: Partial<StatefulAppArgs>) =>
    planOf("prefs", { ...base, ...more }).problems.map(({ path, reason }) => `${path}: ${reason}`);

describe("what an application says about its claims", () => {
    it("is fine where the driver can do it", () => {
        expect(problems({ restoreFrom: { "data-prefs-0": "snapshot/before" } })).toEqual([]);
        expect(problems({ restoreFrom: { "data-prefs-0": "claim/data-other-0" }, keepClaims: 1 })).toEqual([]);
    });

    it("is refused, all at once, where it names no claim, no source, or fewer claims than members", () => {
        const found = problems({ restoreFrom: { "data-perfs-0": "snapshot/a", "data-prefs-0": "yesterday" }, keepClaims: 0 });
        expect(found).toEqual([
            expect.stringMatching(/^keepClaims: 0 is not a number of claims to keep/),
            expect.stringMatching(/^restoreFrom\["data-prefs-0"\]: "yesterday" is not a source/),
            expect.stringMatching(/^keepClaims: 0 is not 1/),
        ]);
        expect(problems({ restoreFrom: { "data-perfs-0": "snapshot/a" } })).toEqual([
            expect.stringContaining('"data-perfs-0" is not a claim of the application. Did you mean "data-prefs-0"?'),
        ]);
    });

    it("is refused where the driver has no snapshots or clones, with what to do instead", () => {
        const local = { storageDriver: "local-path", accept: ["single-local-copy"] };
        expect(problems({ ...local, restoreFrom: { "data-prefs-0": "snapshot/a" } })).toEqual([
            expect.stringContaining("local-path has no snapshots. Restore a dump"),
        ]);
        expect(problems({ ...local, restoreFrom: { "data-prefs-0": "claim/a" } })).toEqual([
            expect.stringContaining("local-path can't clone a volume. Restore a dump"),
        ]);
        expect(problems({ ...local, attributesClass: "fast" })).toEqual([
            expect.stringMatching(/^attributesClass: local-path can't change the attributes.*choose .*ebs-gp3/),
        ]);
    });

    it("is judged by the volume it is about: of one with a class of its own nothing is known", () => {
        const workload = (storageClass?: string) => ({
            ports: [{ name: "http", port: 8080 }],
            volumes: [
                { name: "data", mountPath: "/data" },
                { name: "media", mountPath: "/media", size: "1Gi", storageClass },
            ],
        });
        const custom = {
            useCase: "custom",
            image: "registry.example.org/wiki:4.2",
            storageDriver: "local-path",
            accept: ["single-local-copy"],
        };
        const restoreFrom = { "media-prefs-0": "snapshot/a" };
        expect(problems({ ...custom, restoreFrom, workload: workload("shared") })).toEqual([]);
        expect(problems({ ...custom, restoreFrom, workload: workload() })).toEqual([
            expect.stringMatching(/^restoreFrom\["media-prefs-0"\]: local-path has no snapshots/),
        ]);
    });

    it("is believed of a class that nothing is known of", () => {
        const restoreFrom = { "data-prefs-0": "snapshot/a" };
        expect(
            problems({ target: "kubernetes", environment: "development", storageClass: "standard", restoreFrom, attributesClass: "fast" }),
        ).toEqual([]);
    });
});

it("an image of one's own has a class and attributes for each volume, or else the application's", async () => {
    const { resources } = await record(
        () =>
            new StatefulApp("wiki", {
                useCase: "custom",
                target: "sandbox",
                image: "registry.example.org/wiki:4.2",
                attributesClass: "fast",
                replicas: 1,
                keepClaims: 2,
                workload: {
                    ports: [{ name: "http", port: 8080 }],
                    volumes: [
                        { name: "data", mountPath: "/data" },
                        { name: "media", mountPath: "/media", size: "1Gi", storageClass: "shared", attributesClass: "slow" },
                        { name: "log", mountPath: "/log", size: "1Gi" },
                    ],
                },
            }),
    );
    const claims = resources.filter(({ type }) => type === "kubernetes:core/v1:PersistentVolumeClaim");
    const of = ({ storageClassName, volumeAttributesClassName }: Properties) => [storageClassName, volumeAttributesClassName];
    const wiki = expect.stringMatching(/^wiki-[0-9a-f]{6}$/);
    const expected = { data: [wiki, "fast"], media: ["shared", "slow"], log: [wiki, undefined] };
    expect(Object.fromEntries(claims.map(({ inputs }) => [inputs.metadata.name, of(inputs.spec)]))).toEqual(
        Object.fromEntries([0, 1].flatMap((n) => Object.entries(expected).map(([name, value]) => [`${name}-wiki-${n}`, value]))),
    );
});
