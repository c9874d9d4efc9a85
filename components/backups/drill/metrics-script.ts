/** Serves the last drill's figures to Prometheus, from the mounted ConfigMap, which the kubelet renews. */
export const metricsScript = String.raw`"use strict";
const fs = require("node:fs");
const http = require("node:http");

process.on("SIGTERM", () => process.exit(0));
http.createServer((request, response) => {
    if (request.url !== "/metrics") {
        response.writeHead(404).end();
        return;
    }
    let text = "# EOF\n";
    try {
        text = fs.readFileSync("/drill/result/metrics.prom", "utf8");
    } catch {
        // There was no drill yet.
    }
    response.writeHead(200, { "Content-Type": "application/openmetrics-text; version=1.0.0; charset=utf-8" }).end(text);
}).listen(9100);
`;
