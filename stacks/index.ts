/** One program for every use case: which one is in the stack's config. */

import { deploy } from "./program";

// Called by Pulumi, which waits for it: a preview looks at the cluster before it registers anything.
export = deploy;
