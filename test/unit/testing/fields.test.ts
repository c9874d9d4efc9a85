/** Fields of Kubernetes objects, checked against the types of the installed @pulumi/kubernetes. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, PersistentVolumeClaim, Service } from "@pulumi/kubernetes/core/v1";
import { Role } from "@pulumi/kubernetes/rbac/v1";
import * as ts from "typescript";
import { record } from "../../../components/testing";
import { schemasFrom } from "../../../components/testing/schemas/from-types";
import { schemasOfKubernetes } from "../../../components/testing/schemas/schemas";

const metadata = { name: "db", namespace: "bank" };
const labels = { app: "db" };
const container = { name: "db", image: "postgres:17", ports: [{ name: "sql", containerPort: 5432 }] };
const spec = {
    replicas: 2,
    serviceName: "db",
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [container] } },
};

/** The problems of a StatefulSet with this spec, as a program in JavaScript or YAML could give it. */
const problemsOf = (given: object): Promise<string[]> =>
    record(() => void new StatefulSet("db", { metadata, spec: given } as never)).then(
        () => [],
        (error: Error) => error.message.split("\n"),
    );

const withContainer = (more: object) => ({
    ...spec,
    template: { ...spec.template, spec: { containers: [{ ...container, ...more }] } },
});

it("lets through what the kinds have, whichever group they are of", async () => {
    expect(await problemsOf(spec)).toEqual([]);
    const { resources } = await record(() => {
        new Role("r", { metadata, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] });
        new Service("s", {
            metadata,
            spec: {
                ports: [
                    { port: 80, targetPort: "web" },
                    { name: "b", port: 81, targetPort: 8081 },
                ],
            },
        });
        new ConfigMap("c", { metadata: { ...metadata, annotations: { "any/key": "x" } }, data: { "any.key": "x" } });
    });
    expect(resources).toHaveLength(4);
});

it.each<[string, object, string]>([
    ["an unknown field", { ...spec, replicaz: 2 }, "has no field spec.replicaz; did you mean spec.replicas?"],
    ["one that resembles nothing", { ...spec, colour: 2 }, "has no field spec.colour"],
    [
        "one deep in a list",
        withContainer({ imag: "x" }),
        "has no field spec.template.spec.containers[0].imag; did you mean spec.template.spec.containers[0].image?",
    ],
    ["a string for a number", { ...spec, replicas: "2" }, 'has the string "2" as spec.replicas, which must be a number'],
    [
        "a number for a string",
        withContainer({ image: 17 }),
        "has the number 17 as spec.template.spec.containers[0].image, which must be a string",
    ],
    [
        "a number among labels",
        { ...spec, selector: { matchLabels: { app: 1 } } },
        'has the number 1 as spec.selector.matchLabels["app"], which must be a string',
    ],
    ["an object for a list", withContainer({ ports: {} }), "has an object as spec.template.spec.containers[0].ports, which must be a list"],
    ["a list for an object", { ...spec, selector: [] }, "has a list as spec.selector, which must be an object"],
    ["a list for a map", { ...spec, selector: { matchLabels: [] } }, "has a list as spec.selector.matchLabels, which must be an object"],
    [
        "neither of two",
        withContainer({ livenessProbe: { httpGet: { port: true } } }),
        "has the boolean true as spec.template.spec.containers[0].livenessProbe.httpGet.port, which must be a number or a string",
    ],
    ["a missing one", { ...spec, selector: undefined }, "needs spec.selector, which is missing"],
    ["a missing one in a list", withContainer({ name: null }), "needs spec.template.spec.containers[0].name, which is missing"],
    [
        "another kind's name",
        { ...spec, volumeClaimTemplates: [{ kind: "Claim" }] },
        'has the string "Claim" as spec.volumeClaimTemplates[0].kind, which must be "PersistentVolumeClaim"',
    ],
])("refuses %s", async (_what, given, problem) => {
    expect(await problemsOf(given)).toEqual([`db: StatefulSet ${problem}`]);
});

it("says all of it at once, and nothing where it is told not to look", async () => {
    expect(await problemsOf({ replicaz: 1, replicas: "1" })).toHaveLength(4);
    const program = () => void new PersistentVolumeClaim("c", { metadata, spec: { size: "1Gi" } } as never);
    await expect(record(program)).rejects.toThrow("c: PersistentVolumeClaim has no field spec.size");
    expect((await record(program, { checksFields: false })).resources).toHaveLength(2);
});

it("asks nothing of what a preview can't know", async () => {
    const program = () => {
        const first = new ConfigMap("first", { metadata });
        new StatefulSet("db", {
            metadata,
            spec: { ...spec, replicas: first.id.apply(Number), selector: first.id.apply(() => spec.selector) },
        });
    };
    expect((await record(program, { preview: true })).resources).toHaveLength(3);
});

describe("the schemas", () => {
    it("are read from the types: required or not, lists, maps, references, either of two, anything", () => {
        const text = `
            export declare namespace apps { namespace v1 { interface Thing {
                "$ref"?: pulumi.Input<string>;
                size: pulumi.Input<number>;
                isOn?: pulumi.Input<boolean>;
                kind?: pulumi.Input<"Thing">;
                port?: pulumi.Input<number | string>;
                parts?: pulumi.Input<pulumi.Input<inputs.core.v1.Part>[]>;
                labels?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
                free?: any;
                later?: Record<string, string>;
            } } }`;
        expect(schemasFrom(ts, text)).toEqual({
            "apps.v1.Thing": {
                $ref: { shape: "string", isRequired: false },
                size: { shape: "number", isRequired: true },
                isOn: { shape: "boolean", isRequired: false },
                kind: { shape: { is: "Thing" }, isRequired: false },
                port: { shape: { either: ["number", "string"] }, isRequired: false },
                parts: { shape: { list: { of: "core.v1.Part" } }, isRequired: false },
                labels: { shape: { map: "string" }, isRequired: false },
                free: { shape: "any", isRequired: false },
                later: { shape: "any", isRequired: false },
            },
        });
    });

    it("refer to nothing that isn't there, and cover the kinds people use", () => {
        const schemas = schemasOfKubernetes();
        const references = [...JSON.stringify(schemas).matchAll(/"of":"([^"]+)"/g)].map(([, name]) => name);
        expect(references.length).toBeGreaterThan(1000);
        expect(references.filter((name) => !Object.hasOwn(schemas, name))).toEqual([]);
        for (const kind of ["apps.v1.StatefulSet", "core.v1.Pod", "batch.v1.CronJob", "storage.v1.StorageClass", "rbac.v1.Role"]) {
            expect(Object.keys(schemas[kind])).toContain("metadata");
        }
    });

    describe("as a file of the installed version", () => {
        const folder = mkdtempSync(join(tmpdir(), "holdfast-schemas-"));
        afterAll(() => rmSync(folder, { recursive: true }));

        /** What a process that hasn't asked before gets, with or without TypeScript. */
        function fresh(from: string, hasCompiler: boolean): object {
            let schemas = {};
            jest.isolateModules(() => {
                jest.doMock("typescript", () => {
                    if (!hasCompiler) throw new Error("Cannot find module 'typescript'");
                    return ts;
                });
                schemas = require("../../../components/testing/schemas/schemas").schemasOfKubernetes(from);
            });
            return schemas;
        }

        it("are kept, and read from it the next time", () => {
            const made = fresh(folder, true);
            const { version } = JSON.parse(readFileSync(require.resolve("@pulumi/kubernetes/package.json"), "utf8"));
            expect(readdirSync(folder)).toEqual([`schemas-1-${version}.json`]);
            expect(fresh(folder, false)).toEqual(made);
        });

        it("can't be made without TypeScript, and say so", () => {
            expect(() => fresh(join(folder, "empty"), false)).toThrow(
                /there is no TypeScript .*npm install --save-dev typescript@5.*checksFields: false/,
            );
        });

        it("are made each time where nobody may write", () => {
            const file = join(folder, "a-file");
            writeFileSync(file, "");
            expect(Object.keys(fresh(join(file, "below"), true)).length).toBeGreaterThan(1000);
        });
    });
});
