/** The tasks of a restore of files: one that looks at the claims of a member, and one that fills and compares them. */

import { restoreTime } from "../../../components/usecases/restore-rates";
import { UserError } from "../../errors";
import { brief } from "../../status/words";
import { repositorySecret, resticEnv, resticFunction } from "../listing";
import { type RecoveryPoint, resticWords } from "../recovery-points";
import type { Repository } from "../repository";
import { scratch, type Task, type TaskContainer, type TaskOutcome } from "../task";
import type { FilesPoint } from "./choice";
import type { Member } from "./members";
import { volumeScript } from "./volume-script";

/** The new application, as its tasks need to know it. */
export interface Destination {
    app: string;
    namespace: string;
    /** Whose files they are. */
    runAsUser: number;
    runAsGroup: number;
    /** Where its pods may stand. */
    placement: object;
    resticImage: string;
    nodeImage: string;
}

/** Label of the pods: members whose claims are made by them are spread as the application's own are. */
export const restoreLabelOf = (app: string): Record<string, string> => ({ "holdfast.dev/restore-of": app });

/** Name of the Job that fills a member's claims. */
export const fillNameOf = (app: string, { ordinal }: Member): string => `${app}-restore-${ordinal}`;

function base({ namespace, runAsUser, runAsGroup, placement, app }: Destination, member: Member, name: string, caConfigMap: string) {
    return {
        name,
        namespace,
        labels: restoreLabelOf(app),
        pod: {
            runAsUser,
            runAsGroup,
            caConfigMap,
            placement,
            claims: member.volumes.map(({ claim, mounted, subPath }) => ({
                claim,
                mountPath: mounted,
                ...(subPath === undefined ? {} : { subPath }),
            })),
        },
    };
}

/** Node.js on a member's volumes. */
function onVolumes(name: string, { nodeImage }: Destination, member: Member, env: Record<string, string>): TaskContainer {
    const volumes = member.volumes.map(({ claim, mounted, archived, listed, isBegun }) => ({ claim, mounted, archived, listed, isBegun }));
    return {
        name,
        image: nodeImage,
        script: 'exec node -e "$SCRIPT"',
        env: { SCRIPT: volumeScript, VOLUMES: JSON.stringify(volumes), ...env },
        // A line about every entry is held.
        memory: "1Gi",
    };
}

/** Looks whether a member's claims are empty, and empties those that this restore has begun with. */
export function lookTask(to: Destination, member: Member): Task {
    const task = base(to, member, `${to.app}-look-${member.ordinal}`, "");
    return {
        ...task,
        secret: {},
        pod: { ...task.pod, containers: [onVolumes("look", to, member, { MODE: "look" })] },
        deadlineSeconds: 600,
    };
}

const streamFetch = `
set -u
${resticFunction}
exec 3>${scratch}/stream
r dump "$POINT" "$FILE" >&3
`;

/** restic's own exit code counts, and what it has written is read again (\`--verify\`). What it has written so far is told meanwhile. */
const folderFetch = `
set -u
${resticFunction}
made=0
printf '%s\\n' "$PARTS" >${scratch}/parts
while IFS='|' read -r id from size to; do
    restic --no-lock --quiet \${CA:+--cacert "$CA"} restore "$id:$from" --target "$to" --sparse --verify --exclude /lost+found &
    restic=$!
    while kill -0 $restic 2>/dev/null; do
        wrote=$(sed -n 's/^wchar: //p' /proc/$restic/io 2>/dev/null)
        [ -z "$wrote" ] || echo "@read $((made + wrote))"
        sleep 1
    done &
    wait $restic || exit 1
    made=$((made + size))
    r ls --json "$id" >>${scratch}/list || exit 1
done <${scratch}/parts
`;

/** The snapshot of a member's volume. */
function partOf({ parts }: FilesPoint, path: string): RecoveryPoint {
    const part = parts.find((each) => each.path === path);
    if (!part) throw new Error(`the recovery point has nothing of ${path}`);
    return part;
}

/** Fills a member's claims, and compares what is on them with what was backed up. */
export function fillTask(to: Destination, member: Member, point: FilesPoint, repository: Repository): Task {
    const { env, secretEnv } = resticEnv(repository);
    const task = base(to, member, fillNameOf(to.app, member), repository.caConfigMap);
    const restic = (name: string, script: string, more: Record<string, string>): TaskContainer => ({
        name,
        image: to.resticImage,
        script,
        env: { ...env, ...more },
        secretEnv,
        memory: "1Gi",
    });
    const bytes = point.sizeBytes === "unknown" ? 0 : point.sizeBytes;
    const [part] = point.parts;
    const containers =
        point.form === "archive"
            ? {
                  initContainers: [{ name: "pipes", image: to.resticImage, script: `mkfifo ${scratch}/stream`, memory: "64Mi" }],
                  containers: [
                      restic("fetch", streamFetch, { POINT: part.id, FILE: part.path }),
                      onVolumes("volumes", to, member, { MODE: "unpack", STREAM: `${scratch}/stream`, SIZE: String(part.sizeBytes) }),
                  ],
              }
            : {
                  initContainers: [
                      restic("fetch", folderFetch, {
                          PARTS: member.volumes
                              .map(({ path, listed, mounted }) => {
                                  const { id, sizeBytes } = partOf(point, path);
                                  return [id, listed, sizeBytes === "unknown" ? 0 : sizeBytes, mounted].join("|");
                              })
                              .join("\n"),
                      }),
                  ],
                  containers: [onVolumes("volumes", to, member, { MODE: "compare", LIST: `${scratch}/list` })],
              };
    return {
        ...task,
        secret: repositorySecret(repository),
        pod: { ...task.pod, ...containers },
        // Far beyond the forecast, which is a planning figure: this ends what hangs, not what is slow.
        deadlineSeconds: 900 + 6 * restoreTime("files", bytes).seconds,
    };
}

const problemIn = (log: string): string | undefined => {
    const problem = /^@problem (.*)$/m.exec(log)?.[1];
    return problem === undefined ? undefined : Buffer.from(problem, "base64").toString("utf8");
};

/** How many entries each claim of a member has. */
export function lookedOf({ succeeded, logs }: TaskOutcome): { claim: string; entries: number }[] {
    const log = logs.look ?? "";
    if (!succeeded)
        throw new UserError(`the claims can't be looked at: ${brief(problemIn(log) ?? (log.trim() || "it said nothing"), 400)}`);
    return [...log.matchAll(/^@has (\S+) (\d+)$/gm)].map(([, claim, entries]) => ({ claim, entries: Number(entries) }));
}

/** What is on the claims. */
export interface Filled {
    entries: number;
    files: number;
    bytes: number;
    /** Sockets and pipes, which whoever uses them makes. */
    skipped: number;
}

/** What a filling came to; throws with the reason where it failed. */
export function filledOf({ succeeded, logs }: TaskOutcome): Filled {
    const { volumes = "", fetch = "" } = logs;
    const made = /^@made (\d+) (\d+) (\d+) (\d+)$/m.exec(volumes);
    if (succeeded && made) {
        const [entries, files, bytes, skipped] = made.slice(1).map(Number);
        return { entries, files, bytes, skipped };
    }
    const problem = problemIn(volumes);
    const words = resticWords(fetch);
    const isRestics = words !== "restic said nothing";
    if (problem?.startsWith("the stream broke off") && isRestics) throw new UserError(`the stream broke off: ${brief(words, 400)}`);
    throw new UserError(brief(problem ?? (isRestics ? words : volumes.trim() || words), 1000));
}
