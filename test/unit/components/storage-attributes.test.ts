import { attributeProblems } from "../../../components/storage/attributes";
import { drivers } from "../../../components/usecases/drivers";

const pathsOf = (driver: string, parameters: Record<string, string>) =>
    attributeProblems(drivers[driver], { busy: parameters }).map(({ path }) => path);

describe("attributes of volumes in use", () => {
    it.each([
        ["sandbox-pool", { compression: "zstd" }],
        ["ebs-gp3", { iops: "8000", throughput: "500" }],
        ["ebs-gp3", { iops: "3000", throughput: "750" }],
        ["ebs-io2", { iops: "100" }],
    ])("%s takes %j", (driver, parameters) => {
        expect(pathsOf(driver, parameters as Record<string, string>)).toEqual([]);
    });

    it.each([
        ["sandbox-pool", { compression: "gzip" }, ["attributes.busy.compression"]],
        ["sandbox-pool", { iops: "3000" }, ["attributes.busy.iops"]],
        ["ebs-gp3", { iops: "2999" }, ["attributes.busy.iops"]],
        ["ebs-gp3", { iops: "80001" }, ["attributes.busy.iops"]],
        ["ebs-gp3", { iops: "8k", throughput: "0.5" }, ["attributes.busy.iops", "attributes.busy.throughput"]],
        ["ebs-gp3", { iops: "3000", throughput: "751" }, ["attributes.busy.throughput"]],
        ["ebs-io2", { throughput: "500" }, ["attributes.busy.throughput"]],
        ["sandbox-pool", {}, ["attributes.busy"]],
        ["longhorn", { anything: "1" }, ["attributes"]],
    ])("%s refuses %j", (driver, parameters, paths) => {
        expect(pathsOf(driver, parameters as unknown as Record<string, string>)).toEqual(paths);
    });

    it("says what is allowed and what to write", () => {
        const [word] = attributeProblems(drivers["sandbox-pool"], { busy: { compression: "gzip" } });
        expect(word.reason).toBe('"gzip" is none of none, zstd. Write "none".');
        const [ratio] = attributeProblems(drivers["ebs-gp3"], { busy: { iops: "3000", throughput: "1000" } });
        expect(ratio.reason).toBe('1000 MiB/s is more than 3000 IOPS carry (0.25 MiB/s each). Write at most "750", or iops: "4000".');
    });

    it("of a driver outside the table are not judged, but for their name and that there are any", () => {
        expect(attributeProblems(undefined, { busy: { whatever: "it takes" } })).toEqual([]);
        expect(attributeProblems(undefined, { "Very busy": { a: "b" }, idle: {} }).map(({ path }) => path)).toEqual([
            "attributes.Very busy",
            "attributes.idle",
        ]);
    });
});
