/** Alerts of a PostgreSQL cluster, by the figures that CloudNativePG's members serve. */

import { DAY, secondsOf } from "../usecases/quantities";
import { type AlertRule, countOf, failoverSeconds, type Watch } from "./alert-rule";

/** Lag of a standby that nothing is promised of. */
const ordinaryLag = 30;

export function postgresClusterRules(watch: Watch, synchronousStandbys: number): AlertRule[] {
    const { plan, figures } = watch;
    const { app } = plan;
    const recovering = `cnpg_pg_replication_in_recovery${figures}`;
    const leads = countOf(`${recovering} == 0`);
    const lag = Math.max(ordinaryLag, secondsOf(plan.objectives.failover.rpo) ?? 0);
    return [
        {
            alert: "HoldfastNoPrimary",
            expr: `${leads} < 1`,
            seconds: failoverSeconds(watch),
            severity: "critical",
            summary: `${app} has no primary for longer than a failover may take.`,
            description: `Nothing can be written. \`holdfast status ${app}\` and \`kubectl describe cluster ${app}\` say what the operator waits for.`,
        },
        {
            alert: "HoldfastTwoPrimaries",
            expr: `${leads} > 1`,
            seconds: 60,
            severity: "critical",
            summary: `{{ $value }} members of ${app} take writes.`,
            description:
                "One of them has been cut off and doesn't know it yet. Keep clients from it, and keep its volume: it may hold rows.",
        },
        {
            alert: "HoldfastReplicaBehind",
            expr: `max(cnpg_pg_replication_lag${figures}) > ${lag}`,
            seconds: 300,
            severity: "warning",
            summary: `A standby of ${app} is {{ $value }} s behind.`,
            description: "A failover to it would lose that much, or wait for it.",
        },
        ...(synchronousStandbys === 0
            ? []
            : [
                  {
                      alert: "HoldfastWritesWait",
                      expr: `max(cnpg_pg_replication_streaming_replicas${figures} and ${recovering} == 0) < ${synchronousStandbys}`,
                      seconds: 60,
                      severity: "critical",
                      summary: `${app} has {{ $value }} standbys, and a commit waits for ${synchronousStandbys}.`,
                      description: "Writes wait rather than be lost, and go on by themselves when a standby returns.",
                  },
              ]),
        ...archiveRules(watch),
    ];
}

function archiveRules({ plan, figures }: Watch): AlertRule[] {
    const { app, backup } = plan;
    if (!backup.carriedOut || backup.method !== "archive") return [];
    // Base copies are daily at most; one may fail.
    const oldest = 2 * DAY;
    return [
        {
            alert: "HoldfastArchiveFails",
            expr: `max(cnpg_pg_stat_archiver_last_failed_time${figures} > cnpg_pg_stat_archiver_last_archived_time${figures})`,
            seconds: Math.max(60, secondsOf(backup.interval ?? "") ?? 300),
            severity: "critical",
            summary: `${app} can't ship its log to the repository.`,
            description:
                "What is written now is in no backup, and the log takes up the volume until it is shipped. The primary's own log has the error.",
        },
        {
            alert: "HoldfastBackupOld",
            expr: `time() - max(cnpg_collector_last_available_backup_timestamp${figures}) > ${oldest}`,
            seconds: 3600,
            severity: "warning",
            summary: `The last base copy of ${app} is older than two days.`,
            description: `A restore has that much log to replay. \`holdfast backups ${app}\` lists what there is, \`holdfast backup ${app}\` takes one.`,
        },
    ];
}
