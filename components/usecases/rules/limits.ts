/** Rules about sizes and speeds: what a driver sells, and how often it changes. */

import { bytesOf, GiB, quantity } from "../quantities";
import { read, remembered, reported } from "../source";
import { ofVolumes } from "./finding";
import type { Rule } from "./rule";

const types = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html";

export const limitRules: Rule[] = [
    {
        id: "volume-cannot-grow",
        severity: "unkept",
        inDevelopment: true,
        source: remembered(
            "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims",
            "2026-11",
        ),
        check: ({ needs, volumes: [data], storage }) =>
            (bytesOf(needs.growth) ?? 0) === 0 || (storage.allowExpansion && (bytesOf(data.ceiling) ?? 0) > (bytesOf(data.size) ?? 0))
                ? undefined
                : {
                      path: "volumes.data.ceiling",
                      message: `${needs.growth} are added in a month, and the volume can't grow beyond its ${data.size}`,
                      given: data.ceiling,
                      allowed: "a ceiling above the size, on a driver with expansion",
                      fix: storage.driver.expansion
                          ? `a smaller size, or a ceiling above ${data.size}`
                          : "a driver with expansion, or needs.growth: 0Gi",
                  },
        lowers: ({ volumes: [data] }) => `the volume stays at ${data.size}: when it is full, its data moves to a larger one by hand`,
    },
    {
        id: "ceiling-below-size",
        severity: "impossible",
        source: remembered("https://kubernetes.io/docs/concepts/storage/persistent-volumes/ (a claim never shrinks)", "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, size, ceiling }) =>
                (bytesOf(ceiling) ?? 0) >= (bytesOf(size) ?? 0)
                    ? undefined
                    : {
                          path: `volumes.${name}.ceiling`,
                          message: `the volume "${name}" begins at ${size} and should end at ${ceiling}; a claim never shrinks`,
                          given: ceiling,
                          allowed: `at least ${size}`,
                          fix: name === "data" ? `ceiling: ${size}` : `volumes.${name}.ceiling: ${size}`,
                      },
            ),
    },
    {
        id: "volume-size-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 1 GiB to 64 TiB; io2: 4 GiB to 64 TiB)`, "2026-11"),
        check: (draft) =>
            ofVolumes(draft, ({ name, size, ceiling, driver: { title, limits } }) => {
                const [low, high] = [(limits.minimumGiB ?? 0) * GiB, (limits.maximumGiB ?? Number.POSITIVE_INFINITY) * GiB];
                const wrong =
                    (bytesOf(size) ?? 0) < low || (bytesOf(size) ?? 0) > high
                        ? "size"
                        : (bytesOf(ceiling) ?? 0) > high
                          ? "ceiling"
                          : undefined;
                const given = wrong === "size" ? size : ceiling;
                return wrong === undefined
                    ? undefined
                    : {
                          path: `volumes.${name}.${wrong}`,
                          message: `${given} is no size of a volume of ${title}`,
                          given,
                          allowed: `from ${quantity(Math.max(low, GiB))} to ${quantity(high)}`,
                          fix: `volumes.${name}.${wrong}: ${(bytesOf(given) ?? 0) > high ? quantity(high) : quantity(low)}`,
                      };
            }),
    },
    {
        id: "iops-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 80,000 IOPS, 500 for each GiB; io2: 256,000, 1,000 for each GiB)`, "2026-11"),
        check: ({ storage: { iops, driver }, volumes: [data] }) => {
            const limit = driver.limits.iops;
            if (iops === undefined || !limit) {
                return undefined;
            }
            const gib = (bytesOf(data.size) ?? 0) / GiB;
            const most = Math.max(limit.included, Math.min(limit.maximum, Math.floor(limit.perGiB * gib)));
            return iops >= limit.minimum && iops <= most
                ? undefined
                : {
                      path: "storage.iops",
                      message: `${iops} IOPS can't be had from ${data.size} of ${driver.title}: ${limit.perGiB} for each GiB, ${limit.maximum} in all, ${limit.minimum} at least`,
                      given: String(iops),
                      allowed: `from ${limit.minimum} to ${most}`,
                      fix: `iops: ${Math.min(Math.max(iops, limit.minimum), most)}, or a larger volume`,
                  };
        },
    },
    {
        id: "throughput-limit",
        severity: "impossible",
        source: reported(`${types} (gp3: 2,000 MiB/s, 0.25 MiB/s for each IOPS)`, "2026-11"),
        check: ({ storage: { iops, throughputMiB, driver } }) => {
            const limit = driver.limits.throughputMiB;
            if (throughputMiB === undefined || !limit || iops === undefined) {
                return undefined;
            }
            const most = Math.max(limit.included, Math.min(limit.maximum, Math.floor(limit.perIops * iops)));
            return throughputMiB >= limit.minimum && throughputMiB <= most
                ? undefined
                : {
                      path: "storage.throughputMiB",
                      message: `${throughputMiB} MiB/s can't be had with ${iops} IOPS of ${driver.title}: ${limit.perIops} MiB/s for each, ${limit.maximum} in all`,
                      given: String(throughputMiB),
                      allowed: `from ${limit.minimum} to ${most}`,
                      fix: `storage.throughputMiB: ${Math.min(Math.max(throughputMiB, limit.minimum), most)}, or more storage.iops`,
                  };
        },
    },
    {
        id: "load-beyond-driver",
        severity: "impossible",
        source: reported(types, "2026-11"),
        check: ({ storage: { driver, iops, throughputMiB }, needs: { access }, wish }) => {
            const slow =
                iops !== undefined && access.iops > iops && wish.given.has("needs.iops")
                    ? (["needs.iops", access.iops, iops, "IOPS"] as const)
                    : throughputMiB !== undefined && access.throughputMiB > throughputMiB && wish.given.has("needs.throughputMiB")
                      ? (["needs.throughputMiB", access.throughputMiB, throughputMiB, "MiB/s"] as const)
                      : undefined;
            return slow && wish.environment === "production"
                ? {
                      path: slow[0],
                      message: `${slow[1]} ${slow[3]} are needed, and this volume of ${driver.title} gives ${slow[2]}`,
                      given: String(slow[1]),
                      allowed: `up to ${slow[2]} with this volume`,
                      fix: `${slow[0]}: ${slow[2]}, or a larger volume`,
                  }
                : undefined;
        },
    },
    {
        id: "attribute-changes-beyond-limit",
        severity: "impossible",
        source: read(
            "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html (four in a rolling 24 hours)",
            "2026-11",
        ),
        check: ({ storage: { changesPerDay, driver } }) =>
            driver.limits.changesPerDay === undefined || changesPerDay <= driver.limits.changesPerDay
                ? undefined
                : {
                      path: "storage.changesPerDay",
                      message: `${changesPerDay} changes of one volume in a day were asked for, and ${driver.title} takes ${driver.limits.changesPerDay} in any 24 hours`,
                      given: String(changesPerDay),
                      allowed: `from 1 to ${driver.limits.changesPerDay}`,
                      fix: `storage.changesPerDay: ${driver.limits.changesPerDay}`,
                  },
    },
];
