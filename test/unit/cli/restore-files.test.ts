/** A restore of files: what is chosen, which claim gets what, and what its tasks are. */

import { refusalOf } from "../../../cli/backups/choice";
import { type Asked, anyOf, chosenFiles, idsOf } from "../../../cli/backups/files/choice";
import { claimPathsOf, membersOf, refuseOtherMounts } from "../../../cli/backups/files/members";
import { referencesOf } from "../../../cli/backups/files/references";
import { filledOf, fillTask, lookedOf, lookTask } from "../../../cli/backups/files/tasks";
import type { RecoveryPoint } from "../../../cli/backups/recovery-points";
import { jobOf } from "../../../cli/backups/task";

const paths = ["/data/data-notes-0", "/data/data-notes-1"];
const at = (minute: number) => new Date(Date.parse("2026-11-22T11:00:00Z") + minute * 60_000).toISOString();
const now = Date.parse(at(120));
const folder = (id: string, member: number, minute: number): RecoveryPoint => ({
    id: id.repeat(64),
    takenAt: at(minute),
    kind: "files",
    path: paths[member] ?? "/data/data-notes-7",
    host: "notes",
    sizeBytes: 1024,
    complete: "unknown",
});
const archive = (id: string, minute: number, more: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
    ...folder(id, 0, minute),
    kind: "archive",
    path: "/notes-main.tar",
    complete: "yes",
    ...more,
});
const firsts = (points: RecoveryPoint[], asked: Asked = {}) => chosenFiles(points, paths, asked, "notes", now).parts.map(({ id }) => id[0]);

describe("what is restored", () => {
    const folders = [folder("a", 0, 60), folder("b", 1, 59), folder("c", 0, 0), folder("d", 1, 1)];

    test("is the newest snapshot of every claim, as old as the oldest of them", () => {
        const point = chosenFiles(folders, paths, {}, "notes", now);
        expect(point).toMatchObject({ form: "folders", takenAt: at(59), lastAt: at(60), sizeBytes: 2048 });
        expect(point.parts.map(({ path }) => path)).toEqual(paths);
        expect(firsts(folders)).toEqual(["a", "b"]);
    });

    test("is an archive where the newest is one, and it is whole", () => {
        expect(firsts([archive("e", 61), ...folders])).toEqual(["e"]);
        expect(firsts([archive("f", 62, { complete: "no" }), archive("e", 61), ...folders])).toEqual(["e"]);
        expect(firsts([...folders, archive("e", -1)])).toEqual(["a", "b"]);
    });

    test("is what is named, with the nearest of the other claims", () => {
        expect(firsts(folders, { named: "cccccc" })).toEqual(["c", "d"]);
        expect(firsts([...folders, archive("e", -1)], { named: "eeeeee" })).toEqual(["e"]);
    });

    test("is nothing of the future, unless it is named", () => {
        expect(firsts([archive("e", 200), folder("9", 0, 190), ...folders])).toEqual(["a", "b"]);
        expect(firsts([archive("e", 200), ...folders], { named: "eeeeee" })).toEqual(["e"]);
    });

    test("is what an earlier run took, whatever has come since", () => {
        const ids = idsOf(chosenFiles(folders, paths, { named: "cccccc" }, "notes", now));
        expect(firsts([folder("9", 0, 90), ...folders], { noted: ids })).toEqual(["c", "d"]);
        expect(`{"id":"${"d".repeat(64)}"`).toMatch(new RegExp(`"id":"${anyOf(ids).replace(/\\([(|)])/g, "$1")}`));
    });

    test("is of an unknown size where one of them is", () => {
        expect(chosenFiles([folders[0], { ...folders[1], sizeBytes: "unknown" }], paths, {}, "notes", now).sizeBytes).toBe("unknown");
    });

    test.each<[string, RecoveryPoint[], Asked, RegExp]>([
        ["nothing", [], {}, /There is no recovery point of "notes"/],
        ["archives without an end alone", [archive("e", 1, { complete: "no" })], {}, /None of the 1 newest/],
        ["claims of which one was never copied", [folder("a", 0, 1)], {}, /no recovery point of data-notes-1/],
        ["an id that there isn't", folders, { named: "ffffff" }, /no recovery point has this id/],
        ["an id of several", [...folders, { ...folders[0], id: `${"a".repeat(63)}0` }], { named: "aaaaaa" }, /more than one/],
        [
            "a claim that the stack hasn't",
            [...folders, folder("7", 7, 0)],
            { named: "777777" },
            /of \/data\/data-notes-7, which is no claim/,
        ],
        ["an archive without an end", [archive("e", 1, { complete: "no" })], { named: "eeeeee" }, /is no whole archive/],
        ["what a prune took", folders, { noted: ["a".repeat(64), "0".repeat(64)].join(",") }, /no longer has 00000000/],
    ])("is refused: %s", (_what, points, asked, reason) => {
        expect(() => chosenFiles(points, paths, asked, "notes", now)).toThrow(reason);
    });
});

test("a backup of files is good when every claim has a new snapshot", () => {
    expect(refusalOf([folder("a", 0, 0), folder("b", 1, 0)], "files", paths)).toBeUndefined();
    expect(refusalOf([folder("a", 0, 0)], "files", paths)).toBe("the repository has nothing new of data-notes-1");
});

const volume = (name: string, mountPath: string, subPath?: string) => ({ name, mountPath, ...(subPath ? { subPath } : {}) });
const two = { volumes: [volume("data", "/srv/notes/"), volume("index", "/srv/index", "v2")] };
const plan = {
    app: "again",
    replicas: 2,
    volumes: [
        { name: "data", size: "1Gi", ceiling: "1Gi", accessMode: "ReadWriteOnce" as const },
        { name: "index", size: "1Gi", ceiling: "1Gi", accessMode: "ReadWriteOnce" as const },
    ],
};

describe("the members", () => {
    const members = membersOf("notes", plan, two);

    test("get what the members of the same number had, volume by volume", () => {
        expect(members.map(({ ordinal }) => ordinal)).toEqual([0, 1]);
        expect(members[1].volumes).toEqual([
            {
                name: "data",
                claim: "data-again-1",
                path: "/data/data-notes-1",
                mounted: "/volumes/data",
                archived: "srv/notes",
                listed: "/data/data-notes-1",
            },
            {
                name: "index",
                claim: "index-again-1",
                path: "/data/index-notes-1",
                mounted: "/volumes/index",
                archived: "srv/index",
                listed: "/data/index-notes-1/v2",
                subPath: "v2",
            },
        ]);
        expect(claimPathsOf({ ...plan, app: "notes" })).toEqual(members.flatMap(({ volumes }) => volumes.map(({ path }) => path)));
    });

    test("have one volume alone in its archive without a path", () => {
        expect(membersOf("notes", { app: "again", replicas: 1 }, { volumes: [volume("data", "/srv")] })[0].volumes[0].archived).toBe("");
    });

    test("are refused an archive of other mount paths", () => {
        expect(() => refuseOtherMounts(["/srv/index", "/srv/notes"], two, "notes")).not.toThrow();
        expect(() => refuseOtherMounts(["/srv/notes"], two, "notes")).toThrow(/mounted at \/srv\/notes, and "notes" mounts/);
    });
});

const repository = {
    url: "s3:https://s3/b/notes",
    keys: { accessKeyId: "the-id", secretAccessKey: "k", password: "p" },
    caConfigMap: "ca",
};
const destination = {
    app: "again",
    namespace: "again",
    runAsUser: 1000,
    runAsGroup: 1001,
    placement: { nodeSelector: { disk: "fast" } },
    resticImage: "restic",
    nodeImage: "node",
};

interface Pod {
    nodeSelector: object;
    securityContext: object;
    initContainers?: { name: string; env: { name: string; value: string }[] }[];
    containers: { name: string; image: string; env: { name: string; value: string }[]; volumeMounts: object[] }[];
    volumes: object[];
}
const podOf = (task: Parameters<typeof jobOf>[0]) => (jobOf(task) as { spec: { template: { spec: Pod } } }).spec.template.spec;
const variable = (container: { env: { name: string; value: string }[] } | undefined, name: string) =>
    container?.env.find((each) => each.name === name)?.value;

describe("the tasks", () => {
    const [, member] = membersOf("notes", plan, two);
    const folders = chosenFiles(
        ["data", "index"].flatMap((name, index) =>
            [0, 1].map((ordinal) => ({
                ...folder(`${index}${ordinal}`, 0, 0),
                id: `${index}${ordinal}`,
                path: `/data/${name}-notes-${ordinal}`,
            })),
        ),
        claimPathsOf({ ...plan, app: "notes" }),
        {},
        "notes",
        now,
    );

    test("mount the claims as the application does, as its user, on its nodes", () => {
        const pod = podOf(lookTask(destination, member));
        expect(pod).toMatchObject({
            nodeSelector: { disk: "fast" },
            securityContext: { runAsUser: 1000, runAsGroup: 1001, fsGroup: 1001, fsGroupChangePolicy: "OnRootMismatch" },
        });
        expect(pod.volumes).toContainEqual({ name: "data-again-1", persistentVolumeClaim: { claimName: "data-again-1" } });
        expect(pod.containers[0].volumeMounts).toContainEqual({ name: "index-again-1", mountPath: "/volumes/index", subPath: "v2" });
    });

    test("of folders restore each claim's snapshot, and compare it with what restic lists", () => {
        const pod = podOf(fillTask(destination, member, folders, repository));
        expect(variable(pod.initContainers?.[0], "PARTS")).toBe(
            "01|/data/data-notes-1|1024|/volumes/data\n11|/data/index-notes-1/v2|1024|/volumes/index",
        );
        expect(variable(pod.containers[0], "MODE")).toBe("compare");
        expect(JSON.stringify(pod)).not.toContain("the-id");
    });

    test("of an archive unpack it while it is fetched", () => {
        const point = chosenFiles([archive("e", 0)], paths, {}, "notes", now);
        const pod = podOf(fillTask(destination, member, point, repository));
        expect(pod.containers.map(({ name, image }) => [name, image])).toEqual([
            ["fetch", "restic"],
            ["volumes", "node"],
        ]);
        expect(variable(pod.containers[1], "SIZE")).toBe("1024");
        expect(variable(pod.containers[0], "FILE")).toBe("/notes-main.tar");
    });

    test("say what they found", () => {
        expect(lookedOf({ succeeded: true, logs: { look: "@has data-again-0 0\n@has index-again-0 2\n" } })).toEqual([
            { claim: "data-again-0", entries: 0 },
            { claim: "index-again-0", entries: 2 },
        ]);
        expect(filledOf({ succeeded: true, logs: { volumes: "@read 7\n@made 4 3 77 1\n" } })).toEqual({
            entries: 4,
            files: 3,
            bytes: 77,
            skipped: 1,
        });
    });

    const problem = (text: string) => `@problem ${Buffer.from(text).toString("base64")}\n`;
    test.each([
        ["a difference", { volumes: problem("1 of 2 entries are not as they were: a: is missing"), fetch: "" }, "a: is missing"],
        [
            "a stream that broke off",
            { volumes: problem("the stream broke off: here"), fetch: "Fatal: no such blob" },
            "the stream broke off: no such blob",
        ],
        ["restic's own failure", { volumes: "", fetch: "@read 7\nFatal: There were 3 errors\n" }, "There were 3 errors"],
        ["success without a result", { volumes: "killed", fetch: "" }, "killed"],
    ])("fail in words: %s", (_what, logs, message) => {
        expect(() => filledOf({ succeeded: false, logs })).toThrow(message);
        expect(() => filledOf({ succeeded: true, logs })).toThrow(message);
    });

    test("that can't look say so", () => {
        expect(() => lookedOf({ succeeded: false, logs: { look: problem("EACCES: permission denied") } })).toThrow(/EACCES/);
    });
});

test("what a workload takes from others is named once, and what may be missing not at all", () => {
    const workload = {
        ports: [],
        volumes: [],
        envFrom: [{ secret: "keys" }, { configMap: "colours", isOptional: true }, { configMap: "words" }],
        sidecars: [{ name: "s", image: "i", envFrom: [{ secret: "keys", variable: "KEY" }] }],
        secretFiles: [{ secret: "certificate", mountPath: "/c" }],
        serviceAccount: "reader",
    };
    expect(referencesOf(workload).map(({ kind, name }) => `${kind}/${name}`)).toEqual([
        "secret/keys",
        "secret/certificate",
        "configmap/words",
        "serviceaccount/reader",
    ]);
});
