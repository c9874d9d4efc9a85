/** Whether what holds data is backed up by something in the same stack. */

import { systemBackup } from "../controls";
import type { Finding, StackGuardrail, Thing } from "../guardrail";
import { stated, words } from "../guardrail";
import { namespaceOf, objectName, shown } from "../names";
import { at, isOpenList, numberAt, textsAt, type Unknown, unknown } from "../values";
import { everyClaimName, keepsData, mountedClaims } from "../workloads";

/** Whether a backup is of this workload. */
type Coverage = boolean | typeof unknown;

const sameNamespace = (backup: Thing, data: Thing): Coverage => {
    const [its, ours] = [namespaceOf(backup), namespaceOf(data)];
    return its === unknown || ours === unknown ? unknown : its === ours;
};

const both = (one: Coverage, other: () => Coverage): Coverage => {
    if (one === false) return false;
    const second = other();
    return second === false ? false : one === true && second === true ? true : unknown;
};

/** A value that names what is backed up. */
const names = (value: unknown, wanted: readonly (string | typeof unknown)[]): Coverage =>
    value !== unknown && wanted.includes(value as string) ? true : value === unknown || wanted.includes(unknown) ? unknown : false;

function claimsOf(data: Thing): (string | typeof unknown)[] {
    const own = everyClaimName(data);
    return [...mountedClaims(data), ...(own === unknown ? [unknown as Unknown] : own)];
}

function veleroCovers(schedule: Thing, data: Thing): Coverage {
    const namespace = namespaceOf(data);
    const [included, excluded] = ["spec.template.includedNamespaces", "spec.template.excludedNamespaces"];
    if (namespace === unknown || isOpenList(schedule.props, included) || isOpenList(schedule.props, excluded)) return unknown;
    const list = textsAt(schedule.props, included);
    return (list.length === 0 || list.includes("*") || list.includes(namespace)) && !textsAt(schedule.props, excluded).includes(namespace);
}

/** Schedules that back pods' claims up. A new one is one entry here, or a type in the setting `alsoCounts`. */
const schedules: Record<string, (schedule: Thing, data: Thing) => Coverage> = {
    "k8up.io/Schedule": (schedule, data) => both(sameNamespace(schedule, data), () => at(schedule.props, "spec.backup") !== undefined),
    "velero.io/Schedule": veleroCovers,
    "volsync.backube/ReplicationSource": (source, data) =>
        both(sameNamespace(source, data), () => names(at(source.props, "spec.sourcePVC"), claimsOf(data))),
};

function coverageOfPods(schedule: Thing, data: Thing, alsoCounts: readonly string[]): Coverage {
    const covers = schedules[schedule.type] ?? (alsoCounts.includes(schedule.type) ? sameNamespace : undefined);
    return covers ? covers(schedule, data) : false;
}

function coverageOfCluster(schedule: Thing, cluster: Thing): Coverage {
    if (schedule.type !== "postgresql.cnpg.io/ScheduledBackup") return false;
    return both(sameNamespace(schedule, cluster), () => names(at(schedule.props, "spec.cluster.name"), [objectName(cluster) ?? unknown]));
}

/** AWS Backup takes what is listed, and what has tags: which those are, only the account knows. */
function coverageByAws(selection: Thing, data: Thing): Coverage {
    if (selection.type === "aws:efs/backupPolicy:BackupPolicy")
        return both((selection.from.fileSystemId ?? []).includes(data.urn), () => {
            const status = at(selection.props, "backupPolicy.status");
            return status === unknown ? unknown : status === "ENABLED";
        });
    if (selection.type !== "aws:backup/selection:Selection") return false;
    if ((selection.from.resources ?? []).includes(data.urn)) return true;
    const arn = at(data.props, "arn");
    const listed = textsAt(selection.props, "resources");
    if (listed.includes("*") || (typeof arn === "string" && listed.includes(arn))) return true;
    const isOpen = ["selectionTags", "conditions"].some((field) => at(selection.props, field) !== undefined);
    return isOpen ? unknown : false;
}

/** Days that a database keeps backups of its own. */
function coverageByItself(data: Thing): Coverage {
    // A replica's data is its source's.
    if (at(data.props, "replicateSourceDb") !== undefined || at(data.props, "replicationSourceIdentifier") !== undefined) return true;
    const days = numberAt({ days: stated(data, "backupRetentionPeriod") }, "days");
    if (days === unknown) return unknown;
    // Aurora's clusters keep one day where nothing is said; instances keep none.
    return (days ?? (data.type === "aws:rds/cluster:Cluster" ? 1 : 0)) > 0;
}

const databases = ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"];

/** What has data, and what can be a backup of it. */
function coverageOf(data: Thing, things: readonly Thing[], alsoCounts: readonly string[]): Coverage[] | undefined {
    if (keepsData(data)) return things.map((each) => coverageOfPods(each, data, alsoCounts));
    if (data.type === "postgresql.cnpg.io/Cluster") return things.map((each) => coverageOfCluster(each, data));
    if (databases.includes(data.type)) return [coverageByItself(data), ...things.map((each) => coverageByAws(each, data))];
    if (data.type === "aws:efs/fileSystem:FileSystem") return things.map((each) => coverageByAws(each, data));
    return undefined;
}

const ways: Record<string, string> = {
    "postgresql.cnpg.io/Cluster": "Add a ScheduledBackup of it.",
    "aws:rds/instance:Instance": "Write backupRetentionPeriod: 7 or more, or add it to a selection of AWS Backup.",
    "aws:rds/cluster:Cluster": "Write backupRetentionPeriod: 7 or more, or add it to a selection of AWS Backup.",
    "aws:efs/fileSystem:FileSystem": "Add a BackupPolicy of status ENABLED, or add it to a selection of AWS Backup.",
};

export const backupGuardrails: readonly StackGuardrail[] = [
    {
        id: "backed-up",
        title: "What holds data is backed up",
        description:
            "Workloads on claims, PostgreSQL clusters, RDS databases and EFS file systems have a backup in the same stack: replicas copy a mistake within a second.",
        severity: "high",
        enforcement: "mandatory",
        controls: [systemBackup],
        remediation:
            "Add a schedule: K8up's Schedule (with a backup) in the namespace, Velero's that includes it, VolSync's ReplicationSource of the claim, " +
            "CloudNativePG's ScheduledBackup, AWS Backup. For data that can be made again, or is backed up from elsewhere, list the workload in exceptions.",
        settings: {
            alsoCounts: {
                type: "array",
                items: { type: "string" },
                description: "Further types that back up every claim in their namespace: tokens without provider and version.",
                default: [],
            },
        },
        judgeStack: (things, settings) =>
            things.flatMap((about): Finding[] => {
                const coverage = coverageOf(about, things, words(settings, "alsoCounts"));
                if (!coverage || coverage.includes(true)) return [];
                if (coverage.includes(unknown)) return [{ about, open: "what a backup in the stack covers" }];
                const way =
                    ways[about.type] ??
                    "Add a Schedule of K8up or Velero for its namespace, or a ReplicationSource of VolSync for its claim.";
                return [{ about, says: `${shown(about)} has data, and nothing in this stack backs it up. ${way}` }];
            }),
    },
];
