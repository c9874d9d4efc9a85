import type { Plan } from "../components/usecases/plan";
import { clusterEvidence, majorProblem, setEvidence } from "../components/workloads/postgres-major";

/** Engines that are PostgreSQL, and what in a cluster shows which one the data is of. */
const shownBy = { postgres: setEvidence, "postgres-cluster": clusterEvidence };

/** Why the plan's image can't run on the data that is there; undefined where it can, or the cluster doesn't say. */
export function majorRefusal(
    { engine: { name, image } }: Pick<Plan, "engine">,
    file: string,
    find: (resource: string) => object | null | undefined,
): string | undefined {
    if (name !== "postgres" && name !== "postgres-cluster") return undefined;
    const evidence = shownBy[name];
    const object = find(evidence.resource);
    const problem = object ? majorProblem(image, evidence.majorIn(object), name === "postgres-cluster") : undefined;
    return problem === undefined
        ? undefined
        : `${file} names another PostgreSQL than the data is of; nothing was changed.\n  - holdfast:image: ${problem}`;
}
