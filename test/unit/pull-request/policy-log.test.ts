import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readPolicyLog } from "../../../cli/pull-request/policy-run";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-log-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const read = (...lines: string[]) => {
    const file = path.join(folder, "events.log");
    fs.writeFileSync(file, lines.join("\n"));
    return readPolicyLog(file);
};
const event = (more: object) =>
    JSON.stringify({
        sequence: 1,
        policyEvent: {
            resourceUrn: "urn:pulumi:t::shop::kubernetes:storage.k8s.io/v1:StorageClass::fast",
            message: "<{%fg 1%}>it says Delete<{%reset%}>\n",
            policyName: "reclaim-retain",
            enforcementLevel: "mandatory",
            ...more,
        },
    });

test("each violation, with the resource's name and without colours", () => {
    expect(read(event({}), event({ enforcementLevel: "advisory" }))).toEqual({
        isHeard: true,
        findings: [
            { policy: "reclaim-retain", level: "mandatory", about: "fast", says: "it says Delete" },
            { policy: "reclaim-retain", level: "advisory", about: "fast", says: "it says Delete" },
        ],
    });
});

test("a violation without a level counts as one that refuses", () => {
    expect(read(event({ enforcementLevel: "" })).findings[0].level).toBe("mandatory");
});

test("a log without a pack, half a line, or no log at all: nobody was heard", () => {
    expect(read('{"preludeEvent":{}}', '{"policyEve')).toEqual({ findings: [], isHeard: false });
    expect(readPolicyLog(path.join(folder, "none.log"))).toEqual({ findings: [], isHeard: false });
});
