import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { World } from "../e2e/support/world";
import { type Growth, growth } from "./statistics";

const repository = path.join(__dirname, "..", "..");
const sizes = [1, 10, 25, 50, 100];
/** Of what one more application may cost in a stack of 100, against one of 25. */
const limit = 1.5;

/** What a program with that many applications cost: by itself its processor time, with the engine the time a person waits. */
interface Cost {
    applications: number;
    milliseconds: number;
    megabytes: number;
}

/** Registers that many applications, however the program reaches the engine. */
const register = (library: string) => `
const { StatefulApp } = require(${JSON.stringify(library)});
for (let i = 0; i < Number(process.env.HOLDFAST_BENCH_APPLICATIONS); i++) {
    new StatefulApp(\`app-\${i}\`, { useCase: "user-preferences", target: "sandbox" }, options);
}`;

/** Under mocks the program is all there is: what it costs is what this library and the SDK cost. */
const alone = `
const pulumi = require("@pulumi/pulumi");
pulumi.runtime.setMocks({ newResource: (a) => ({ id: a.name + "-id", state: a.inputs }), call: (a) => a.inputs }, "bench", "bench", true);
const options = {};
pulumi.runtime.runInPulumiStack(async () => {${register(path.join(repository, "components", "index.js"))}
}).then(() => require("@pulumi/pulumi/runtime/settings").waitForRPCs());
process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.log(JSON.stringify({ milliseconds: (userCPUTime + systemCPUTime) / 1000, megabytes: maxRSS / 1024 }));
});
`;

function runAlone(applications: number): Cost {
    const env = { ...process.env, HOLDFAST_BENCH_APPLICATIONS: String(applications) };
    const result = spawnSync(process.execPath, ["-e", alone], { cwd: repository, env, encoding: "utf8" });
    if (result.status !== 0) throw new Error(result.stderr);
    return { applications, ...JSON.parse(result.stdout) };
}

/** The same program with the real engine and the sandbox's Kubernetes provider, which tries every object out on the API server. */
const program = (world: World) => `
const fs = require("node:fs");
const { Provider } = require("@pulumi/kubernetes/provider");
const kubernetes = new Provider("kubernetes", {
    kubeconfig: ${JSON.stringify(world.layout.kubeconfig)},
    context: "holdfast-sandbox",
    clusterIdentifier: "holdfast-sandbox",
    // The provider lets 120 requests through at once and 50 a second after that: what is measured is not its brake.
    kubeClientSettings: { qps: 1000, burst: 2000 },
});
const options = { providers: { kubernetes } };
${register("../components/index.js")}
process.on("exit", () => fs.writeFileSync(process.env.HOLDFAST_BENCH_MEMORY, String(process.resourceUsage().maxRSS / 1024)));
`;

function previewIn(world: World): (applications: number) => Cost {
    const folder = path.join(world.checkout, "applications");
    const memory = path.join(world.folder, "memory");
    fs.mkdirSync(folder);
    fs.writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        "name: applications\nruntime: { name: nodejs, options: { typescript: false } }\nmain: program.js\n",
    );
    fs.writeFileSync(path.join(folder, "program.js"), program(world));
    world.pulumi("--cwd", folder, "stack", "init", "bench");
    return (applications) => {
        Object.assign(world.engineEnv, { HOLDFAST_BENCH_APPLICATIONS: String(applications), HOLDFAST_BENCH_MEMORY: memory });
        const { stdout, seconds } = world.pulumi("--cwd", folder, "preview", "--stack", "bench");
        const claims = stdout.match(/PersistentVolumeClaim app-\d+-\S+ create/g) ?? [];
        if (new Set(claims).size !== applications) throw new Error(`${new Set(claims).size} claims for ${applications} applications`);
        return { applications, milliseconds: seconds * 1000, megabytes: Number(fs.readFileSync(memory, "utf8")) };
    };
}

/** The least of several rounds at every size: the question is what an application costs, not what else the machine was doing. */
function leastOf(rounds: number, run: (applications: number) => Cost): Cost[] {
    const costs = Array.from({ length: rounds }, () => sizes.map(run)).flat();
    return sizes.map((applications) => {
        const same = costs.filter((cost) => cost.applications === applications);
        return {
            applications,
            milliseconds: Math.min(...same.map(({ milliseconds }) => milliseconds)),
            megabytes: Math.min(...same.map(({ megabytes }) => megabytes)),
        };
    });
}

function judged(what: string, time: string, costs: Cost[]): Growth[] {
    const points = (key: "milliseconds" | "megabytes") => costs.map((cost) => ({ size: cost.applications, value: cost[key] }));
    return [
        growth(`${what}: ${time}`, "ms", points("milliseconds"), limit),
        growth(`${what}: memory of the program`, "MB", points("megabytes"), limit),
    ];
}

/** Up to 100 applications in one stack: the program by itself, and a preview by the real engine of a stack that isn't there yet. */
export function applications(roundsAlone: number, roundsPreviewed: number): Growth[] {
    runAlone(1);
    const results = judged("applications in one program, under mocks", "processor time", leastOf(roundsAlone, runAlone));
    const world = World.create("applications");
    try {
        world.holdfast("sandbox", "up");
        return [...results, ...judged("applications in one preview", "time", leastOf(roundsPreviewed, previewIn(world)))];
    } finally {
        world.destroy();
    }
}
