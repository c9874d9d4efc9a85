// Builds the toolchain and the images that the cluster tests use, with progress: the long part of the first run on a machine.
const load = require("jiti").createJiti(__filename, { interopDefault: false });
load("./support/prepare.ts")
    .prepare()
    .catch((error) => {
        console.error(error);
        process.exitCode = 1;
    });
