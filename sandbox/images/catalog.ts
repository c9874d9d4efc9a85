import { BUSYBOX_APPLETS } from "./busybox";
import type { DebianSource, Image, ImageUser } from "./image";

/** Registry name of every image of the sandbox. Nothing answers under it: the images are imported into each node. */
export const REGISTRY = "registry.sandbox.holdfast";

/** A shell and the tools that entry scripts use; the C library's own `C.UTF-8` is the locale. */
const SHELL = ["base-files", "base-passwd", "bash", "coreutils", "dash", "findutils", "grep", "gzip", "libc-bin", "sed", "util-linux"];

/** What packages depend on for their maintainer scripts, which are not run here. */
const MAINTAINER_TOOLS = ["adduser", "debconf", "init-system-helpers", "libpam-runtime", "locales", "passwd", "perl", "ucf"];

/** PostgreSQL 17 with its tools. */
const POSTGRES: DebianSource = {
    kind: "debian",
    suite: "trixie",
    packages: [...SHELL, "libnss-wrapper", "postgresql-17", "procps"],
    // Without LLVM there is no JIT, which PostgreSQL takes as "not installed" once its module is gone too.
    without: [
        ...MAINTAINER_TOOLS,
        "libdb5.3t64",
        "libllvm19",
        "libsasl2-modules-db",
        "postgresql-client-common",
        "postgresql-common",
        "ssl-cert",
    ],
    remove: ["usr/lib/postgresql/17/lib/llvmjit*", "usr/lib/postgresql/17/lib/bitcode"],
};

/** Debian's numbers, which CloudNativePG's clusters name as postgresUID and postgresGID. */
const POSTGRES_USER: ImageUser = { name: "postgres", uid: 101, gid: 103, home: "/var/lib/postgresql" };

const POSTGRES_PATH = "PATH=/usr/local/bin:/usr/lib/postgresql/17/bin:/usr/bin:/usr/sbin";

/** Every image of the sandbox. */
export const IMAGES: readonly Image[] = [
    {
        name: "pause",
        tag: "1",
        source: { kind: "go", folder: "pause", binary: "/pause" },
        config: { User: "65535:65535", Entrypoint: ["/pause"] },
        neededBy: "every",
        estimateSeconds: 15,
    },
    {
        name: "busybox",
        tag: "1",
        source: { kind: "debian", suite: "trixie", packages: ["busybox-static"], without: ["libc6"] },
        users: [{ name: "root", uid: 0, gid: 0, home: "/root" }],
        directories: [
            { path: "/root", mode: 0o700, uid: 0, gid: 0 },
            { path: "/tmp", mode: 0o1777, uid: 0, gid: 0 },
        ],
        links: {
            "/bin": "usr/bin",
            "/sbin": "usr/bin",
            ...Object.fromEntries(BUSYBOX_APPLETS.map((applet) => [`/usr/bin/${applet}`, "busybox"])),
        },
        config: { Env: ["PATH=/usr/bin"], Cmd: ["sh"] },
        neededBy: "every",
        estimateSeconds: 5,
    },
    {
        name: "postgres",
        tag: "17",
        source: POSTGRES,
        users: [POSTGRES_USER],
        files: [{ to: "/usr/local/bin/docker-entrypoint.sh", from: "postgres/entrypoint.sh", mode: 0o755 }],
        directories: [
            { path: "/docker-entrypoint-initdb.d", mode: 0o755, uid: 0, gid: 0 },
            { path: "/var/lib/postgresql", mode: 0o1777, uid: 101, gid: 103 },
            { path: "/var/lib/postgresql/data", mode: 0o1777, uid: 101, gid: 103 },
            { path: "/run/postgresql", mode: 0o3777, uid: 101, gid: 103 },
        ],
        links: { "/etc/localtime": "/usr/share/zoneinfo/Etc/UTC" },
        config: {
            User: "101:103",
            Env: [POSTGRES_PATH, "LANG=C.UTF-8", "PG_MAJOR=17", "PGDATA=/var/lib/postgresql/data"],
            Entrypoint: ["docker-entrypoint.sh"],
            Cmd: ["postgres"],
            // Fast shutdown: sessions are ended, everything committed is written. SIGTERM would wait for the sessions.
            StopSignal: "SIGINT",
            WorkingDir: "/",
            ExposedPorts: { "5432/tcp": {} },
        },
        neededBy: ["user-preferences"],
        estimateSeconds: 40,
    },
    {
        // For CloudNativePG, which brings its own start and calls barman-cloud's programs for base backups and the log.
        name: "postgres-cluster",
        tag: "17",
        source: {
            ...POSTGRES,
            packages: [...POSTGRES.packages, "barman-cli-cloud"],
            without: [...POSTGRES.without, "dpkg", "openssl", "rsync"],
        },
        users: [POSTGRES_USER],
        directories: [{ path: "/var/lib/postgresql", mode: 0o1777, uid: 101, gid: 103 }],
        links: {
            "/etc/localtime": "/usr/share/zoneinfo/Etc/UTC",
            // Python's requests doesn't load without a file of authorities, which a script that is not run would make. Nobody on the internet is
            // called from here: one of them will do.
            "/etc/ssl/certs/ca-certificates.crt": "/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt",
        },
        config: { User: "101:103", Env: [POSTGRES_PATH, "LANG=C.UTF-8"], Cmd: ["postgres"], StopSignal: "SIGINT" },
        neededBy: ["banking-ledger", "chat-history", "social-feed"],
        estimateSeconds: 60,
    },
    {
        name: "valkey",
        tag: "8.1",
        source: {
            kind: "debian",
            suite: "trixie",
            packages: [...SHELL, "procps", "valkey-server", "valkey-sentinel", "valkey-tools"],
            without: [...MAINTAINER_TOOLS, "libdb5.3t64"],
        },
        users: [{ name: "valkey", uid: 999, gid: 1000, home: "/data" }],
        files: [{ to: "/usr/local/bin/docker-entrypoint.sh", from: "valkey/entrypoint.sh", mode: 0o755 }],
        directories: [{ path: "/data", mode: 0o755, uid: 999, gid: 1000 }],
        // Of Debian's alternatives, which are chosen by the scripts that are not run.
        links: { "/usr/bin/awk": "mawk" },
        config: {
            User: "999:1000",
            Env: ["PATH=/usr/local/bin:/usr/bin:/usr/sbin", "LANG=C.UTF-8"],
            Entrypoint: ["docker-entrypoint.sh"],
            Cmd: ["valkey-server"],
            WorkingDir: "/data",
            ExposedPorts: { "6379/tcp": {} },
        },
        neededBy: ["session-store", "shopping-cart"],
        estimateSeconds: 20,
    },
    {
        // In front of Valkey: finds the primary that the sentinels name. Lua asks the server for its figures.
        name: "haproxy",
        tag: "3.0",
        source: { kind: "debian", suite: "trixie", packages: [...SHELL, "haproxy"], without: [...MAINTAINER_TOOLS, "libdb5.3t64"] },
        users: [{ name: "haproxy", uid: 99, gid: 99, home: "/var/lib/haproxy" }],
        config: {
            User: "99:99",
            Env: ["PATH=/usr/local/bin:/usr/bin:/usr/sbin", "LANG=C.UTF-8"],
            Cmd: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
            StopSignal: "SIGUSR1",
        },
        neededBy: ["session-store", "shopping-cart"],
        estimateSeconds: 15,
    },
    {
        // Server and command line in one; beside the official image's server upstream has an image of its own for the command line.
        name: "nats",
        tag: "2.12",
        source: {
            kind: "debian",
            suite: "trixie",
            packages: SHELL,
            without: [...MAINTAINER_TOOLS, "libdb5.3t64"],
        },
        programs: [
            { to: "/usr/local/bin/nats-server", module: "../toolchain/modules/nats", package: "github.com/nats-io/nats-server/v2" },
            {
                to: "/usr/local/bin/nats",
                module: "../toolchain/modules/nats",
                package: "github.com/nats-io/natscli/nats",
                versions: { "main.version": "0.3.0" },
            },
        ],
        users: [{ name: "nats", uid: 1000, gid: 1000, home: "/home/nats" }],
        directories: [
            { path: "/data", mode: 0o755, uid: 1000, gid: 1000 },
            { path: "/home/nats", mode: 0o755, uid: 1000, gid: 1000 },
        ],
        config: {
            User: "1000:1000",
            Env: ["PATH=/usr/local/bin:/usr/bin:/usr/sbin", "LANG=C.UTF-8"],
            Cmd: ["nats-server"],
            ExposedPorts: { "4222/tcp": {}, "6222/tcp": {}, "8222/tcp": {} },
        },
        neededBy: ["user-actions", "audit-log"],
        estimateSeconds: 60,
    },
    {
        // For scripts of jobs that report to the API. They have no packages, so there is no npm.
        name: "node",
        tag: "20",
        source: {
            kind: "debian",
            suite: "trixie",
            packages: ["base-files", "base-passwd", "dash", "libc-bin", "nodejs"],
            without: [...MAINTAINER_TOOLS, "ca-certificates", "libdb5.3t64", "libsasl2-modules-db"],
        },
        users: [{ name: "node", uid: 1000, gid: 1000, home: "/home/node" }],
        directories: [{ path: "/home/node", mode: 0o755, uid: 1000, gid: 1000 }],
        config: { User: "1000:1000", Env: ["PATH=/usr/local/bin:/usr/bin:/usr/sbin", "LANG=C.UTF-8"], Cmd: ["node"] },
        neededBy: ["user-actions", "audit-log", "social-feed"],
        estimateSeconds: 30,
    },
    {
        // Operator and jobs in one, as upstream's: both programs are called by these paths. restic is the one that K8up's module names: K8up
        // restores through a symbolic link, which Debian's 0.18 replaces by a folder, so that nothing reaches the volume.
        name: "k8up",
        tag: "2.12.0",
        source: {
            kind: "debian",
            suite: "trixie",
            packages: [...SHELL, "curl"],
            without: [...MAINTAINER_TOOLS, "ca-certificates", "libdb5.3t64", "libsasl2-modules-db"],
        },
        programs: [
            {
                to: "/usr/local/bin/k8up",
                module: "../toolchain/modules/k8up",
                package: "github.com/k8up-io/k8up/v2/cmd/k8up",
                versions: { "main.version": "2.12.0" },
            },
            { to: "/usr/local/bin/restic", module: "../toolchain/modules/k8up", package: "github.com/restic/restic/cmd/restic" },
        ],
        users: [{ name: "k8up", uid: 65532, gid: 65532, home: "/k8up" }],
        // Jobs run as whoever owns the files.
        directories: [{ path: "/k8up", mode: 0o1777, uid: 65532, gid: 65532 }],
        config: {
            User: "65532:65532",
            Env: [
                "PATH=/usr/local/bin:/usr/bin:/usr/sbin",
                "LANG=C.UTF-8",
                "RESTIC_BINARY=/usr/local/bin/restic",
                "RESTIC_CACHE_DIR=/k8up/cache",
            ],
            Entrypoint: ["k8up"],
        },
        neededBy: [],
        estimateSeconds: 150,
    },
    {
        // The operator, and the manager that it copies into every pod with a database: found by these paths, as upstream's image has them.
        name: "cloudnative-pg",
        tag: "1.30.0",
        source: { kind: "debian", suite: "trixie", packages: ["base-files", "base-passwd"], without: MAINTAINER_TOOLS },
        programs: [
            {
                to: `/operator/manager_${process.arch === "arm64" ? "arm64" : "amd64"}`,
                module: "../toolchain/modules/cloudnative-pg",
                package: "github.com/cloudnative-pg/cloudnative-pg/cmd/manager",
            },
        ],
        users: [{ name: "nonroot", uid: 65532, gid: 65532, home: "/home/nonroot" }],
        directories: [{ path: "/home/nonroot", mode: 0o755, uid: 65532, gid: 65532 }],
        links: { "/manager": `operator/manager_${process.arch === "arm64" ? "arm64" : "amd64"}` },
        config: { User: "65532:65532", Env: ["PATH=/usr/bin:/usr/sbin"], Entrypoint: ["/manager"], WorkingDir: "/" },
        neededBy: [],
        estimateSeconds: 130,
    },
];

/** Full reference as pods name it: `registry.sandbox.holdfast/postgres:17`. */
export const reference = (image: Pick<Image, "name" | "tag">): string => `${REGISTRY}/${image.name}:${image.tag}`;

/** Short name on the command line and in {@link findImages}: `postgres:17`. */
export const shortName = (image: Pick<Image, "name" | "tag">): string => `${image.name}:${image.tag}`;

/** Short names of the images that a cluster running these stacks needs, those of the cluster itself first. */
export function imagesFor(stacks: readonly string[]): string[] {
    return IMAGES.filter((image) => image.neededBy === "every" || image.neededBy.some((stack) => stacks.includes(stack))).map(shortName);
}

/**
 * The entries with these short names, in the order asked for, each once.
 *
 * @throws one error naming every unknown image and the ones that exist.
 */
export function findImages(names: readonly string[], table: readonly Image[] = IMAGES): Image[] {
    const unknown = names.filter((name) => !table.some((image) => shortName(image) === name));
    if (unknown.length > 0) {
        throw new Error(`No such image: ${unknown.join(", ")}. The sandbox has ${table.map(shortName).join(", ")}.`);
    }
    return [...new Set(names)].flatMap((name) => table.filter((image) => shortName(image) === name));
}
