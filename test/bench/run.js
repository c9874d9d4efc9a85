// `npm run bench [-- <part>…]`: start-up, review, up, preview, backup and restore against what they are compared with, in one run.
const load = require("jiti").createJiti(__filename, { interopDefault: false });
load("./bench.ts")
    .bench(process.argv.slice(2))
    .catch((error) => {
        console.error(error);
        process.exitCode = 1;
    });
