/**
 * What Node.js loads as `holdfast/testing`: components/testing, whatever the loader of the tests that ask.
 *
 * Each name is written out, so that ES modules see it too (`import { record } from "holdfast/testing/index.js"`).
 */
const { bundle } = require("../components/package/bundle");

const testing = require(bundle("components/testing/index.ts", ["components", "policies"]));

exports.dataBearing = testing.dataBearing;
exports.expectProtected = testing.expectProtected;
exports.record = testing.record;
exports.unknown = testing.unknown;
