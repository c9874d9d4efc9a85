import { clustersIn, putToRest, wake } from "../../../cli/hibernation";

const ledger = { name: "ledger", namespace: "bank" };
const quiet = () => {};

/** A cluster whose operator needs so many looks for each thing it is asked. */
function operated(object: { annotations?: Record<string, string> } | undefined, looks: number) {
    const annotations: Record<string, string> = { ...object?.annotations };
    const asked: string[] = [];
    let left = looks;
    const isDone = () => left-- <= 0;
    const run = async ([verb, ...rest]: string[]): Promise<string> => {
        if (verb === "annotate") {
            const change = rest.at(-1) as string;
            asked.push(change);
            if (change.endsWith("-")) delete annotations[change.slice(0, -1)];
            else [annotations["cnpg.io/hibernation"]] = change.split("=").slice(1);
            return "";
        }
        if (!object) return "";
        const rests = annotations["cnpg.io/hibernation"] === "on";
        const condition = {
            type: "cnpg.io/hibernation",
            status: rests && isDone() ? "True" : "False",
            message: "Hibernation is in progress",
        };
        return JSON.stringify({ metadata: { annotations }, spec: { instances: 3 }, status: { conditions: rests ? [condition] : [] } });
    };
    return { run, asked, annotations };
}

test("the clusters of a state are CloudNativePG's, by name and namespace", () => {
    const inputs = { metadata: { name: "ledger", namespace: "bank" } };
    expect(
        clustersIn([
            { type: "kubernetes:postgresql.cnpg.io/v1:Cluster", inputs },
            { type: "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", inputs },
            { type: "aws:eks/cluster:Cluster", inputs },
            { type: "kubernetes:postgresql.cnpg.io/v1:Cluster", inputs: {} },
        ]),
    ).toEqual([ledger]);
});

test("one that goes to rest is waited for, and what it waits for is said once", async () => {
    const kubectl = operated({}, 2);
    const said: string[] = [];
    await putToRest(kubectl, ledger, (text) => said.push(text), 10);
    expect(kubectl.asked).toEqual(["cnpg.io/hibernation=on"]);
    expect(said).toEqual(["bank/ledger: Hibernation is in progress"]);
});

test("one that can't rest yet is told with the reason, and stays asked to", async () => {
    const kubectl = operated({}, 1000);
    await expect(putToRest(kubectl, ledger, quiet, 0)).rejects.toThrow(
        /The pods of bank\/ledger still run after 0 s \(bank\/ledger: Hibernation is in progress\)[\s\S]*Run the same command again/,
    );
    expect(kubectl.annotations).toEqual({ "cnpg.io/hibernation": "on" });
});

test("one that isn't there is at rest", async () => {
    const kubectl = operated(undefined, 0);
    await putToRest(kubectl, ledger, quiet, 0);
    expect(kubectl.asked).toEqual([]);
});

test("only one that rests is woken", async () => {
    const resting = operated({ annotations: { "cnpg.io/hibernation": "on", other: "kept" } }, 0);
    expect(await wake(resting, ledger)).toBe(true);
    expect(resting.annotations).toEqual({ other: "kept" });
    for (const awake of [operated({}, 0), operated({ annotations: { "cnpg.io/hibernation": "off" } }, 0), operated(undefined, 0)]) {
        expect(await wake(awake, ledger)).toBe(false);
        expect(awake.asked).toEqual([]);
    }
});
