/** The engines this version can make, by the name a plan gives them. A new engine is one entry here, its file and its component. */

import type { EngineName } from "../usecases/plan";
import { container } from "./container";
import type { Engine } from "./engine";
import { jetstream } from "./jetstream";
import { postgres } from "./postgres";
import { postgresCluster } from "./postgres-cluster";
import { valkey } from "./valkey";

export const engines: Partial<Record<EngineName, Engine>> = {
    postgres,
    "postgres-cluster": postgresCluster,
    valkey,
    jetstream,
    container,
};
