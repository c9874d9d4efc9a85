// Node's util.inspect never returns for a coloured error whose stack has a frame such as node_modules/@pulumi/output.ts: no separator after
// the scope (nodejs/node#64011). The SDK's source maps make such frames, and it prints every exception of a program that way, so `pulumi up`
// would hang instead of showing it. Such an error is printed without colours.
import { syncBuiltinESMExports } from "node:module";
import util from "node:util";

const inspect = util.inspect;
const endless = /[\\/]node_modules[\\/](@[^\\/\n]+[\\/])?[^\\/\n]*$/m;

function guarded(value, options, ...rest) {
    const object = typeof options === "object" && options !== null;
    if (!(object ? options.colors : rest[1])) {
        return inspect(value, options, ...rest);
    }
    const plain = object ? inspect(value, { ...options, colors: false }) : inspect(value, options, rest[0], false);
    return endless.test(plain) ? plain : inspect(value, options, ...rest);
}

util.inspect = Object.defineProperties(guarded, Object.getOwnPropertyDescriptors(inspect));
syncBuiltinESMExports();
