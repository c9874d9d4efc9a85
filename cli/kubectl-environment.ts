import { secretVariables } from "../stacks/backups";

const theirs = new Set([...secretVariables, "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"]);

/** An environment as kubectl gets it, which runs anybody's plug-ins: without what is the program's and the engine's alone. */
export const kubectlEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
    Object.fromEntries(Object.entries(env).filter(([name]) => !theirs.has(name)));
