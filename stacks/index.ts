/** One program for every use case: which one is in the stack's config. */

import { deploy } from "./program";

export const { connection, password, promise, claims } = deploy();
