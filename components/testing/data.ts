/** What of a recording holds data, and whether it is kept. */

import { kindOf } from "../../policies/review/kinds";
import type { RecordedResource, Recording } from "./recording";

/** A resource that holds data, takes it along when it goes, or holds what can't be made again. */
export interface DataBearing {
    resource: RecordedResource;
    /** What people call it: claim, bucket, namespace. */
    title: string;
    /** Name of the object, where it has one; else its logical name. */
    name: string;
    /** `data`, `secret`, or `container`: a namespace or cluster that takes what is in it along. */
    role: "data" | "secret" | "container";
    protect: boolean;
    retainOnDelete: boolean;
}

const roles = ["data", "secret", "container"];

/** Claims, volumes, databases, buckets, keys, Secrets, namespaces and clusters, by the table that `holdfast review` uses. */
export function dataBearing({ resources }: Recording): DataBearing[] {
    return resources.flatMap((resource) => {
        const kind = kindOf(resource.type);
        return kind && roles.includes(kind.role)
            ? [
                  {
                      resource,
                      title: kind.title,
                      name: nameOf(resource),
                      role: kind.role as DataBearing["role"],
                      protect: resource.protect,
                      retainOnDelete: resource.retainOnDelete,
                  },
              ]
            : [];
    });
}

const nameOf = ({ name, inputs }: RecordedResource): string => inputs.metadata?.name ?? name;

/** Namespaces, by what holds data in them. */
function inhabited(found: DataBearing[]): Set<string> {
    return new Set(found.filter(({ role }) => role === "data").map(({ resource }) => resource.inputs.metadata?.namespace));
}

/**
 * Fails where something that holds data has no `protect` or no `retainOnDelete`, and names all of it.
 *
 * Looked at: whatever holds data, and the namespaces it is in. Secrets are not, as most can be made again; `dataBearing` lists them.
 *
 * @param except Names of objects that may go, each of which must be there and unprotected: what is no longer true is said too.
 */
export function expectProtected(recording: Recording, except: string[] = []): void {
    const found = dataBearing(recording);
    const namespaces = inhabited(found);
    const bound = found.filter(
        ({ role, name, resource }) => role === "data" || (resource.type === "kubernetes:core/v1:Namespace" && namespaces.has(name)),
    );
    const lacking = bound.filter(({ protect, retainOnDelete }) => !protect || !retainOnDelete);
    const problems = [
        ...(bound.length === 0 ? ["nothing in it holds data: this proves nothing"] : []),
        ...lacking.filter(({ name }) => !except.includes(name)).map(problemOf),
        ...except.filter((name) => !lacking.some((each) => each.name === name)).map((name) => `${name} is excepted, and needn't be`),
    ];
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
}

function problemOf({ title, name, protect, retainOnDelete }: DataBearing): string {
    const options = [...(protect ? [] : ["protect: true"]), ...(retainOnDelete ? [] : ["retainOnDelete: true"])];
    return `the ${title} ${name} would be deleted with its data: give it ${options.join(" and ")}`;
}
