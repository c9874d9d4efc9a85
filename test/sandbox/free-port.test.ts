import * as net from "node:net";
import { firstPort, freePort } from "../../sandbox/free-port";

test("two sandboxes begin to look at different ports, each always at its own", () => {
    expect(firstPort("/a/state")).toBe(firstPort("/a/state"));
    expect(firstPort("/a/state")).not.toBe(firstPort("/b/state"));
    for (const state of ["/a", "/b", "/c"]) {
        expect(firstPort(state)).toBeGreaterThanOrEqual(16443);
        expect(firstPort(state)).toBeLessThan(24443);
    }
});

test("a port that somebody has is passed over", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    expect(await freePort(port)).toBeGreaterThan(port);
    server.close();
});
