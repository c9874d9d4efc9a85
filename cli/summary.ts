/** Outputs of a stack, as stacks/index.ts exports them. */
export interface StackOutputs {
    connection: { host: string; port: number; database: string; user: string; command: string; clients: string };
    password: { namespace: string; secret: string; key: string; command: string };
    promise: { failover: string; survives: string; restore: string; notYet: string[]; lowered: string[] };
    claims: { name: string; namespace: string; size: string; storageClass: string }[];
}

/** What a person wants to know when `up` has ended: how to connect, where the password is, what is promised, what to try next. */
export function summary(stack: string, outputs: StackOutputs): string {
    const { connection, password, promise, claims } = outputs;
    const bullets = (lines: string[]) => lines.map((line) => `  - ${line}`);
    const size = claims[0]?.size ?? "1Gi";
    return [
        "",
        `"${stack}" is up.`,
        "",
        "Connect",
        `  ${connection.host}:${connection.port}, database ${connection.database}, user ${connection.user}`,
        `  clients: ${connection.clients}`,
        `  ${connection.command}`,
        "Password",
        `  in Secret ${password.namespace}/${password.secret}, key ${password.key}:`,
        `  ${password.command}`,
        "Data",
        ...claims.map((claim) => `  ${claim.namespace}/${claim.name}: ${claim.size}, class ${claim.storageClass}`),
        "Promise",
        `  failover: ${promise.failover}; survives ${promise.survives}`,
        `  restore: ${promise.restore}`,
        ...(promise.notYet.length + promise.lowered.length > 0
            ? ["Not promised", ...bullets([...promise.notYet, ...promise.lowered])]
            : []),
        "Try next",
        '  eval "$(npx holdfast env)"       kubectl and pulumi on this cluster, from this terminal',
        `  holdfast:size in stacks/Pulumi.${stack}.yaml (now ${size}): raise it and run \`npm run up\` again; the volume grows in place`,
        `  npx holdfast down ${stack}      removes the workloads and keeps the data; \`npm run up\` finds it again`,
        "  npx holdfast sandbox status      what runs; `sandbox down` stops it, `sandbox reset` deletes it with its data",
    ].join("\n");
}
