// A Pulumi provider that takes any resource as it is: for previews of clouds that a test has no account of. It makes nothing, and refuses updates.
const grpc = require("@grpc/grpc-js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const plugin = require("@pulumi/pulumi/proto/plugin_pb");
const provider = require("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");

const answer = (make) => (call, callback) => callback(null, make(call.request));
const checked = answer((request) => new provider.CheckResponse().setInputs(request.getNews()));

const handlers = {
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion("7.0.0")),
    getSchema: answer(() => new provider.GetSchemaResponse().setSchema("{}")),
    checkConfig: checked,
    diffConfig: answer(() => new provider.DiffResponse()),
    configure: answer(() => new provider.ConfigureResponse().setSupportspreview(true)),
    check: checked,
    diff: answer(() => new provider.DiffResponse()),
    create: (call, callback) =>
        call.request.getPreview()
            ? callback(null, new provider.CreateResponse().setProperties(call.request.getProperties()))
            : callback({ code: grpc.status.FAILED_PRECONDITION, details: "this provider only previews" }),
    cancel: answer(() => new Empty()),
};
const server = new grpc.Server();
const missing = { code: grpc.status.UNIMPLEMENTED, details: "not here" };
const all = Object.fromEntries(Object.keys(ResourceProviderService).map((name) => [name, (_, callback) => callback(missing)]));
server.addService(ResourceProviderService, { ...all, ...handlers });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(port);
});
