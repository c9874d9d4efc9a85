import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { memberArgs } from "../../../components/workloads/valkey/members";
import { archivePath } from "../../../sandbox/images/build";
import { findImages } from "../../../sandbox/images/catalog";
import { userPaths } from "../../../sandbox/paths";
import { waitUntil } from "./wait";

const app = "cart";
const domain = `${app}-headless.ns.svc.cluster.local`;
const count = 3;
const containers = ["sentinel", "guard", "server"];
export type Container = "sentinel" | "guard" | "server";

/** Namespaces as three pods have them: a network and a host name each, the image's files, a volume. Nothing of it touches the host. */
const setup = `
set -e
ip link set lo up
ip link add br0 type bridge
ip link set br0 up
cd "$1"
for i in 0 1 2; do
    unshare --net --uts sh -c "hostname ${app}-$i && touch '$1/held-$i' && exec sleep infinity" &
    pod=$!
    until [ -e "held-$i" ]; do sleep 0.05; done
    ip link add "v$i" type veth peer name "e$i"
    ip link set "v$i" master br0 up
    ip link set "e$i" netns "$pod"
    nsenter -t "$pod" -n sh -c "ip link set lo up; ip addr add 10.9.0.1$i/24 dev e$i; ip link set e$i up"
    mkdir -p "pod-$i" "volume-$i"
    mount --bind root "pod-$i"
    mount --bind "volume-$i" "pod-$i/data"
    mount -t tmpfs none "pod-$i/tmp"
    mount -t tmpfs none "pod-$i/run"
    mount -t proc proc "pod-$i/proc"
    mount --bind /dev/null "pod-$i/dev/null"
    mount --bind scripts "pod-$i/etc/holdfast/config"
    mkdir -p "pod-$i/run/holdfast" "pod-$i/run/secrets/holdfast" "pod-$i/run/secrets/holdfast-members"
    printf %s clients >"pod-$i/run/secrets/holdfast/password"
    printf %s members >"pod-$i/run/secrets/holdfast-members/password"
    echo "$pod" >"holder-$i"
done
touch ready
# The first process here: it takes leave of those that are killed.
while :; do
    sleep 3600 &
    wait $!
done
`;

/** The members of a Valkey as processes of the image, with the component's own scripts and without a cluster around them. */
export class ValkeyMembers {
    private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-valkey-"));
    private readonly parent: ChildProcess;
    private readonly inner: string;
    private readonly pids = new Map<string, string>();

    constructor(settings: Record<string, string>) {
        const at = (name: string) => path.join(this.folder, name);
        const [image] = findImages(["valkey:8.1"]);
        const unpack = `mkdir root layers && tar -xf "$1" -C layers && for layer in layers/*.tar; do tar -xf "$layer" -C root; done && mkdir -p root/etc/holdfast/config root/data root/dev && touch root/dev/null`;
        this.shell(["bash", "-ec", unpack, "unpack", archivePath(userPaths().cache, image)]);
        const names = Array.from({ length: count }, (_, i) => `10.9.0.1${i} ${app}-${i}.${domain}\n`);
        fs.writeFileSync(at("root/etc/hosts"), `127.0.0.1 localhost\n${names.join("")}`);
        fs.mkdirSync(at("scripts"));
        const { config = {} } = memberArgs(app, { namespace: "ns", image: "valkey", size: "1Gi", storageClass: "none", settings });
        for (const [name, text] of Object.entries(config)) fs.writeFileSync(at(`scripts/${name}`), String(text));
        fs.writeFileSync(at("setup.sh"), setup);
        const flags = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
        this.parent = spawn("unshare", [...flags, "bash", at("setup.sh"), this.folder], { stdio: ["ignore", "ignore", "inherit"] });
        waitUntil("three pods without a cluster", 30, () => fs.existsSync(at("ready")));
        this.inner = fs.readFileSync(`/proc/${this.parent.pid}/task/${this.parent.pid}/children`, "utf8").trim();
    }

    private shell(argv: string[], env?: NodeJS.ProcessEnv): string {
        const { status, stdout, stderr } = spawnSync(argv[0], argv.slice(1), { cwd: this.folder, encoding: "utf8", env });
        if (status !== 0) throw new Error(`${argv.join(" ").slice(0, 200)} ended with ${status}: ${stderr}`);
        return stdout.trim();
    }

    private inside(script: string): string {
        return this.shell(["nsenter", "-t", this.inner, "-n", "-m", "-p", "bash", "-c", script]);
    }

    /** A command in a pod, as its containers are run. */
    private inPod(member: number, command: string): string {
        const holder = fs.readFileSync(path.join(this.folder, `holder-${member}`), "utf8").trim();
        const env = `PATH=/usr/local/bin:/usr/bin:/usr/sbin VALKEY_APP=${app} VALKEY_MEMBERS=${count} VALKEY_DOMAIN=${domain}`;
        return `nsenter -t ${holder} -n -u chroot ${this.folder}/pod-${member} env -i ${env} ${command}`;
    }

    start(member: number, ...names: Container[]): void {
        for (const name of names.length > 0 ? names : containers) {
            const run = this.inPod(member, `sh /etc/holdfast/config/${name}.sh`);
            const log = path.join(this.folder, `${name}-${member}.log`);
            this.pids.set(`${name}-${member}`, this.inside(`setsid ${run} >>${log} 2>&1 </dev/null & echo $!`));
        }
    }

    /** Sends a signal to containers of a member, all of them unless some are named. */
    signal(member: number, signal: string, ...names: Container[]): void {
        for (const name of names.length > 0 ? names : containers) {
            const pid = this.pids.get(`${name}-${member}`);
            const isThere = `grep -qs '^State:[[:space:]]*[^ZX]' /proc/${pid}/status`;
            const end = signal === "KILL" ? `; while ${isThere}; do sleep 0.05; done` : "";
            this.inside(`kill -${signal} -- -${pid} 2>/dev/null || true${end}`);
        }
    }

    /** What a fresh volume is. */
    empty(member: number): void {
        for (const entry of fs.readdirSync(path.join(this.folder, `volume-${member}`))) {
            fs.rmSync(path.join(this.folder, `volume-${member}`, entry), { recursive: true });
        }
    }

    /** Runs one of the component's scripts to its end; returns its exit code. */
    run(member: number, script: string): number {
        return Number(this.inside(`${this.inPod(member, `sh /etc/holdfast/config/${script}.sh`)} >/dev/null 2>&1; echo $?`));
    }

    /** What a member's server answers, empty where it doesn't. */
    ask(member: number, ...command: string[]): string {
        return this.inside(
            `${this.inPod(member, `REDISCLI_AUTH=clients timeout 3 valkey-cli --no-auth-warning ${command.join(" ")}`)} 2>/dev/null || true`,
        );
    }

    private get ordinals(): number[] {
        return Array.from({ length: count }, (_, i) => i);
    }

    /** The member that takes writes; undefined where there is none, or more than one. */
    primary(): number | undefined {
        const leading = this.ordinals.filter((member) => this.ask(member, "ROLE").startsWith("master"));
        return leading.length === 1 ? leading[0] : undefined;
    }

    waitForPrimary(limitSeconds: number, but?: number): number {
        waitUntil(`a primary (${this.said()})`, limitSeconds, () => ![undefined, but].includes(this.primary()));
        return this.primary() as number;
    }

    /** Waits until every member is ready as the kubelet would find it. */
    waitUntilWhole(limitSeconds: number): void {
        waitUntil(`all members are in sync (${this.said()})`, limitSeconds, () =>
            this.ordinals.every((member) => this.run(member, "ready") === 0),
        );
    }

    /** Keys of each member. */
    keys(): number[] {
        return this.ordinals.map((member) => Number(this.ask(member, "DBSIZE")));
    }

    /** The last that a member's guard has said. */
    guardSays(member: number): string {
        const file = path.join(this.folder, `guard-${member}.log`);
        return fs.existsSync(file) ? (fs.readFileSync(file, "utf8").trim().split("\n").at(-1) ?? "") : "";
    }

    private said(): string {
        return this.ordinals.map((member) => this.guardSays(member)).join("; ");
    }

    /** Ends all of it: the namespaces go with their first process. */
    destroy(): void {
        this.parent.kill("SIGKILL");
        waitUntil("the last process is gone", 30, () => !fs.existsSync(`/proc/${this.inner}`));
        fs.rmSync(this.folder, { recursive: true, force: true });
    }
}
