import { StatefulApp } from "holdfast";

const command = ["sh", "-c", "trap exit TERM; httpd -f -p 8080 -h /srv & wait"];

/** The whole program: index.ts is `export const { host, claimNames } = wiki();`. */
export const wiki = () =>
    new StatefulApp("wiki", {
        useCase: "custom",
        target: "sandbox",
        image: "registry.sandbox.holdfast/busybox:1",
        size: "1Gi",
        workload: { command, ports: [{ name: "http", port: 8080 }], volumes: [{ name: "data", mountPath: "/srv" }] },
    });
