import type * as pulumi from "@pulumi/pulumi";
import type { Plan, PlannedStorage, StorageKind } from "../usecases/plan";
import { LocalStorage, type LocalStorageArgs } from "./local-storage";
import { NetworkStorage } from "./network-storage";

/** The class a plan's volumes get, and the component that made it, if one did. */
export interface StorageInUse {
    className: pulumi.Input<string>;
    component?: pulumi.Resource;
}

type Maker = new (
    name: string,
    args: LocalStorageArgs,
    opts?: pulumi.ComponentResourceOptions,
) => pulumi.ComponentResource & { readonly className: pulumi.Output<string> };

/** The component for each kind of storage that this version makes classes of. */
const makers: Partial<Record<StorageKind, Maker>> = { local: LocalStorage, network: NetworkStorage };

/** Why a plan's storage can't be made by this version, or undefined where it can. */
export function storageProblem(storage: PlannedStorage): string | undefined {
    return storage.existingClass !== undefined || makers[storage.kind]
        ? undefined
        : `this version makes classes of ${Object.keys(makers).join(" and ")} storage, not of ${storage.kind} storage. Name a class that exists: storageClass: gp3`;
}

/**
 * The class a plan asks for, as a component `name`; none is made where one exists.
 *
 * A class belongs to the whole cluster, so that its name says the namespace where the application's alone would not do.
 */
export function createStorage(component: pulumi.ComponentResource, name: string, plan: Plan, namespace: string): StorageInUse {
    const { storage, app } = plan;
    if (storage.existingClass !== undefined) {
        return { className: storage.existingClass };
    }
    const Storage = makers[storage.kind];
    if (!Storage) {
        throw new Error(storageProblem(storage));
    }
    const made = new Storage(
        name,
        {
            className: namespace === app ? app : `${namespace}-${app}`,
            driver: storage.driver,
            provisioner: storage.provisioner,
            parameters: storage.parameters,
            mountOptions: storage.mountOptions,
            bindsImmediately: storage.bindingMode === "Immediate",
            allowsExpansion: storage.allowExpansion,
        },
        { parent: component },
    );
    return { className: made.className, component: made };
}
