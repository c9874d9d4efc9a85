/** Asks an archive what it holds, by a task in the cluster that has the database's own image. */

import { randomBytes } from "node:crypto";
import { archiveFolder } from "../../../components/workloads/postgres-cluster-archive";
import { UserError } from "../../errors";
import { brief } from "../../status/words";
import { withNamespace } from "../listing";
import type { Report } from "../progress";
import type { Repository } from "../repository";
import type { Session } from "../session";
import { runTask, scratch, type Task } from "../task";
import { type Archive, archiveIn, UnreadableArchive } from "./archive";
import { listingScript } from "./listing-script";

/** So many of the newest parts of the log are looked into for a transaction. */
const lookedInto = 20;

/** Bucket and prefix of a repository, as an archive takes them, and its server. */
export function placeOf({ url }: Pick<Repository, "url">): { endpoint: string; bucket: string } {
    const { origin, pathname } = new URL(url.replace(/^s3:/, ""));
    return { endpoint: origin, bucket: decodeURIComponent(pathname.slice(1)) };
}

/** The listing as a task of a namespace. */
export function archiveTask(
    namespace: string,
    repository: Repository,
    { image, runAsUser = 0, runAsGroup = runAsUser }: { image: string; runAsUser?: number; runAsGroup?: number },
): Task {
    const { endpoint, bucket } = placeOf(repository);
    return {
        name: `holdfast-list-${randomBytes(3).toString("hex")}`,
        namespace,
        secret: { "access-key-id": repository.keys.accessKeyId, "secret-access-key": repository.keys.secretAccessKey },
        pod: {
            runAsUser,
            runAsGroup,
            caConfigMap: repository.caConfigMap,
            containers: [
                {
                    name: "list",
                    image,
                    script: `exec python3 - <<'END_OF_LISTING'\n${listingScript}\nEND_OF_LISTING\n`,
                    env: {
                        ENDPOINT: endpoint,
                        ARCHIVE: bucket,
                        ARCHIVE_FOLDER: archiveFolder,
                        LOOK_INTO: String(lookedInto),
                        TMPDIR: scratch,
                        // Times of the log are printed in the zone of whoever asks.
                        TZ: "UTC",
                        ...(repository.region ? { AWS_DEFAULT_REGION: repository.region } : {}),
                        ...(repository.caConfigMap === "" ? {} : { AWS_CA_BUNDLE: "/ca/ca.crt" }),
                    },
                    secretEnv: { AWS_ACCESS_KEY_ID: "access-key-id", AWS_SECRET_ACCESS_KEY: "secret-access-key" },
                    memory: "512Mi",
                },
            ],
        },
        deadlineSeconds: 300,
    };
}

/** The archive of a stack, whether its application is there or not. */
export async function listArchive({ api, namespace, repository, checked }: Session, update?: Report): Promise<Archive> {
    return withNamespace(api, namespace, repository, async (where) => {
        const { logs } = await runTask(api, archiveTask(where, repository, checked.plan.engine), update);
        try {
            return archiveIn(logs.list ?? "");
        } catch (error) {
            if (!(error instanceof UnreadableArchive)) throw error;
            throw new UserError(
                error.isMissing
                    ? `There is no archive in ${repository.url}: nothing was ever backed up there, or somebody has deleted it.`
                    : `The archive in ${repository.url} can't be read: ${brief(error.message, 500)}`,
            );
        }
    });
}
