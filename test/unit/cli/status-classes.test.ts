/** The classes that `holdfast status` calls the program's are those that the program makes. */

import { StatefulApp, type StatefulAppArgs } from "../../../components";
import { planOf } from "../../../components/stateful-app";
import { plannedClassNames } from "../../../components/storage/planned-storage";
import { record } from "../../support/mocks";

const production = { useCase: "user-preferences", target: "kubernetes" };

const stacks: [string, StatefulAppArgs][] = [
    ["another namespace", { useCase: "user-preferences", target: "sandbox", app: "prefs", namespace: "web" }],
    ["Ceph", { ...production, storageDriver: "ceph-rbd" }],
    [
        "a described driver",
        {
            ...production,
            storageDriver: "san",
            drivers: { san: { kind: "network", provisioner: "csi.example.com", expansion: "online", encryption: "always" } },
        },
    ],
    ["a class that exists", { ...production, storageClass: "standard" }],
];

test.each(stacks)("%s", async (_, args) => {
    const { plan, problems } = planOf(args.app ?? "prefs", { environment: "development", ...args });
    expect([problems, plan === undefined]).toEqual([[], false]);
    if (!plan) return;
    const { resources } = await record(() => new StatefulApp("prefs", { environment: "development", ...args }));
    const made = resources.filter(({ type }) => type.endsWith(":StorageClass")).map(({ inputs }) => inputs.metadata.name);
    expect(plannedClassNames(plan, args.namespace ?? plan.app, { drivers: args.drivers })).toEqual(made);
    expect(made).toHaveLength(args.storageClass === undefined ? 1 : 0);
});
