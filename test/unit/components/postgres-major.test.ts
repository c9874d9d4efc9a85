/** Another major version of PostgreSQL than the data's is refused in a preview, with the way to it. */

import * as pulumi from "@pulumi/pulumi";
import { majorRefusal } from "../../../cli/major-jump";
import { Postgres, PostgresCluster } from "../../../components";
import { askInstead } from "../../../components/storage/cluster-look";
import { clusterEvidence, majorOf, majorProblem, setEvidence } from "../../../components/workloads/postgres-major";
import { majorInTheWay } from "../../../components/workloads/postgres-major-check";
import { record } from "../../support/mocks";

afterEach(() => askInstead(undefined));

it.each([
    ["docker.io/library/postgres:17.7", 17],
    ["postgres:18", 18],
    ["postgres:9.6-alpine", 9],
    ["ghcr.io/cloudnative-pg/postgresql:17.5-bookworm@sha256:aa", 17],
    ["registry.example.org:5000/postgres:v16-x", 16],
    ["registry.example.org:5000/postgres", undefined],
    ["postgres:latest", undefined],
    ["postgres@sha256:17", undefined],
    ["postgres:20261122", undefined],
])("%s is PostgreSQL %s", (image, major) => {
    expect(majorOf(image)).toBe(major);
});

const set = (image: string, status: object = { readyReplicas: 1, currentRevision: "a", updateRevision: "a" }) => ({
    spec: { template: { spec: { containers: [{ name: "main", image }] } } },
    status,
});
const cluster = (majorVersion: number) => ({ status: { pgDataImageInfo: { majorVersion } } });

describe("the data's version", () => {
    it.each<[string, number | undefined, number | undefined]>([
        ["is the image's of a server that is ready with it", setEvidence.majorIn(set("postgres:17.5")), 17],
        [
            "isn't that of one that can't start",
            setEvidence.majorIn(set("postgres:18", { currentRevision: "a", updateRevision: "a" })),
            undefined,
        ],
        [
            "isn't that of an update under way",
            setEvidence.majorIn(set("postgres:18", { readyReplicas: 1, currentRevision: "a", updateRevision: "b" })),
            undefined,
        ],
        ["isn't in a name", setEvidence.majorIn(set("postgres:latest")), undefined],
        ["is what the operator noted", clusterEvidence.majorIn(cluster(17)), 17],
        ["isn't known before it did", clusterEvidence.majorIn({}), undefined],
    ])("%s", (_what, major, expected) => {
        expect(major).toBe(expected);
    });
});

describe("an image", () => {
    it.each<[string, number | undefined, RegExp | undefined]>([
        ["postgres:17.9", 17, undefined],
        ["postgres:latest", 17, undefined],
        ["postgres:18", undefined, undefined],
        [
            "postgres:18.1",
            17,
            /is PostgreSQL 18, and the data is PostgreSQL 17's, whose files a later version can't read\. To stay, write an image of 17\./,
        ],
        ["postgres:16", 17, /whose files an earlier version can't read.*To get to 16/],
    ])("%s on data of %s", (image, running, problem) => {
        const said = majorProblem(image, running, false);
        if (problem === undefined) expect(said).toBeUndefined();
        else expect(said).toMatch(problem);
    });

    it("gets the way that its engine has", () => {
        expect(majorProblem("postgres:18", 17, false)).toContain("`npx holdfast restore <stack> --to <new name>`");
        expect(majorProblem("postgres:18", 17, true)).toContain("pg_dump and psql");
    });
});

describe("a preview", () => {
    const asked: string[][] = [];
    const answers = (object: object | undefined) =>
        askInstead(async (_, argv) => {
            asked.push(argv);
            // What else is looked for is there.
            const there = argv.includes("--output=name") ? argv.filter((word) => word.includes("/")).join("\n") : "";
            return { isDone: true, stdout: object === undefined ? there : JSON.stringify(object), reason: "" };
        });
    const address = { context: "kind" };
    const request = { app: "ledger", namespace: "bank", image: "postgres:18", isCluster: false };
    async function problem(object: object | undefined, more: Partial<typeof request> = {}, preview = true): Promise<string | undefined> {
        answers(object);
        let said: string | undefined;
        await record(
            async () => {
                said = await majorInTheWay(address, { ...request, ...more });
            },
            { preview },
        );
        return said;
    }

    it("looks at the server, or at the Cluster, and an update doesn't", async () => {
        asked.length = 0;
        expect(await problem(set("postgres:17"))).toContain("PostgreSQL 17's");
        expect(await problem(cluster(17), { isCluster: true })).toContain("PostgreSQL 17's");
        expect(asked.map(([, resource, name, , namespace]) => [resource, name, namespace])).toEqual([
            ["statefulset", "ledger", "bank"],
            ["clusters.postgresql.cnpg.io", "ledger", "bank"],
        ]);
        expect(await problem(set("postgres:17"), {}, false)).toBeUndefined();
        expect(asked).toHaveLength(2);
    });

    it("refuses nothing where there is no data yet", async () => {
        expect(await problem(undefined)).toBeUndefined();
        expect(await problem(set("postgres:18"))).toBeUndefined();
    });

    it("goes on where the cluster doesn't answer, and says so once", async () => {
        const warned = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
        askInstead(async () => ({ isDone: false, stdout: "", reason: "connection refused" }));
        const look = (reason?: string) => {
            if (reason) askInstead(async () => ({ isDone: false, stdout: "", reason }));
            return majorInTheWay({ context: "away" }, request);
        };
        await record(
            async () => {
                expect(await look()).toBeUndefined();
                expect(warned).toHaveBeenCalledTimes(1);
                // Without the operator there is no Cluster.
                warned.mockClear();
                expect(await look('the server doesn\'t have a resource type "clusters"')).toBeUndefined();
            },
            { preview: true },
        );
        expect(warned).not.toHaveBeenCalled();
        warned.mockRestore();
    });

    it("is asked by both components, for what they are made with", async () => {
        asked.length = 0;
        answers(undefined);
        const common = { namespace: "bank", size: "10Gi", storageClass: "fast", ...address };
        await record(
            () => {
                new Postgres("single", { ...common, image: "postgres:17" });
                new PostgresCluster("ledger", { ...common, image: "postgresql:17", replicas: 1 });
            },
            { preview: true },
        );
        const objects = asked
            .filter((argv) => argv.includes("--output=json"))
            .map(([, resource, name, , namespace]) => [resource, name, namespace]);
        expect(objects).toEqual([
            ["statefulset", "single", "bank"],
            ["clusters.postgresql.cnpg.io", "ledger", "bank"],
        ]);
    });
});

describe("`up`", () => {
    const plan = (name: "postgres" | "postgres-cluster" | "valkey", image: string) =>
        ({ engine: { name, image } }) as Parameters<typeof majorRefusal>[0];

    it.each<[string, Parameters<typeof majorRefusal>[0], object | null | undefined, RegExp | undefined]>([
        [
            "refuses a jump",
            plan("postgres", "postgres:18"),
            set("postgres:17"),
            /^a\.yaml names another PostgreSQL than the data is of; nothing was changed\.\n {2}- holdfast:image: postgres:18/,
        ],
        ["refuses it of a cluster", plan("postgres-cluster", "postgres:16"), cluster(17), /PostgreSQL 16/],
        ["takes the same", plan("postgres", "postgres:17.9"), set("postgres:17"), undefined],
        ["takes anything where nothing is there", plan("postgres", "postgres:18"), null, undefined],
        ["takes anything where the cluster doesn't say", plan("postgres", "postgres:18"), undefined, undefined],
        ["looks at nothing else", plan("valkey", "valkey:9"), set("valkey:8"), undefined],
    ])("%s", (_what, planned, object, refusal) => {
        const said = majorRefusal(planned, "a.yaml", () => object);
        if (refusal === undefined) expect(said).toBeUndefined();
        else expect(said).toMatch(refusal);
    });
});
