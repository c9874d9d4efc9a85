/** Jest's environment for Node, without two costs that grow with what a process has run before. */

const { TestEnvironment } = require("jest-environment-node");

module.exports = class extends TestEnvironment {
    constructor(config, context) {
        super(config, context);
        // Node's own default. Jest's is 100, and Pulumi writes down the stack of every promise it makes.
        this.global.Error.stackTraceLimit = 10;
    }

    async teardown() {
        // Pulumi makes one for each file, and Node asks each of them about each promise of all files that this process runs later.
        this.global.asyncLocalStorage?.disable();
        await super.teardown();
    }
};
