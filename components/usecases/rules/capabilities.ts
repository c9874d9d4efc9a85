import { bytesOf } from "../quantities";
import { remembered } from "../source";
import { cannot, ofVolumes } from "./finding";
import type { Rule } from "./rule";

export const capabilityRules: Rule[] = [
    {
        id: "parameters-missing",
        severity: "impossible",
        source: remembered("https://github.com/kubernetes-csi/csi-driver-nfs/blob/master/docs/driver-parameters.md", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, driver, parameters }) => {
                const own = driver.name !== draft.storage.driver.name;
                const missing = (driver.requiredParameters ?? []).filter((key) => !Object.hasOwn(parameters, key));
                const prefix = own ? `volumes.${name}.parameters` : "storage.parameters";
                return missing.length === 0 || (!own && draft.storage.existingClass !== undefined)
                    ? undefined
                    : {
                          path: `${prefix}.${missing[0]}`,
                          message: `${driver.title} needs ${missing.join(" and ")}, which only you know`,
                          given: "nothing",
                          allowed: `a value for each of ${missing.map((key) => `${prefix}.${key}`).join(", ")}${own ? "" : ", or an existing class (storageClass)"}`,
                          fix: missing.map((key) => `${prefix}.${key}: …`).join(" and "),
                      };
            }),
    },
    {
        id: "snapshots-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/volume-snapshots/", "2026-11"),
        check: (draft) =>
            draft.storage.driver.capabilities.snapshots || !(draft.wants.snapshots || draft.backup.method === "snapshot")
                ? undefined
                : cannot(
                      draft.wants.snapshots ? "needs.snapshots" : "backup.method",
                      "snapshots were asked for",
                      draft,
                      draft.wants.snapshots ? "true" : "snapshot",
                      draft.wants.snapshots
                          ? "false, or a driver with snapshots"
                          : draft.mode.methods.filter((method) => method !== "snapshot").join(", "),
                      draft.wants.snapshots ? "storageDriver: one with snapshots (ebs-gp3, ceph-rbd, longhorn)" : "backup.method: stream",
                  ),
    },
    {
        id: "clones-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/volume-pvc-datasource/", "2026-11"),
        check: (draft) =>
            !draft.wants.clones || draft.storage.driver.capabilities.clones
                ? undefined
                : cannot(
                      "needs.clones",
                      "clones were asked for",
                      draft,
                      "true",
                      "false, or a driver with clones",
                      "storageDriver: one with clones (ebs-gp3, ceph-rbd, longhorn)",
                  ),
    },
    {
        id: "expansion-not-available",
        severity: "impossible",
        source: remembered(
            "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
            "2026-11",
        ),
        check: (draft) => {
            const stuck = draft.volumes.find(
                ({ driver, size, ceiling }) => !driver.expansion && (bytesOf(ceiling) ?? 0) > (bytesOf(size) ?? 0),
            );
            const asked = draft.storage.allowExpansion && !draft.storage.driver.expansion && draft.storage.driver.name !== "existing";
            return stuck && stuck.driver.name !== "existing"
                ? {
                      path: `volumes.${stuck.name}.ceiling`,
                      message: `the volume "${stuck.name}" should grow to ${stuck.ceiling}, and ${stuck.driver.title} can't grow a volume`,
                      given: stuck.ceiling,
                      allowed: stuck.size,
                      fix: `a size of ${stuck.ceiling} from the start, or a driver with expansion`,
                  }
                : asked
                  ? cannot(
                        "storage.allowExpansion",
                        "growing volumes were asked for",
                        draft,
                        "true",
                        "false",
                        "storage.allowExpansion: false",
                    )
                  : undefined;
        },
    },
    {
        id: "shared-access-not-available",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, accessMode, driver }) =>
                accessMode !== "ReadWriteMany" || driver.capabilities.readWriteMany
                    ? undefined
                    : {
                          path: `volumes.${name}.accessMode`,
                          message: `the volume "${name}" should be mounted on many nodes, and ${driver.title} serves one at a time`,
                          given: "ReadWriteMany",
                          allowed: "ReadWriteOnce, or a file share",
                          fix:
                              name === "data" ? "volumes.data.accessMode: ReadWriteOnce" : `volumes.${name}.driver: efs, cephfs or nfs-csi`,
                      },
            ),
    },
    {
        id: "shared-volume-on-one-node",
        severity: "unkept",
        inDevelopment: true,
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, accessMode, shared, driver }) =>
                !shared || accessMode === "ReadWriteMany"
                    ? undefined
                    : {
                          path: `volumes.${name}.accessMode`,
                          message: `${draft.replicas} members share the volume "${name}", and ${driver.title} lets one node mount it`,
                          given: `${accessMode} on ${driver.name}`,
                          allowed: "ReadWriteMany, on a driver that has it",
                          fix: `volumes.${name}.driver: ${draft.wish.targetName === "eks" ? "efs" : "cephfs"}`,
                      },
            ),
        lowers: () => "members that share a volume run on one node: losing it stops all of them",
        lower: (kept) => ({ ...kept, survives: kept.survives.filter((loss) => loss === "pod") }),
    },
];
