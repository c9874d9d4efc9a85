module.exports = require("./module")("typescript/lib/typescript.js");
