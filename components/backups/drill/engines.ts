/** How each engine reads what a drill has fetched. Another one is one entry here, and its script. */

import { natsClientScript } from "../../workloads/nats-client-script";
import { jetStreamRangesScript } from "../jetstream-ranges-script";
import { jetStreamRestoreScript } from "../jetstream-restore-script";
import { archiveFetchScript } from "./archive-fetch-script";
import { archiveEngineScript, archivePartScript } from "./archive-script";
import { containerScript } from "./container-script";
import { jetStreamScript, jetStreamServersScript, jetStreamShell } from "./jetstream-script";
import { postgresScript } from "./postgres-script";
import { valkeyScript } from "./valkey-script";

/** One engine's part of a drill. */
interface DrillEngine {
    /** Files beside the drill's own, of which `<engine>.sh` is the step. */
    files: Record<string, string>;
    /** The file that starts its servers, where these have a container of their own and the step runs in the image with Node.js. */
    servers?: string;
    /** What fetches, where that isn't restic but a program of the application's own image. */
    fetch?: string[];
}

export const drillEngines: Record<string, DrillEngine> = {
    postgres: { files: { "postgres.sh": postgresScript } },
    valkey: { files: { "valkey.sh": valkeyScript } },
    jetstream: {
        files: {
            "jetstream.sh": jetStreamShell,
            "jetstream.js": jetStreamScript,
            "client.js": natsClientScript,
            "ranges.js": jetStreamRangesScript,
            "restore.js": jetStreamRestoreScript,
            "servers.sh": jetStreamServersScript,
        },
        servers: "servers.sh",
    },
    "postgres-archive": {
        files: { "fetch.py": archiveFetchScript, "postgres-archive.sh": archiveEngineScript, "part.sh": archivePartScript },
        fetch: ["python3", "/drill/scripts/fetch.py"],
    },
    container: { files: { "container.sh": containerScript } },
};
