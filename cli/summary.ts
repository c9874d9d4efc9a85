/** Outputs of a stack, as stacks/index.ts exports them. */
export interface StackOutputs {
    connection: {
        host: string;
        port: number;
        /** Of an image of one's own: all that clients may use. */
        ports?: { name: string; port: number; protocol: string }[];
        /** Of a database. */
        database?: string;
        user?: string;
        /** Of files beside the database. */
        files?: { url: string; secret: string }[];
        command: string;
        clients: string;
    };
    /** Absent where nothing is known of a password. */
    password?: { namespace: string; secret: string; key: string; command: string };
    promise: { failover: string; survives: string; restore: string; notYet: string[]; lowered: string[] };
    claims: { name: string; namespace: string; size: string; storageClass: string }[];
}

/** What a person wants to know when `up` has ended: how to connect, where the password is, what is promised, what to try next. */
export function summary(stack: string, outputs: StackOutputs, isSandbox: boolean): string {
    const { connection, password, promise, claims } = outputs;
    const bullets = (lines: string[]) => lines.map((line) => `  - ${line}`);
    const size = claims[0]?.size ?? "1Gi";
    return [
        "",
        `"${stack}" is up.`,
        "",
        "Connect",
        ...(connection.ports
            ? connection.ports.map(({ name, port, protocol }) => `  ${connection.host}:${port}, ${name} (${protocol})`)
            : [
                  [
                      `  ${connection.host}:${connection.port}`,
                      ...(connection.database ? [`database ${connection.database}`] : []),
                      ...(connection.user ? [`user ${connection.user}`] : []),
                  ].join(", "),
              ]),
        ...(connection.files ?? []).map(({ url, secret }) => `  files: ${url}<name>, written with the token in Secret ${secret}`),
        `  clients: ${connection.clients}`,
        `  ${connection.command}`,
        ...(password
            ? ["Password", `  in Secret ${password.namespace}/${password.secret}, key ${password.key}:`, `  ${password.command}`]
            : []),
        "Data",
        ...claims.map((claim) => `  ${claim.namespace}/${claim.name}: ${claim.size}, class ${claim.storageClass}`),
        "Promise",
        `  failover: ${promise.failover}; survives ${promise.survives}`,
        `  restore: ${promise.restore}`,
        ...(promise.notYet.length + promise.lowered.length > 0
            ? ["Not promised", ...bullets([...promise.notYet, ...promise.lowered])]
            : []),
        "Try next",
        ...table(isSandbox ? sandboxSuggestions(stack, size) : suggestions(stack, size)),
    ].join("\n");
}

/** What to type, and what it does. */
type Suggestion = [command: string, effect: string];

const suggestions = (stack: string, size: string): Suggestion[] => [
    [`npx holdfast up ${stack}`, `after raising holdfast:size in stacks/Pulumi.${stack}.yaml (now ${size}): the volume grows in place`],
    [`npx holdfast down ${stack}`, "removes the workloads and keeps the data; `up` finds it again"],
];

const sandboxSuggestions = (stack: string, size: string): Suggestion[] => [
    ['eval "$(npx holdfast env)"', "kubectl and pulumi on this cluster, from this terminal"],
    ...suggestions(stack, size),
    ["npx holdfast sandbox status", "what runs; `sandbox down` stops it, `sandbox reset` deletes it with its data"],
];

function table(rows: Suggestion[]): string[] {
    const width = Math.max(...rows.map(([command]) => command.length));
    return rows.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`);
}
