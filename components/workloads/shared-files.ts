import { createHash } from "node:crypto";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Service } from "@pulumi/kubernetes/core/v1";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { appNameProblem, type InputProblem, refuseProblems } from "../problems";
import { bytesOf } from "../usecases/quantities";
import { claimProblems } from "../volumes/claim-plan";
import { VolumeClaims } from "../volumes/volume-claims";
import type { WorkloadResources } from "./container-args";
import { countProblem } from "./container-problems";
import { partLabelsOf, selectorOf } from "./labels";
import { createPassword, passwordSecretNameOf } from "./password";
import { sharedFilesScript } from "./shared-files-script";
import { filesDeployment, filesNameOf, filesNetwork, filesReplicasOf } from "./shared-files-spec";

/** What {@link SharedFiles} are made from. */
export interface SharedFilesArgs {
    /**
     * Name of the application that the files are of. Never changed once there is data.
     * @default the component's name
     */
    app?: string;
    /**
     * Name of the volume: `<app>-<volume>` is the Service, `<volume>-<app>-0` the claim. Never changed once there is data.
     * @default files
     */
    volume?: string;
    /** The namespace, which exists already. */
    namespace: pulumi.Input<string>;
    /** An image with Node.js 20 or newer on its PATH: `docker.io/library/node:22-alpine`. */
    image: pulumi.Input<string>;
    /**
     * Numeric user the server runs as; never 0.
     * @default 1000
     */
    runAsUser?: number;
    /**
     * Its group, which the volume is made writable for.
     * @default as runAsUser
     */
    runAsGroup?: number;
    /**
     * Members that serve the one folder.
     * @default 2, or 1 where a single node may mount the volume
     */
    replicas?: number;
    /** Size of the volume, e.g. `10Gi`. It can be raised in place, and never lowered. */
    size: string;
    /**
     * The size growth may reach before someone has to decide.
     * @default none
     */
    ceiling?: string;
    /**
     * How the volume is mounted.
     * @default ReadWriteMany
     */
    accessMode?: string;
    /** The StorageClass of the volume. */
    storageClass: pulumi.Input<string>;
    /**
     * The largest file that is accepted.
     * @default 100Mi
     */
    largestFile?: string;
    /**
     * The token that writing takes, read when its Secret is made. Give a Pulumi secret.
     * @default a random one
     */
    token?: pulumi.Input<string>;
    /**
     * Permissions to delete: `delete <volume>-<app>-0`, `delete secret/<app>-<volume>-password`.
     * @default none
     */
    allow?: string[];
    /**
     * Requests and limits of each member.
     * @default 20m, 64Mi, up to 128Mi
     */
    resources?: WorkloadResources;
    /**
     * Label of the nodes that members are spread over.
     * @default kubernetes.io/hostname
     */
    spreadOver?: string;
    /**
     * A member that can't be spread is not started at all.
     * @default false
     */
    spreadIsRequired?: boolean;
    /**
     * Other namespaces whose clients are let in.
     * @default none
     */
    clientNamespaces?: string[];
}

function sharedFilesProblems(app: string, volume: string, args: SharedFilesArgs): InputProblem[] {
    const problems: InputProblem[] = [];
    const name = appNameProblem(filesNameOf(app, volume));
    if (name) {
        problems.push({ path: "app", reason: name });
    }
    if (args.runAsUser === 0) {
        problems.push({ path: "runAsUser", reason: "0 is root, which Pod Security refuses. Write the image's own user." });
    }
    if (!(bytesOf(args.largestFile ?? "100Mi") ?? 0)) {
        problems.push({ path: "largestFile", reason: `"${args.largestFile}" is not a size. Write a number with a unit: "100Mi".` });
    }
    const isShared = (args.accessMode ?? "ReadWriteMany") === "ReadWriteMany";
    if (!isShared && (args.replicas ?? 1) > 1) {
        problems.push({
            path: "replicas",
            reason: `${args.replicas} members can't mount a volume that is ${args.accessMode}. Write 1, or accessMode: ReadWriteMany on a class that has it.`,
        });
    }
    const { size, ceiling, accessMode, storageClass, allow } = args;
    const ofClaim = claimProblems({ app, volumes: [{ name: volume, size, ceiling, accessMode, storageClass }], replicas: 1, allow });
    return [
        ...problems,
        ...countProblem("replicas", args.replicas, 1),
        ...ofClaim.map(({ path, reason }) => ({ path: path.replace(/^volumes\[0\]\./, "").replace(/^name$/, "volume"), reason })),
    ];
}

/**
 * Files on one volume that every member mounts, with a small web server in front: for the pictures and clips of an application.
 *
 * Pods with the application's client label read them (`GET`, `HEAD`); whoever has the token besides writes them (`PUT`, `DELETE`, with
 * `Authorization: Bearer <token>`). A file is there whole or not at all, whichever member is asked. Names have letters, digits, "_", "-" and
 * ".", folders are made as they come. There is no listing, no range and no TLS: put your ingress or a cache in front for the public.
 *
 * The claim and the token are protected and retained.
 *
 * Cost: the volume, and a small pod for every member.
 *
 * @example
 * new SharedFiles("feed", { namespace: "feed", image: "docker.io/library/node:22-alpine", size: "10Gi", storageClass: shared.className });
 */
export class SharedFiles extends pulumi.ComponentResource {
    /** Name clients ask, on port 80. */
    public readonly host: pulumi.Output<string>;
    /** Name of the Secret that holds the token under `password`. */
    public readonly tokenSecret: pulumi.Output<string>;
    /** Names of the claims: there is one. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class the claim really has, by its name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: SharedFilesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:SharedFiles", name, {}, opts);
        const app = args.app ?? name;
        const volume = args.volume ?? "files";
        refuseProblems("SharedFiles", name, sharedFilesProblems(app, volume, args));
        const { namespace, allow, size, ceiling, storageClass } = args;
        const files = filesNameOf(app, volume);
        const metadata = { name: files, namespace, labels: partLabelsOf(app, files) };
        const kept = { parent: this, dependsOn: opts?.dependsOn };
        const accessMode = args.accessMode ?? "ReadWriteMany";
        const claims = new VolumeClaims(
            `${name}-claims`,
            { app, namespace, storageClass, volumes: [{ name: volume, size, ceiling, accessMode }], allow },
            kept,
        );
        const token = createPassword(this, `${name}-token`, { app: files, namespace, password: args.token, allow }, opts?.dependsOn);
        const script = new ConfigMap(`${name}-script`, { metadata, data: { "files.js": sharedFilesScript } }, kept);
        const network = new NetworkPolicy(`${name}-network`, { metadata, spec: filesNetwork(app, files, args) }, kept);
        const hash = createHash("sha256").update(sharedFilesScript).digest("hex").slice(0, 12);
        // Pods behind it are made after it: whoever waited for them here would wait forever.
        const unawaited = { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } };
        const service = new Service(
            `${name}-service`,
            { metadata: unawaited, spec: { selector: selectorOf(files), ports: [{ name: "http", port: 80, targetPort: "http" }] } },
            kept,
        );
        new Deployment(
            `${name}-server`,
            { metadata, spec: filesDeployment(app, files, `${volume}-${app}-0`, hash, args) },
            { parent: this, dependsOn: dependenciesOf(opts?.dependsOn, claims, token, script, network, service) },
        );
        if (filesReplicasOf(args) > 1) {
            new PodDisruptionBudget(
                `${name}-disruptions`,
                { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selectorOf(files) } } },
                kept,
            );
        }
        this.host = pulumi.interpolate`${files}.${namespace}.svc.cluster.local`;
        this.tokenSecret = pulumi.output(passwordSecretNameOf(files));
        this.claimNames = claims.claimNames;
        this.claimClasses = claims.claimClasses;
        this.registerOutputs({
            host: this.host,
            tokenSecret: this.tokenSecret,
            claimNames: this.claimNames,
            claimClasses: this.claimClasses,
        });
    }
}
