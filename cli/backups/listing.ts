/** Asks a repository what it holds, by a task in the cluster: only there its address and its certificate's authority are sure to be known. */

import { randomBytes } from "node:crypto";
import { streamEnds } from "../../components/backups/stream-ends";
import { UserError } from "../errors";
import { brief } from "../status/words";
import { cleaningUp } from "./clean-up";
import type { ClusterApi, Made } from "./cluster";
import type { Report } from "./progress";
import { type RecoveryPoint, recoveryPoints, UnreadableRepository } from "./recovery-points";
import type { Repository } from "./repository";
import { runTask, scratch, type Task, type TaskContainer } from "./task";

/** restic and a shell, as K8up's own jobs have them. */
export interface ResticImage {
    image: string;
    /** Any user will do: files of the task's own are all it writes. */
    runAsUser: number;
    runAsGroup: number;
}

/** Which recovery points are looked into, beside being listed. */
export interface Look {
    /** One, by the beginning of its id. */
    only?: string;
    /** So many of the newest otherwise. */
    newest: number;
    /** A repository that isn't there has no recovery points: its first backup makes it. */
    mayBeMissing?: boolean;
}

/** Long enough for a repository far away with many recovery points; restic itself tries for a quarter of an hour. */
const listSeconds = 300;

/** `restic` with what every call needs. Nothing is locked: the live side's backups and prunes go on. */
const resticFunction = `r() { restic --no-lock --quiet \${CA:+--cacert "$CA"} "$@"; }`;

/**
 * Lists everything, and looks at the first and the last piece of the newest streams: what is in between was checked by its hash when it was
 * written, and is read by \`restic check\` and by drills.
 */
const listScript = `
set -u
${resticFunction}${streamEnds}
list=$(r snapshots --json) || exit 1
printf '@snapshots %s\\n' "$list"
printf '%s' "$list" | sed 's/},{/}\\n{/g' >${scratch}/list
echo >>${scratch}/list
field() { sed -n "s/.*[,{]\\"$1\\":\\"\\([^\\"]*\\)\\".*/\\1/p"; }
if [ -n "$ONLY" ]; then grep "\\"id\\":\\"$ONLY" ${scratch}/list >${scratch}/chosen
else
    while read -r line; do
        [ -z "$line" ] || echo "$(printf '%s' "$line" | field time) $line"
    done <${scratch}/list | sort -r | head -n "$NEWEST" | cut -d ' ' -f 2- >${scratch}/chosen
fi
b64() { base64 | tr -d '\\n'; }
while read -r line; do
    id=$(printf '%s' "$line" | field id)
    tree=$(printf '%s' "$line" | field tree)
    if printf '%s' "$line" | grep -q '"paths":\\["/data/'; then
        size=$(r stats --json --mode restore-size "$id" | sed -n 's/.*"total_size":\\([0-9]*\\).*/\\1/p')
        echo "@files $id $size"
        continue
    fi
    pieces "$tree" ${scratch} || { echo "@stream $id - - -"; continue; }
    first=$(head -n 1 ${scratch}/blobs)
    if [ -z "$first" ]; then echo "@stream $id 0 - -"; continue; fi
    r cat blob "$first" >${scratch}/first || { echo "@stream $id $size - -"; continue; }
    end ${scratch} || { echo "@stream $id $size - -"; continue; }
    head=$(head -n 1 ${scratch}/first | head -c 65536 | b64)
    echo "@stream $id $size \${head:--} $(tail -c 4096 ${scratch}/last | b64)"
done <${scratch}/chosen
echo '@done -'
`;

/** Variables with which restic finds and opens a repository. */
export function resticEnv(repository: Repository): Pick<TaskContainer, "env" | "secretEnv"> {
    return {
        env: {
            RESTIC_REPOSITORY: repository.url,
            RESTIC_CACHE_DIR: `${scratch}/cache`,
            ...(repository.region ? { AWS_DEFAULT_REGION: repository.region } : {}),
            CA: repository.caConfigMap === "" ? "" : "/ca/ca.crt",
        },
        secretEnv: { AWS_ACCESS_KEY_ID: "access-key-id", AWS_SECRET_ACCESS_KEY: "secret-access-key", RESTIC_PASSWORD: "password" },
    };
}

/** What a task with restic must know in secret. */
export const repositorySecret = ({ keys }: Repository): Record<string, string> => ({
    "access-key-id": keys.accessKeyId,
    "secret-access-key": keys.secretAccessKey,
    password: keys.password,
});

export { resticFunction };

/** What is wrong with a repository that can't be read, in the words of its promise. */
function unreadable(error: UnreadableRepository, { url }: Repository): UserError {
    if (error.isMissing)
        return new UserError(`There is no repository ${url}: nothing was ever backed up there, or somebody has deleted it.`);
    return new UserError(`The repository ${url} can't be read: ${brief(error.message, 500)}`);
}

/** The listing as a task of a namespace. */
export function listTask(namespace: string, repository: Repository, { image, runAsUser, runAsGroup }: ResticImage, look: Look): Task {
    const { env, secretEnv } = resticEnv(repository);
    const container: TaskContainer = {
        name: "list",
        image,
        script: listScript,
        env: { ...env, ONLY: look.only ?? "", NEWEST: String(look.newest) },
        secretEnv,
        memory: "512Mi",
    };
    return {
        // Two people may ask at once.
        name: `holdfast-list-${randomBytes(3).toString("hex")}`,
        namespace,
        secret: repositorySecret(repository),
        pod: { runAsUser, runAsGroup, containers: [container], caConfigMap: repository.caConfigMap },
        deadlineSeconds: listSeconds,
    };
}

/** Every recovery point of a repository, newest first. Reads it from a namespace that must be there. */
async function listIn(
    api: ClusterApi,
    namespace: string,
    repository: Repository,
    restic: ResticImage,
    look: Look,
    update?: Report,
): Promise<RecoveryPoint[]> {
    const { logs } = await runTask(api, listTask(namespace, repository, restic, look), update);
    const log = logs.list ?? "";
    try {
        const points = recoveryPoints(log);
        if (!/^@done/m.test(log)) throw new UnreadableRepository(`the listing broke off`);
        return points;
    } catch (error) {
        if (!(error instanceof UnreadableRepository)) throw error;
        if (error.isMissing && look.mayBeMissing) return [];
        throw unreadable(error, repository);
    }
}

const temporary = { "holdfast.dev/temporary": "true" };

/** Namespaces of listings that were killed: nobody lists for a quarter of an hour. */
async function sweepNamespaces(api: ClusterApi): Promise<void> {
    const output = await api.run(["get", "namespaces", "-l", "holdfast.dev/temporary=true", "-o", "json"]);
    for (const { metadata } of (JSON.parse(output) as { items: Made[] }).items) {
        if (Date.now() - Date.parse(metadata.creationTimestamp ?? "") > 900_000) await api.remove(undefined, "namespace", metadata.name);
    }
}

/** Does something in the application's namespace where that is there, otherwise in one made for this, which goes at the end. */
export async function withNamespace<T>(
    api: ClusterApi,
    namespace: string,
    repository: Repository,
    body: (namespace: string) => Promise<T>,
): Promise<T> {
    const found = await api.find<{ status?: { phase?: string } }>(undefined, "namespace", namespace);
    if (found && found.status?.phase !== "Terminating") return body(namespace);
    const name = `holdfast-restore-${randomBytes(4).toString("hex")}`;
    if (repository.caConfigMap !== "" && repository.caConfigMap !== "kube-root-ca.crt") {
        throw new UserError(
            `The repository's certificate is checked with the ConfigMap ${namespace}/${repository.caConfigMap}, and that namespace is gone. Make it again, with the ConfigMap in it.`,
        );
    }
    await sweepNamespaces(api);
    return cleaningUp(
        () => api.remove(undefined, "namespace", name),
        async () => {
            await api.create<Made>({
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted", ...temporary } },
            });
            return body(name);
        },
    );
}

/** The same where the application's namespace may be gone. */
export async function list(
    api: ClusterApi,
    namespace: string,
    repository: Repository,
    image: ResticImage,
    look: Look,
    update?: Report,
): Promise<RecoveryPoint[]> {
    return withNamespace(api, namespace, repository, (where) => listIn(api, where, repository, image, look, update));
}
