/** Unit, plan, policy and sandbox-logic tests; the cluster tests have their own configuration, test/e2e/jest.config.js. */
module.exports = {
    testEnvironment: "<rootDir>/test/support/environment.js",
    // Both cores: by default jest leaves one to whoever watches.
    maxWorkers: "100%",
    roots: ["<rootDir>/test"],
    testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/e2e/"],
    moduleNameMapper: {
        // As @pulumi/pulumi names its own, and no other package does.
        "^\\./automation$": "<rootDir>/test/support/on-demand/pulumi-automation.js",
        "^@npmcli/arborist$": "<rootDir>/test/support/on-demand/arborist.js",
        "^typescript$": "<rootDir>/test/support/on-demand/typescript.js",
    },
    transform: {
        "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }],
    },
    // Tests read the sources: beside components/index.ts lies the index.js that other packages load.
    moduleFileExtensions: ["ts", "js", "json", "node"],
    // The default reporter crawls the whole tree for haste modules; only our own folders matter.
    modulePathIgnorePatterns: ["<rootDir>/node_modules/.cache"],
};
