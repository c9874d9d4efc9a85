/** The engines whose members can be restarted and replaced, by the name a plan gives them. */

import type { EngineName } from "../../../components/usecases/plan";
import type { MemberEngine } from "./engine";
import { jetstream } from "./jetstream";
import { postgresCluster } from "./postgres-cluster";
import { container, postgres } from "./set";
import { valkey } from "./valkey";

export const memberEngines: Record<EngineName, MemberEngine> = {
    postgres,
    "postgres-cluster": postgresCluster,
    valkey,
    jetstream,
    container,
};
