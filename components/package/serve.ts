/** The package as Pulumi's plugin for other languages: started by the engine, it answers until it is ended. */

import * as pulumi from "@pulumi/pulumi";
import * as library from "../index";
import { PackageProvider } from "./provider";
import schema from "./schema.json";

/** Serves every component the library exports. The engine's address is on the command line. */
export function serve(): Promise<void> {
    return pulumi.provider.main(new PackageProvider(library, schema), process.argv.slice(2));
}
