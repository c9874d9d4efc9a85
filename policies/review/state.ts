/** What a stack's state has that permissions can name. */

import { identityOf, shownName } from "./changes";
import { kindOf, permissionName } from "./kinds";
import { stateOf } from "./preview";

export interface DeployedObject {
    /** As a permission names it: `data-ledger-2`. */
    name: string;
    /** For people: `claim ledger/data-ledger-2`. */
    object: string;
    isProtected: boolean;
}

/** The objects of the kinds in the table, by the resources of an exported state. */
export function deployedObjects(resources: readonly unknown[]): DeployedObject[] {
    return resources.flatMap((resource) => {
        const state = stateOf(resource);
        const kind = state && kindOf(state.type);
        const identity = identityOf(state);
        if (!state || !kind || !identity) return [];
        const object = `${kind.title} ${shownName(identity, identity.name)}`;
        return [{ name: permissionName(state.type, identity.name), object, isProtected: state.protect }];
    });
}
