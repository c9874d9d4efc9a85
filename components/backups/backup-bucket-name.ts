/**
 * Names of buckets, which are one namespace for a whole partition of AWS:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, read 2026-11. Other servers follow the same rules.
 */

const reservedStarts = ["xn--", "sthree-", "amzn-s3-demo-"];
const reservedEnds = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/** Why a name can't be a bucket's, or undefined where it can. */
export function bucketNameProblem(name: string): string | undefined {
    if (/^[a-z0-9]+:\/\//i.test(name)) {
        return `"${name}" is a URL. Write the bucket's name alone, e.g. "example-shop-backups".`;
    }
    if (name.includes("/")) {
        const [bucket, ...rest] = name.split("/");
        return `"${name}" is more than a bucket. Write bucket: "${bucket}" and prefix: "${rest.join("/")}".`;
    }
    const example = `Write e.g. "example-shop-backups".`;
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || name.includes("..") || /^\d+\.\d+\.\d+\.\d+$/.test(name)) {
        return `"${name}" is no bucket: 3 to 63 small letters, digits, "-" and single ".", with a letter or digit at both ends, and no IP address. ${example}`;
    }
    const reserved = reservedStarts.find((start) => name.startsWith(start)) ?? reservedEnds.find((end) => name.endsWith(end));
    return reserved === undefined ? undefined : `"${name}" can't be had: S3 keeps "${reserved}" for itself. ${example}`;
}
