import * as fs from "node:fs";
import { poolDriver } from "../../sandbox/cluster/control-plane";
import { k8upImage } from "../../sandbox/cluster/k8up";
import { s3Access } from "../../sandbox/cluster/s3";
import { REGISTRY } from "../../sandbox/images/catalog";
import { measured, report } from "./support/measured";
import { waitUntil } from "./support/wait";
import { World } from "./support/world";

const world = World.create("backups-add-on", { backups: true });
const namespace = "app";
const image = `${REGISTRY}/${k8upImage}`;
const pod = {
    runAsNonRoot: true,
    runAsUser: 1000,
    runAsGroup: 1000,
    fsGroup: 2000,
    seccompProfile: { type: "RuntimeDefault" },
};
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const authority = { name: "ca", configMap: { name: s3Access.certificateAuthority.configMap } };
const password = "the repository's own";

/** Where the repository is, for every kind of K8up's jobs. */
const job = {
    backend: {
        repoPasswordSecretRef: { name: "repository", key: "password" },
        s3: {
            endpoint: s3Access.endpoint,
            bucket: "app",
            accessKeyIDSecretRef: { name: "repository", key: "access-key-id" },
            secretAccessKeySecretRef: { name: "repository", key: "secret-access-key" },
        },
        tlsOptions: { caCert: "/ca/ca.crt" },
        volumeMounts: [{ name: "ca", mountPath: "/ca" }],
    },
    volumes: [authority],
    podConfigRef: { name: "restricted" },
};

const object = (kind: string, name: string, spec: object, apiVersion = "k8up.io/v1") => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec,
});

const claim = (name: string) =>
    object(
        "PersistentVolumeClaim",
        name,
        { storageClassName: "pool", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Mi" } } },
        "v1",
    );

/** A pod that sleeps, with a claim at /data. */
function sleeper(name: string, claimName: string, annotations: Record<string, string> = {}): void {
    world.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace, annotations },
        spec: {
            terminationGracePeriodSeconds: 0,
            securityContext: pod,
            containers: [
                {
                    name: "main",
                    image,
                    command: ["sleep", "1000000"],
                    securityContext: restricted,
                    volumeMounts: [{ name: "data", mountPath: "/data" }],
                },
            ],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
        },
    });
    wait(`pod/${name}`, "condition=Ready");
}

const app = (...args: string[]) => world.kubectl("--namespace", namespace, ...args);
const wait = (what: string, condition: string, seconds = 90) => app("wait", what, `--for=${condition}`, `--timeout=${seconds}s`);
const inPod = (name: string, script: string) => app("exec", name, "--", "sh", "-c", script);
// Without modes: Kubernetes gives the group its rights on every mount.
const checksums = "cd /data && find . -type f | sort | xargs sha256sum && find . -type f | sort | xargs stat -c '%n %s'";

const within = (what: string, seconds: number, limit: number) => expect(measured(what, seconds, limit)).toBeLessThanOrEqual(limit);

function completed(kind: string, name: string): number {
    const reason = () => app("get", `${kind}.k8up.io/${name}`, "-o", 'jsonpath={.status.conditions[?(@.type=="Completed")].reason}');
    const seconds = waitUntil(`${kind} ${name} completes`, 120, () => reason() !== "");
    expect(reason()).toBe("Succeeded");
    return seconds;
}

/** A pod with clients of S3 and of restic, which has the keys in its environment. */
function client(): void {
    const from = (key: string) => ({ valueFrom: { secretKeyRef: { name: "repository", key } } });
    world.apply(
        object(
            "Pod",
            "client",
            {
                terminationGracePeriodSeconds: 0,
                securityContext: pod,
                containers: [
                    {
                        name: "main",
                        image,
                        command: ["sleep", "1000000"],
                        securityContext: restricted,
                        env: [
                            { name: "AWS_ACCESS_KEY_ID", ...from("access-key-id") },
                            { name: "AWS_SECRET_ACCESS_KEY", ...from("secret-access-key") },
                            { name: "RESTIC_PASSWORD", ...from("password") },
                            { name: "RESTIC_REPOSITORY", value: `s3:${s3Access.endpoint}/app` },
                        ],
                        volumeMounts: [{ name: "ca", mountPath: "/ca" }],
                    },
                ],
                volumes: [authority],
            },
            "v1",
        ),
    );
    wait("pod/client", "condition=Ready");
}

/**
 * Ids of the repository's snapshots, by path. Asked of the repository: K8up's Snapshot objects may miss one when two of its jobs end at
 * the same time.
 */
function snapshots(): Record<string, string> {
    const list = JSON.parse(inPod("client", "restic --cacert /ca/ca.crt --no-lock --json snapshots")) as { id: string; paths: string[] }[];
    return Object.fromEntries(list.map(({ id, paths }) => [paths[0] as string, id]));
}

/** A namespace with a Secret of the repository, as an application would have it. */
function prepareNamespace(): void {
    const key = (name: string) =>
        world.kubectl("-n", s3Access.secret.namespace, "get", "secret", s3Access.secret.name, "-o", `jsonpath={.data.${name}}`);
    world.apply(
        {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: { name: "pool" },
            provisioner: poolDriver,
            volumeBindingMode: "Immediate",
        },
        {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
        },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "repository", namespace },
            data: {
                "access-key-id": key("access-key-id"),
                "secret-access-key": key("secret-access-key"),
                password: Buffer.from(password).toString("base64"),
            },
        },
        object("PodConfig", "restricted", {
            template: { spec: { securityContext: pod, containers: [{ name: "job", securityContext: restricted }] } },
        }),
    );
}

/** Restores the snapshot of a path into a new claim, and starts a pod on it. */
function restore(name: string, path: string): void {
    const snapshot = snapshots()[path];
    if (!snapshot) throw new Error(`the repository has no snapshot of ${path}`);
    world.apply(claim(name));
    world.apply(object("Restore", name, { ...job, snapshot, restoreMethod: { folder: { claimName: name } } }));
    within(`restore ${name}`, completed("restores", name), 60);
    sleeper(name, name);
}

beforeAll(() => {
    world.holdfast("sandbox", "up");
    world.holdfast("sandbox", "up", "--with", "backups");
    prepareNamespace();
    client();
});
afterAll(() => {
    report();
    world.destroy();
});

test("the add-on comes up in a running sandbox, and the status names its server and where its keys are", () => {
    const { stdout } = world.holdfast("sandbox", "status", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true, addOns: ["backups"], s3: s3Access });
    for (const secret of keys()) expect(stdout).not.toContain(secret);
    expect(world.holdfast("sandbox", "status").stdout).toContain(s3Access.endpoint);
    expect(world.kubectl("-n", "k8up", "get", "deployment", "k8up", "-o", "jsonpath={.status.availableReplicas}")).toBe("1");
});

/** Both access keys, as the server's own file has them. */
const keys = () =>
    fs
        .readFileSync(world.layout.s3.keys, "utf8")
        .trim()
        .split("\n")
        .map((line) => line.slice(line.indexOf("=") + 1));

test("its keys are their owner's to read, and in no command line, script or log", () => {
    expect(keys()).toHaveLength(2);
    expect(fs.statSync(world.layout.s3.keys).mode & 0o777).toBe(0o600);
    const { folder } = world.layout.controlPlane;
    const files = ["services/s3.sh", "log/s3.log"].map((file) => fs.readFileSync(`${folder}/${file}`, "latin1"));
    const commands = fs.readdirSync("/proc").flatMap((pid) => {
        try {
            return /^\d+$/.test(pid) ? [fs.readFileSync(`/proc/${pid}/cmdline`, "latin1")] : [];
        } catch {
            return [];
        }
    });
    expect(commands.filter((command) => command.includes("versitygw")).length).toBeGreaterThan(0);
    for (const secret of keys()) expect([...files, ...commands].filter((text) => text.includes(secret))).toEqual([]);
});

test("nothing more listens on the host", () => {
    const listening = fs
        .readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .filter((line) => / 0A /.test(line));
    expect(listening.filter((line) => / \w+:2328 /.test(line))).toEqual([]);
});

describe("S3 from a pod, with the certificate checked", () => {
    /** One signed request; its status and body. */
    function request(path: string, options: string, before = ""): { status: string; body: string } {
        const curl = `curl --silent --show-error --config - --cacert /ca/ca.crt --aws-sigv4 aws:amz:${s3Access.region}:s3`;
        const script = `${before} printf 'user = "%s:%s"' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" | ${curl} -w '\\n%{http_code}' ${options} '${s3Access.endpoint}/${path}'`;
        const lines = inPod("client", script).split("\n");
        return { status: lines.at(-1) as string, body: lines.slice(0, -1).join("\n") };
    }

    test("puts and gets with the right keys", () => {
        expect(request("scratch", "-X PUT").status).toBe("200");
        inPod("client", "printf kept >/tmp/kept");
        expect(request("scratch/folder/kept", "-T /tmp/kept").status).toBe("200");
        expect(request("scratch/folder/kept", "")).toEqual({ status: "200", body: "kept" });
    });

    // AWS answers an unknown id with 403 and InvalidAccessKeyId.
    test.each([
        ["another secret", "AWS_SECRET_ACCESS_KEY=0000;", "403", "SignatureDoesNotMatch"],
        ["another id", "AWS_ACCESS_KEY_ID=somebody;", "404", "XAdminUserNotFound"],
    ])("is refused with %s, for reading and writing", (_what, before, status, code) => {
        for (const options of ["", "-T /tmp/kept"]) {
            const answer = request("scratch/folder/kept", options, before);
            expect(answer).toMatchObject({ status, body: expect.stringContaining(code) });
        }
    });

    test("is refused without keys, and by a client that doesn't know the cluster's authority", () => {
        const plain = (more: string) =>
            inPod("client", `curl -sS -o /dev/null -w '%{http_code}' ${more} ${s3Access.endpoint}/scratch/folder/kept 2>&1 || true`);
        expect(plain("--cacert /ca/ca.crt")).toBe("403");
        expect(plain("")).toMatch(/certificate/);
    });

    test("a locked version stays, whoever wants it gone", () => {
        expect(request("locked", "-X PUT -H 'x-amz-bucket-object-lock-enabled: true'").status).toBe("200");
        const until = new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+/, "");
        const lock = `-H 'x-amz-object-lock-mode: COMPLIANCE' -H 'x-amz-object-lock-retain-until-date: ${until}'`;
        const put = request("locked/kept", `-T /tmp/kept -D - ${lock}`);
        expect(put.status).toBe("200");
        const version = /^x-amz-version-id: (\S+)/im.exec(put.body)?.[1] as string;
        expect(request(`locked/kept?versionId=${version}`, "-X DELETE").status).toBe("403");
        expect(request("locked/kept", "-X DELETE").status).toBe("204");
        expect(request("locked/kept", "").status).toBe("404");
        expect(request(`locked/kept?versionId=${version}`, "")).toEqual({ status: "200", body: "kept" });
    });
});

let before = "";

test("a backup takes a claim's files and an annotated pod's stream", () => {
    world.apply(claim("files"));
    sleeper("writer", "files", { "k8up.io/backupcommand": "sh -c 'seq 1 200000'", "k8up.io/file-extension": ".txt" });
    inPod(
        "writer",
        "cd /data && mkdir -p deep/er && head -c 5000000 /dev/urandom >deep/er/random && echo text >text && : >empty && chmod 0640 text",
    );
    before = inPod("writer", checksums);
    // K8up's jobs of one backup, files and stream, run at once, and each makes a repository that isn't there: two that do leave a broken one.
    inPod("client", "restic --cacert /ca/ca.crt init");
    world.apply(object("Backup", "first", job));
    within("backup of 5 MB of files and a stream", completed("backups", "first"), 60);
    expect(Object.keys(snapshots()).sort()).toEqual(["/app-main.txt", "/data/files"]);
});

test("a restore into a new claim gives the same bytes", () => {
    restore("restored", "/data/files");
    expect(inPod("restored", checksums)).toBe(before);
    restore("stream", "/app-main.txt");
    expect(inPod("stream", "sha256sum </data/app-main.txt")).toBe(inPod("stream", "seq 1 200000 | sha256sum"));
});

test("what lies in the bucket is encrypted, and its server keeps it outside the pool", () => {
    const bucket = `${world.layout.s3.objects}/app`;
    expect(fs.readdirSync(bucket)).toEqual(expect.arrayContaining(["config", "data", "index", "keys", "snapshots"]));
    const plain = (fs.readdirSync(bucket, { recursive: true }) as string[])
        .map((file) => `${bucket}/${file}`)
        .filter((file) => fs.statSync(file).isFile() && fs.readFileSync(file, "latin1").includes("199998\n199999\n"));
    expect(plain).toEqual([]);
});

test("a lost cluster leaves them: the next one has the same keys and restores", () => {
    const had = keys();
    expect(world.holdfast("sandbox", "reset", "--yes", "--keep-backups").stderr).toContain(world.layout.s3.folder);
    expect(fs.existsSync(world.layout.poolFile)).toBe(false);
    within("sandbox up --with backups after the loss", world.holdfast("sandbox", "up", "--with", "backups").seconds, 120);
    expect(keys()).toEqual(had);
    prepareNamespace();
    client();
    restore("restored", "/data/files");
    expect(inPod("restored", checksums)).toBe(before);
});
