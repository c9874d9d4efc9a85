import type { InputProblem } from "../problems";
import type { PlannedStorage } from "../usecases/plan";
import { closest } from "../usecases/suggest";

/** What a new claim is filled from, as a claim's `spec.dataSource` says it. */
export interface DataSource {
    apiGroup?: string;
    kind: string;
    name: string;
}

/** The API group of snapshots. */
export const snapshotGroup = "snapshot.storage.k8s.io";

const source = /^(snapshot|claim)\/([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$/;

/** `snapshot/before-upgrade` or `claim/data-ledger-0` as a data source; undefined where it is neither. */
export function dataSourceOf(text: string): DataSource | undefined {
    const [, kind, name] = source.exec(text) ?? [];
    if (kind === undefined) {
        return undefined;
    }
    return kind === "snapshot" ? { apiGroup: snapshotGroup, kind: "VolumeSnapshot", name } : { kind: "PersistentVolumeClaim", name };
}

/** What is wrong with the sources of restored claims, given the claims that will be there. */
export function restoreProblems(restoreFrom: { [claim: string]: string } | undefined, planned: readonly string[]): InputProblem[] {
    return Object.entries(restoreFrom ?? {}).flatMap(([claim, text]) => {
        const path = `restoreFrom["${claim}"]`;
        const problems: InputProblem[] = [];
        if (!planned.includes(claim)) {
            const near = closest(claim, planned);
            problems.push({
                path,
                reason: `"${claim}" is not a claim of the application. ${near ? `Did you mean "${near}"?` : `It has ${planned.join(", ")}.`}`,
            });
        }
        const from = dataSourceOf(text);
        if (!from) {
            problems.push({
                path,
                reason: `"${text}" is not a source. Write "snapshot/" or "claim/" and a name in the same namespace: "snapshot/before-upgrade" or "claim/data-ledger-0".`,
            });
        } else if (from.kind === "PersistentVolumeClaim" && from.name === claim) {
            problems.push({ path, reason: `"${claim}" can't be a clone of itself. Write another claim, or a snapshot.` });
        }
        return problems;
    });
}

/** What the driver can't do of what is asked. Of a class that only its name is known of, nothing is said. */
export function restoreCapabilityProblems(
    restoreFrom: { [claim: string]: string } | undefined,
    storage: Pick<PlannedStorage, "driver" | "snapshots" | "clones">,
): InputProblem[] {
    if (storage.driver === "existing") {
        return [];
    }
    const asked = Object.entries(restoreFrom ?? {});
    return asked.flatMap(([claim, text]) => {
        const kind = dataSourceOf(text)?.kind;
        const path = `restoreFrom["${claim}"]`;
        if (kind === "VolumeSnapshot" && !storage.snapshots) {
            return [{ path, reason: `${storage.driver} has no snapshots. Restore a dump, or choose a driver that has them.` }];
        }
        if (kind === "PersistentVolumeClaim" && !storage.clones) {
            const instead = storage.snapshots ? 'Take a snapshot and write "snapshot/<name>".' : "Restore a dump, or choose one that can.";
            return [{ path, reason: `${storage.driver} can't clone a volume. ${instead}` }];
        }
        return [];
    });
}
