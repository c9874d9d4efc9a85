/** Cluster tests: a real cluster, a real database, the real engine. One file at a time; `npm run e2e -- --full` runs every round. */
module.exports = {
    rootDir: "../..",
    roots: ["<rootDir>/test/e2e"],
    testEnvironment: "node",
    testTimeout: 15 * 60 * 1000,
    maxWorkers: 1,
    transform: require("../../jest.config.js").transform,
    verbose: true,
    // A failed step of a story makes the ones after it meaningless, and their time-outs long.
    bail: 0,
};
