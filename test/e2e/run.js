// Runs the cluster tests: `npm run e2e [-- --full] [-- <part of a file's name>]`. --full runs every round of the repeated ones.
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const args = process.argv.slice(2);
const isFull = args.includes("--full");
const rest = args.filter((arg) => arg !== "--full");
const jest = require.resolve("jest/bin/jest");
const result = spawnSync(process.execPath, [jest, "--config", path.join(__dirname, "jest.config.js"), "--runInBand", ...rest], {
    stdio: "inherit",
    env: { ...process.env, ...(isFull ? { HOLDFAST_E2E_FULL: "1" } : {}) },
});
process.exitCode = result.status ?? 1;
