/** Of a drill's report: what Prometheus and the event say of the result. */
export const tidings = String.raw`/** The result as OpenMetrics. */
function metrics(result) {
    const label = "app=" + JSON.stringify(result.app);
    const seconds = (date) => (date === undefined ? undefined : Date.parse(date) / 1000);
    const rows = [
        ["passed", "1 where the last drill passed, 0 where it failed.", result.outcome === "passed" ? 1 : 0],
        ["ended_timestamp_seconds", "When the last drill ended.", seconds(result.endedAt)],
        ["last_passed_timestamp_seconds", "When a drill passed last.", seconds(result.lastPassedAt)],
        ["rpo_seconds", "Age of the newest backup when the drill began.", result.rpoSeconds],
        ["rpo_promised_seconds", "The age that is promised.", result.promised.rpoSeconds],
        ["rto_seconds", "From the drill's start to the answered query.", result.rtoSeconds],
        ["rto_promised_seconds", "The time that is promised.", result.promised.rtoSeconds],
        ["restored_bytes", "Bytes that were restored.", result.bytes],
    ];
    const lines = rows
        .filter(([, , value]) => value !== undefined)
        .flatMap(([name, help, value]) => [
            "# TYPE holdfast_drill_" + name + " gauge",
            "# HELP holdfast_drill_" + name + " " + help,
            "holdfast_drill_" + name + "{" + label + "} " + value,
        ]);
    const failed = result.failure
        ? ["# TYPE holdfast_drill_failure gauge", "# HELP holdfast_drill_failure Why the last drill failed.", "holdfast_drill_failure{" + label + ",failure=\"" + result.failure + "\"} 1"]
        : [];
    return [...lines, ...failed, "# EOF", ""].join("\n");
}

/** The event that tells of a result. */
function eventOf(result, config) {
    const passed = result.outcome === "passed";
    const figures = "recovery point " + result.rpoSeconds + " s old, restored in " + result.rtoSeconds + " s";
    return {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: config.name + "." + Date.parse(result.endedAt).toString(16), namespace: config.namespace },
        involvedObject: { apiVersion: "batch/v1", kind: "CronJob", name: config.name, namespace: config.namespace },
        type: passed ? "Normal" : "Warning",
        reason: passed ? "DrillPassed" : "DrillFailed",
        message: cut(passed ? figures : result.failure + ": " + result.detail, 1000),
        source: { component: "holdfast-drill" },
        firstTimestamp: result.endedAt,
        lastTimestamp: result.endedAt,
        count: 1,
    };
}
`;
