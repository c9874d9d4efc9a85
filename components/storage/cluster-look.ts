/** A look at a cluster through kubectl: which of a few named objects are there. Nothing is ever changed by it. */

import { execFile } from "node:child_process";

/** Which cluster, as kubectl is told. */
export interface ClusterAddress {
    /**
     * Kubeconfig of the cluster in which a preview looks for the storage driver. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for the storage driver. What is deployed goes where the provider says.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}

/** What kubectl answered. */
export interface Answer {
    isDone: boolean;
    stdout: string;
    /** Why not, in one line. */
    reason: string;
}

/** Asks a cluster one thing. Tests put their own in its place. */
export type Ask = (address: ClusterAddress, argv: string[]) => Promise<Answer>;

/** How long a preview waits for a cluster that doesn't answer. */
const seconds = 5;

/** What kubectl may need of the program's environment: all but what Pulumi hands the program its config in, and what holds keys. */
export const withoutSecrets = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
    Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PULUMI_CONFIG|HOLDFAST_BACKUP_)/.test(name)));

const kubectl: Ask = ({ kubeconfig, context }, argv) => {
    const where = [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), ...(context ? ["--context", context] : [])];
    return new Promise((resolve) => {
        execFile(
            "kubectl",
            [...where, `--request-timeout=${seconds}s`, ...argv],
            { timeout: seconds * 1000, maxBuffer: 1 << 24, env: withoutSecrets(process.env) },
            (error, stdout, stderr) => {
                const missing = error && "code" in error && error.code === "ENOENT" ? "kubectl is not installed" : undefined;
                const last = stderr.trim().split("\n").pop();
                resolve({ isDone: !error, stdout, reason: missing ?? (last || `kubectl gave no answer within ${seconds} s`) });
            },
        );
    });
};

/** The question whether the API serves VolumeAttributesClasses: it is about no object, so it is asked in another way. */
export const attributesApi = "api/volumeattributesclasses.v1.storage.k8s.io";

/** All looks at one cluster within one program. */
class Look {
    private batch: { names: Set<string>; there: Promise<ReadonlySet<string>> } | undefined;
    private readonly asked = new Map<string, Promise<ReadonlySet<string>>>();
    private readonly answers = new Map<string, Promise<string>>();

    constructor(
        private readonly address: ClusterAddress,
        private readonly ask: Ask,
    ) {}

    /** Which of these are there; names as `kubectl get -o name` prints them. Rejects where the cluster doesn't answer. */
    async there(names: readonly string[]): Promise<ReadonlySet<string>> {
        const answers = names.map((name) => {
            const answer = this.asked.get(name) ?? (name === attributesApi ? this.resources() : this.inBatch(name));
            this.asked.set(name, answer);
            return answer;
        });
        const found = await Promise.all(answers);
        return new Set(names.filter((name, index) => found[index].has(name)));
    }

    /** Output of one question, which is asked once. Rejects where the cluster doesn't answer. */
    read(argv: string[]): Promise<string> {
        const key = argv.join(" ");
        const answer = this.answers.get(key) ?? this.told(argv);
        this.answers.set(key, answer);
        return answer;
    }

    private async told(argv: string[]): Promise<string> {
        const { isDone, stdout, reason } = await this.ask(this.address, argv);
        if (!isDone) {
            throw new Error(reason);
        }
        return stdout;
    }

    /** Components made in the same turn share one call. */
    private inBatch(name: string): Promise<ReadonlySet<string>> {
        if (!this.batch) {
            const names = new Set<string>();
            const there = new Promise((resolve) => setImmediate(resolve)).then(() => {
                this.batch = undefined;
                return this.get([...names]);
            });
            this.batch = { names, there };
        }
        this.batch.names.add(name);
        return this.batch.there;
    }

    private async get(names: string[]): Promise<ReadonlySet<string>> {
        const stdout = await this.told(["get", ...names, "--ignore-not-found", "--output=name"]);
        return new Set(stdout.split("\n").filter((line) => line !== ""));
    }

    private async resources(): Promise<ReadonlySet<string>> {
        const stdout = await this.told(["get", "--raw", "/apis/storage.k8s.io/v1"]);
        return new Set(stdout.includes('"volumeattributesclasses"') ? [attributesApi] : []);
    }
}

const looks = new Map<string, Look>();
let given: Ask | undefined;

/** Puts something in kubectl's place, or kubectl back, and forgets what was seen. For tests. */
export function askInstead(ask: Ask | undefined): void {
    given = ask;
    looks.clear();
}

/** True where somebody answers in kubectl's place: then a look is taken under mocks too. */
export const isAskedInstead = (): boolean => given !== undefined;

/** The look at this cluster that the whole program shares. */
export function lookAt(address: ClusterAddress): Pick<Look, "there" | "read"> {
    const key = `${address.kubeconfig ?? ""}\n${address.context ?? ""}`;
    const look = looks.get(key) ?? new Look(address, given ?? kubectl);
    looks.set(key, look);
    return look;
}
