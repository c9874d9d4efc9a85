import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parsePackages, pretendInstalled } from "../../sandbox/images/apt";
import { archiveReferences, configJson, fileDigest, manifestJson, writeArchive } from "../../sandbox/images/archive";
import { archivePath, buildImages, estimateSeconds, type ImageProgress, missingPrerequisites, reporter } from "../../sandbox/images/build";
import { findImages, IMAGES, imagesFor, REGISTRY, reference, shortName } from "../../sandbox/images/catalog";
import type { Image } from "../../sandbox/images/image";
import { canonicalJson, IMAGE_SOURCES, imageKey, sourceFiles } from "../../sandbox/images/key";
import { DEFAULT_MIRROR, mirrorFrom } from "../../sandbox/images/mirror";
import { run } from "../../sandbox/images/run";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "holdfast-images-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const postgres = findImages(["postgres:17"])[0];

describe("the table of images", () => {
    test.each(IMAGES.map((image) => [shortName(image), image] as const))(
        "%s: its files exist and its paths are absolute",
        (_name, image) => {
            for (const file of sourceFiles(image)) {
                expect(existsSync(path.join(IMAGE_SOURCES, file))).toBe(true);
            }
            const targets = [...(image.files ?? []).map(({ to }) => to), ...(image.directories ?? []).map((entry) => entry.path)];
            expect([...targets, ...Object.keys(image.links ?? {})].filter((target) => !target.startsWith("/"))).toEqual([]);
            expect(image.config.Entrypoint ?? image.config.Cmd).toBeDefined();
        },
    );

    test("names are unique, and every reference is under the sandbox's registry", () => {
        expect(new Set(IMAGES.map(shortName)).size).toBe(IMAGES.length);
        expect(IMAGES.map(reference).every((name) => name.startsWith(`${REGISTRY}/`))).toBe(true);
    });

    test("a user that an image runs as is in its password file, by number", () => {
        for (const image of IMAGES.filter(({ users }) => users?.some(({ uid }) => uid !== 0))) {
            expect(image.users?.map(({ uid, gid }) => `${uid}:${gid}`)).toContain(image.config.User);
        }
    });

    test("a stack gets the cluster's images and its own, not those of other stacks", () => {
        expect(imagesFor(["user-preferences"])).toEqual(["pause:1", "busybox:1", "postgres:17"]);
        expect(imagesFor([])).toEqual(["pause:1", "busybox:1"]);
    });

    test("every unknown image is named, with those that exist", () => {
        expect(() => findImages(["mysql:8", "postgres:17", "mongo:1"])).toThrow(/mysql:8, mongo:1\. The sandbox has .*postgres:17/);
    });
});

describe("the key of an image", () => {
    test("does not depend on the order of fields, nor on who needs the image", () => {
        const reversed = Object.fromEntries(Object.entries(postgres).reverse()) as unknown as Image;
        expect(imageKey({ ...reversed, neededBy: "every", estimateSeconds: 1 })).toBe(imageKey(postgres));
        expect(canonicalJson({ b: [2, 1], a: { d: 1, c: 2 } })).toBe('{"a":{"c":2,"d":1},"b":[2,1]}');
    });

    test.each([
        ["configuration", { config: { ...postgres.config, StopSignal: "SIGTERM" } }],
        ["packages", { source: { ...postgres.source, packages: ["postgresql-16"] } as Image["source"] }],
        ["suite", { source: { ...postgres.source, suite: "bookworm" } as Image["source"] }],
        ["folders", { directories: [] }],
    ])("changes with its %s", (_what, change) => {
        expect(imageKey({ ...postgres, ...change })).not.toBe(imageKey(postgres));
    });

    test("changes with the content of a file laid over it, and with the architecture", () => {
        const key = () => imageKey(postgres, { sources: folder, architecture: "amd64" });
        mkdirSync(path.join(folder, "postgres"));
        writeFileSync(path.join(folder, "postgres/entrypoint.sh"), "one");
        const before = key();
        writeFileSync(path.join(folder, "postgres/entrypoint.sh"), "two");
        expect(key()).not.toBe(before);
        expect(imageKey(postgres, { sources: folder, architecture: "arm64" })).not.toBe(key());
    });
});

describe("the archive", () => {
    test("has the manifest and configuration that containerd and docker read", () => {
        expect(JSON.parse(manifestJson("r/x:1", "c0", "1a"))).toEqual([{ Config: "c0.json", RepoTags: ["r/x:1"], Layers: ["1a.tar"] }]);
        const config = JSON.parse(configJson({ User: "1:2" }, "1a", "amd64"));
        expect(config).toMatchObject({ architecture: "amd64", os: "linux", config: { User: "1:2" } });
        expect(config.rootfs).toEqual({ type: "layers", diff_ids: ["sha256:1a"] });
    });

    test("is the same bytes twice, names its layer by digest, gives folders their owners and drops set-uid bits", async () => {
        const rootfs = path.join(folder, "rootfs");
        mkdirSync(path.join(rootfs, "data"), { recursive: true });
        writeFileSync(path.join(rootfs, "tool"), "x", { mode: 0o4755 });
        const write = async (archive: string) =>
            writeArchive({
                rootfs,
                reference: "r/x:1",
                config: {},
                owned: [{ path: "/data", mode: 0o1777, uid: 101, gid: 103 }],
                architecture: "amd64",
                work: path.join(folder, "work"),
                archive: path.join(folder, archive),
            });
        await write("one.tar");
        await write("two.tar");
        expect(await fileDigest(path.join(folder, "one.tar"))).toBe(await fileDigest(path.join(folder, "two.tar")));
        expect(await archiveReferences(path.join(folder, "one.tar"))).toEqual(["r/x:1"]);

        await run("tar", ["-xf", "one.tar"], { cwd: folder });
        const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
        const layer = path.join(folder, manifest[0].Layers[0]);
        expect(path.basename(layer)).toBe(`${await fileDigest(layer)}.tar`);
        const { stdout } = await run("tar", ["--numeric-owner", "-tvf", layer]);
        expect(stdout).toMatch(/^drwxrwxrwt 101\/103 .* \.\/data\/$/m);
        expect(stdout).toMatch(/^-rwxr-xr-x 0\/0 .* \.\/tool$/m);
        expect(stdout.match(/\.\/data\//g)).toHaveLength(1);
    });
});

describe("Debian's packages", () => {
    test("are read from what apt prints, with epochs decoded, sorted by file", () => {
        const output =
            "Reading…\n'http://m/p/libz_1%3a2_amd64.deb' libz_1%3a2-3_amd64.deb 20 SHA256:ff\n'http://m/a.deb' a_1_all.deb 10 SHA256:0\n";
        expect(parsePackages(output)).toEqual([
            { name: "a", version: "1", file: "a_1_all.deb", bytes: 10 },
            { name: "libz", version: "1:2-3", file: "libz_1%3a2-3_amd64.deb", bytes: 20 },
        ]);
    });

    test("those left out are shown to apt as installed, one paragraph each", () => {
        expect(pretendInstalled(["perl", "ucf"], "amd64").split("\n\n")).toHaveLength(2);
    });

    test.each([
        ["deb822", "debian.sources", "Types: deb\nURIs: http://m/debian/\nSuites: bookworm bookworm-updates\nComponents: main\n"],
        ["one-line", "sources.list", "# deb http://old/debian bookworm main\ndeb [arch=amd64] http://m/debian bookworm main contrib\n"],
    ])("come from the mirror of a %s file", (_format, name, text) => {
        expect(mirrorFrom([{ name, text }])).toEqual({ archive: "http://m/debian" });
    });

    test("security updates come from the machine's mirror too", () => {
        const text = "deb http://m/debian trixie main\ndeb http://s/debian-security trixie-security main\n";
        expect(mirrorFrom([{ name: "x.list", text }])).toEqual({ archive: "http://m/debian", security: "http://s/debian-security" });
    });

    test("third parties, disabled entries and Ubuntu are not taken for Debian", () => {
        const text =
            "deb https://download.docker.com/linux/debian bookworm stable\ndeb http://apt.postgresql.org/pub/repos/apt bookworm-pgdg main\n" +
            "deb http://archive.ubuntu.com/ubuntu noble main\n";
        const disabled = "Enabled: no\nTypes: deb\nURIs: http://m/debian\nSuites: trixie\nComponents: main\n";
        const files = [
            { name: "a.list", text },
            { name: "b.sources", text: disabled },
        ];
        expect(mirrorFrom(files)).toEqual(DEFAULT_MIRROR);
    });

    test("a missing keyring is a problem for Debian images only, and says what to install", () => {
        expect(missingPrerequisites(["postgres:17"], "/nowhere")).toEqual([
            expect.stringContaining("apt-get install debian-archive-keyring"),
        ]);
        expect(missingPrerequisites(["pause:1"], "/nowhere")).toEqual([]);
    });
});

describe("building", () => {
    test("takes nothing but the cache when every image is there", async () => {
        const archive = archivePath(folder, postgres);
        expect(estimateSeconds(["postgres:17"], folder)).toBe(postgres.estimateSeconds);
        mkdirSync(path.dirname(archive), { recursive: true });
        writeFileSync(archive, "");
        const built = await buildImages(["postgres:17"], { cacheDir: folder, mirror: { archive: "http://127.0.0.1:1/none" } });
        expect(built).toEqual([
            { name: "postgres:17", reference: `${REGISTRY}/postgres:17`, archive, key: imageKey(postgres), cached: true },
        ]);
        expect(estimateSeconds(["postgres:17"], folder)).toBe(0);
    });

    test("a failed build says what the program said, and leaves nothing behind but what was there", async () => {
        const attempt = buildImages(["pause:1"], { cacheDir: folder, go: "false" });
        await expect(attempt).rejects.toThrow(/false build .* ended with code 1/);
        expect(readdirSync(path.join(folder, "images"))).toEqual([]);
    });

    test("removes what a killed build left, but not the work of one that runs", async () => {
        const dead = path.join(folder, "images", ".work-4194999");
        const alive = path.join(folder, "images", `.work-${process.ppid}`);
        mkdirSync(dead, { recursive: true });
        mkdirSync(alive);
        await expect(buildImages(["pause:1"], { cacheDir: folder, go: "false" })).rejects.toThrow();
        expect([existsSync(dead), existsSync(alive)]).toEqual([false, true]);
    });

    test("progress never goes back, ends at 100 %, and its time left falls to 0", () => {
        const events: ImageProgress[] = [];
        let clock = 0;
        const images = findImages(["pause:1", "postgres:17"]);
        const report = reporter(
            images,
            (event) => events.push(event),
            () => clock,
        );
        for (const image of images) {
            for (const phase of ["index", "resolve", "download", "unpack", "pack", "done"] as const) {
                clock += 2000;
                report(image, phase, 0.5, phase);
            }
        }
        const percents = events.map(({ percent }) => percent);
        expect(percents).toEqual([...percents].sort((left, right) => left - right));
        expect(events.at(-1)).toMatchObject({ percent: 100, secondsLeft: 0 });
        expect(events[0].secondsLeft).toBeGreaterThan(30);
    });
});
