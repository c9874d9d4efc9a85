module.exports = require("./module")("@pulumi/pulumi/automation/index.js");
