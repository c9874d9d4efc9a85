module.exports = require("./module")("@npmcli/arborist/lib/index.js");
