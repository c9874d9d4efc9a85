/** What can be wrong with where backups go and with the keys for it, as far as it is written down; values that come later are judged then. */

import { appNameProblem, type InputProblem } from "../problems";
import { permissionProblems } from "../volumes/permissions";
import { bucketNameProblem } from "./backup-bucket-name";

/** The arguments of a repository as far as they are text. What isn't known yet is left out of the judgement. */
export interface RepositoryText {
    app: string;
    namespace?: unknown;
    endpoint?: unknown;
    bucket?: unknown;
    prefix?: string;
    region?: string;
    caConfigMap?: string;
    allow?: string[];
}

/** The secrets of a repository. A reason never shows them. */
export interface RepositorySecrets {
    accessKeyId?: unknown;
    secretAccessKey?: unknown;
    password?: unknown;
}

const labelName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const objectName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const regionName = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** The region in the name of a server of AWS, where it has one: https://docs.aws.amazon.com/general/latest/gr/s3.html, read 2026-11. */
const awsServer = /^(?:(?<bucket>.+)\.)?s3(?:[.-](?<region>[a-z]{2,}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/;

/** The endpoint as restic and K8up take it: scheme, host, and port where it isn't 443. */
export function endpointOf(endpoint: string): string {
    return new URL(endpoint).origin;
}

/** The region the endpoint names; undefined where it is no server of AWS, or the one without a region. */
export function regionOfEndpoint(endpoint: string): string | undefined {
    return URL.canParse(endpoint) ? awsServer.exec(new URL(endpoint).hostname)?.groups?.region : undefined;
}

/** Why something is no S3 server that backups may go to, or undefined where it is one. */
export function endpointProblem(endpoint: string, region: string | undefined): string | undefined {
    const example = "Write e.g. https://s3.eu-central-1.amazonaws.com or https://minio.example.com:9000.";
    // What stands around these signs may be a key.
    const shown = /[@?#]/.test(endpoint) ? "it" : `"${endpoint}"`;
    if (!URL.canParse(endpoint)) {
        return `${shown} is no URL. ${example}`;
    }
    if (/\s/.test(endpoint)) {
        return `${shown} has white space in it. Write it without.`;
    }
    const url = new URL(endpoint);
    // Before everything that would repeat the endpoint.
    if (url.username !== "" || url.password !== "") {
        return `it has a user or a password in it, which everyone sees who may see the jobs. Write https://${url.host}, and the keys in accessKeyId and secretAccessKey.`;
    }
    if (url.protocol !== "https:") {
        return `"${endpoint}" isn't https: what the access keys sign could be read and changed on its way. Write https://${url.host === "" ? "…" : url.host}; for an authority of your own its certificate in caConfigMap.`;
    }
    if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
        return `${shown} has more than a host and a port. Write ${url.origin}, and what follows it in bucket and prefix.`;
    }
    const aws = awsServer.exec(url.hostname)?.groups;
    if (aws?.bucket !== undefined) {
        return `"${endpoint}" has a bucket in its name. Write ${endpoint.replace(`${aws.bucket}.`, "")}, and bucket: "${aws.bucket}".`;
    }
    if (aws && region !== undefined && (aws.region ?? "us-east-1") !== region) {
        return `"${endpoint}" is in ${aws.region ?? "us-east-1"}, and region says ${region}. Write the one in which the bucket is in both.`;
    }
    return undefined;
}

/** Why something can't be a repository's place in its bucket, or undefined where it can. */
export function prefixProblem(prefix: string): string | undefined {
    const example = `Write e.g. "ledger" or "shop/ledger".`;
    if (prefix === "") {
        return `it is empty: every application has a repository of its own in a bucket. ${example}`;
    }
    if (prefix.length > 512) {
        return `${prefix.length} characters are too many: 512 leave room for what lies below it. ${example}`;
    }
    const parts = prefix.split("/");
    return parts.every((part) => /^[\w.-]+$/.test(part) && part !== "." && part !== "..")
        ? undefined
        : `"${prefix}" is no prefix: parts of letters, digits, "-", "_" and "." with one "/" between them, and none at either end. ${example}`;
}

/** Why something is no bucket with or without a prefix, or undefined where it is one. */
export function bucketPathProblem(bucket: string): string | undefined {
    return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s/]+)*$/.test(bucket)
        ? undefined
        : `"${bucket}" is not a bucket, with or without a prefix. Write e.g. "backups/preferences".`;
}

/** Why something can't be a namespace, or undefined where it can. */
export function namespaceProblem(namespace: string): string | undefined {
    return labelName.test(namespace)
        ? undefined
        : `"${namespace}" is no namespace: up to 63 small letters, digits and "-". Write e.g. "ledger".`;
}

function refused(path: string, reason: string | undefined): InputProblem[] {
    return reason === undefined ? [] : [{ path, reason }];
}

/** Everything wrong with where the repository is. */
export function placeProblems(args: RepositoryText): InputProblem[] {
    const { app, namespace, endpoint, bucket, prefix, region, caConfigMap, allow } = args;
    return [
        ...refused("app", appNameProblem(app)),
        ...refused("namespace", typeof namespace === "string" ? namespaceProblem(namespace) : undefined),
        ...refused("endpoint", typeof endpoint === "string" ? endpointProblem(endpoint, region) : undefined),
        ...refused("bucket", typeof bucket === "string" ? bucketNameProblem(bucket) : undefined),
        ...refused("prefix", prefix === undefined ? undefined : prefixProblem(prefix)),
        ...refused(
            "region",
            region !== undefined && !regionName.test(region)
                ? `"${region}" is no region: small letters, digits and "-". Write e.g. eu-central-1, or leave it out.`
                : undefined,
        ),
        ...refused(
            "caConfigMap",
            caConfigMap !== undefined && !objectName.test(caConfigMap)
                ? `"${caConfigMap}" is no ConfigMap. Write the name of one in the application's namespace that has ca.crt, e.g. kube-root-ca.crt.`
                : undefined,
        ),
        ...permissionProblems(allow),
    ];
}

const missingPassword =
    "missing: without it nobody reads the backups. Write one that outlives the cluster: pulumi config set --secret holdfast:backupPassword, and keep it elsewhere too.";

const described: Record<keyof RepositorySecrets, string> = {
    accessKeyId: "the id of an access key",
    secretAccessKey: "the secret of an access key",
    password: "the repository's password",
};

/**
 * What is wrong with one of the secrets. White space at an end is what `$(cat key)` or a file's last line leaves: it makes another password,
 * or a signature that no server takes, and nobody sees why.
 */
export function secretProblem(path: keyof RepositorySecrets, value: unknown): InputProblem[] {
    if (value === undefined || value === "") {
        return [{ path, reason: path === "password" ? missingPassword : `it is empty. Write ${described[path]}.` }];
    }
    return typeof value === "string" && (value !== value.trim() || /[\r\n\0]/.test(value))
        ? [{ path, reason: "it begins or ends with white space, or has a line break in it. Write it without." }]
        : [];
}

/** Everything wrong with the secrets together. */
export function secretProblems(secrets: RepositorySecrets): InputProblem[] {
    const { accessKeyId, secretAccessKey } = secrets;
    const problems: InputProblem[] = [];
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
        const [path, given] = accessKeyId === undefined ? ["accessKeyId", "secretAccessKey"] : ["secretAccessKey", "accessKeyId"];
        problems.push({ path, reason: `missing: ${given} is given. Write both, or neither where the pods have an identity of their own.` });
    }
    const paths = Object.keys(described) as (keyof RepositorySecrets)[];
    const given = paths.filter((path) => secrets[path] !== undefined || path === "password");
    return [...problems, ...given.flatMap((path) => secretProblem(path, secrets[path]))];
}
