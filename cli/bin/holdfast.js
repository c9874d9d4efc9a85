#!/usr/bin/env node

// Plain JavaScript, so that it runs before anything is installed: installs the npm packages when they are missing or out of date, then
// loads the command itself, which is TypeScript.
require("./packages").ensure();
const load = require("jiti").createJiti(__filename, { interopDefault: false });
load("../main.ts").main(process.argv);
