// Ten thousand plans, timed, by themselves; `npm run bench` may take the same function.
const load = require("jiti").createJiti(__filename, { interopDefault: false });
const result = load("./bench.ts").benchPlans();
console.log(JSON.stringify(result));
process.exitCode = result.milliseconds < result.limit && result.refused === 0 ? 0 : 1;
