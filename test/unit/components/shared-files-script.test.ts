/** The web server in front of shared files, run on a folder of its own. */

import * as fs from "node:fs";
import type { Server } from "node:http";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedFilesScript } from "../../../components/workloads/shared-files-script";

interface Script {
    placeOf(url: string): string | undefined;
    serverOf(settings: { root: string; token: string; largest: number }): Server;
    tidy(root: string, now: number): Promise<void>;
}
const loaded = { exports: {} };
// Not as the main module: nothing is started.
new Function("module", "exports", "require", sharedFilesScript)(loaded, loaded.exports, require);
const { placeOf, serverOf, tidy } = loaded.exports as Script;

let root: string;
let server: Server;
beforeAll((done) => {
    root = fs.mkdtempSync(join(tmpdir(), "holdfast-files-"));
    server = serverOf({ root, token: "secret", largest: 1000 }).listen(0, "127.0.0.1", done);
});
afterAll((done) => {
    fs.rmSync(root, { recursive: true });
    server.close(done);
});

interface Answer {
    status: number;
    headers: Record<string, unknown>;
    body: string;
}
function ask(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve, reject) => {
        const asked = request({ port, host: "127.0.0.1", method, path, headers, agent: false }, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (data) => {
                text += data;
            });
            response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        });
        asked.on("error", reject).end(body);
    });
}
const put = (path: string, body: string, token = "secret") => ask("PUT", path, body, { authorization: `Bearer ${token}` });
const left = () => (fs.existsSync(join(root, ".uploads")) ? fs.readdirSync(join(root, ".uploads")) : []);

test("what was written is read, with its type and what it can be asked for again", async () => {
    expect(await put("/2026/cat.jpg", "meow")).toMatchObject({ status: 201 });
    const { status, headers, body } = await ask("GET", "/2026/cat.jpg");
    expect({ status, body }).toEqual({ status: 200, body: "meow" });
    expect(headers).toMatchObject({ "content-type": "image/jpeg", "content-length": "4", "x-content-type-options": "nosniff" });
    expect(await ask("GET", "/2026/cat.jpg", undefined, { "if-none-match": String(headers.etag) })).toMatchObject({
        status: 304,
        body: "",
    });
    expect(await ask("HEAD", "/2026/cat.jpg")).toMatchObject({ status: 200, body: "", headers: { "content-length": "4" } });
    expect(await put("/2026/cat.jpg", "purr!")).toMatchObject({ status: 204 });
    expect((await ask("GET", "/2026/cat.jpg", undefined, { "if-none-match": String(headers.etag) })).body).toBe("purr!");
    expect(left()).toEqual([]);
});

test("an unknown ending is bytes, which no browser takes for a page", async () => {
    await put("/page.html", "<script>");
    expect((await ask("GET", "/page.html")).headers["content-type"]).toBe("application/octet-stream");
});

test("writing and deleting take the token, reading doesn't", async () => {
    await put("/kept.txt", "kept");
    for (const token of ["", "other", "secretly"]) {
        expect(await put("/kept.txt", "changed", token)).toMatchObject({ status: 401 });
        expect(await ask("DELETE", "/kept.txt", undefined, { authorization: `Bearer ${token}` })).toMatchObject({ status: 401 });
    }
    expect(await ask("PUT", "/kept.txt", "changed")).toMatchObject({ status: 401 });
    expect(await ask("POST", "/kept.txt", "changed")).toMatchObject({ status: 405 });
    expect((await ask("GET", "/kept.txt")).body).toBe("kept");
    expect(await ask("DELETE", "/kept.txt", undefined, { authorization: "Bearer secret" })).toMatchObject({ status: 204 });
    expect(await ask("GET", "/kept.txt")).toMatchObject({ status: 404 });
});

test.each([
    "/../secret",
    "/%2e%2e/secret",
    "/a/%2e%2e%2f%2e%2e/secret",
    "/.uploads/x",
    "/.health/x",
    "/a//b",
    "/a/",
    "/",
    "/a%00b",
    "/%",
    "/a%20b",
    `/${"a/".repeat(8)}b`,
])("%s is no file's name", async (path) => {
    // What a client makes of dots before it asks is a name like any other.
    const isHarmless = path.endsWith("/secret") && !path.startsWith("/a");
    expect(placeOf(path)).toBe(isHarmless ? "secret" : undefined);
    expect((await put(path, "x")).status).toBeGreaterThanOrEqual(isHarmless ? 201 : 404);
    expect(fs.existsSync(join(root, "..", "secret"))).toBe(false);
});

test("what is too large is refused, whether it says so or not, and leaves the old file and no remains", async () => {
    await put("/large.bin", "small");
    expect(await put("/large.bin", "x".repeat(1001))).toMatchObject({ status: 413, body: "larger than 1000 bytes\n" });
    const chunked = { authorization: "Bearer secret", "transfer-encoding": "chunked" };
    await ask("PUT", "/large.bin", "x".repeat(5000), chunked).then(
        ({ status }) => expect(status).toBe(413),
        // The server may hang up while more is sent than it reads.
        (error: NodeJS.ErrnoException) => expect(error.code).toMatch(/ECONNRESET|EPIPE/),
    );
    expect((await ask("GET", "/large.bin")).body).toBe("small");
    expect(left()).toEqual([]);
    expect(await put("/large.bin", "x".repeat(1000))).toMatchObject({ status: 204 });
});

test("a folder is no file, and a file is no folder", async () => {
    await put("/folder/file.txt", "x");
    expect(await ask("GET", "/folder")).toMatchObject({ status: 404 });
    expect((await put("/folder", "x")).status).toBeGreaterThanOrEqual(400);
    expect((await put("/folder/file.txt/more", "x")).status).toBeGreaterThanOrEqual(400);
    expect((await ask("GET", "/folder/file.txt")).body).toBe("x");
    expect(left()).toEqual([]);
});

test("what a broken upload left is removed a day later, and not before", async () => {
    fs.mkdirSync(join(root, ".uploads"), { recursive: true });
    fs.writeFileSync(join(root, ".uploads", "old"), "");
    await tidy(root, Date.now() + 23 * 3_600_000);
    expect(left()).toEqual(["old"]);
    await tidy(root, Date.now() + 25 * 3_600_000);
    expect(left()).toEqual([]);
    await tidy(join(root, "nowhere"), Date.now());
});

test("it says that it is there", async () => {
    expect(await ask("GET", "/.health")).toMatchObject({ status: 200, body: "ok\n" });
});
