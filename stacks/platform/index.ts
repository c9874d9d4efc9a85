/** A program of its own beside the applications': a cluster has one platform, and many stacks. */

import { deploy } from "./program";

// Called by Pulumi, which waits for it: manifests are read before anything is registered.
export = deploy;
