/**
 * Prices of a month in US dollars, by provider and region, as of one date. A price that isn't here is unknown, never zero.
 *
 * The table is a snapshot for comparing plans; the provider's own calculator is what counts for a budget.
 */

import { remembered, reported, type Source } from "./source";

export interface UnitPrice {
    dollars: number;
    source: Source;
}

export interface PriceTable {
    date: string;
    /** For each GiB of a volume, by the driver's price key. */
    volumeGiB: Record<string, UnitPrice>;
    /** For each provisioned IOPS beyond what is included, the cheaper tiers for those above a bound. */
    iops: Record<string, { above: number; price: UnitPrice }[]>;
    /** For each MiB/s beyond what is included. */
    throughputMiB: Record<string, UnitPrice>;
    snapshotGiB?: UnitPrice;
    objectGiB?: UnitPrice;
    /** For each 1,000 requests that write. */
    putRequests?: UnitPrice;
    /** For each GiB copied to another region. */
    transferGiB?: UnitPrice;
    /** Drivers that also bill what is done with a volume, and why that can't be priced from a plan. */
    usage?: Record<string, string>;
}

const agent =
    "https://github.com/aws/agent-toolkit-for-aws (ebs-optimization.md, us-east-1, early 2026), quoting https://aws.amazon.com/ebs/pricing/";
const ebs = "https://aws.amazon.com/ebs/pricing/";
const s3 = "https://aws.amazon.com/s3/pricing/";

/** FSx for ONTAP is missing on purpose: its price depends on throughput capacity and on data that moves to its cheaper tier. */
export const priceTables: Record<string, Record<string, PriceTable>> = {
    aws: {
        "us-east-1": {
            date: "2026-11",
            volumeGiB: {
                "ebs-gp3": { dollars: 0.08, source: reported(agent, "2026-11") },
                "ebs-io2": { dollars: 0.125, source: reported(agent, "2026-11") },
                efs: {
                    dollars: 0.3,
                    source: reported(
                        "https://cloudburn.io/blog/amazon-efs-pricing (March 2026), quoting https://aws.amazon.com/efs/pricing/",
                        "2026-11",
                    ),
                },
            },
            iops: {
                "ebs-gp3": [{ above: 3000, price: { dollars: 0.005, source: remembered(ebs, "2026-11") } }],
                "ebs-io2": [
                    { above: 0, price: { dollars: 0.065, source: reported(agent, "2026-11") } },
                    { above: 32_000, price: { dollars: 0.0455, source: remembered(ebs, "2026-11") } },
                    { above: 64_000, price: { dollars: 0.03185, source: remembered(ebs, "2026-11") } },
                ],
            },
            throughputMiB: { "ebs-gp3": { dollars: 0.04, source: remembered(ebs, "2026-11") } },
            usage: { efs: "elastic throughput is billed by the GiB read and written, which a plan does not know" },
            snapshotGiB: { dollars: 0.05, source: remembered(ebs, "2026-11") },
            objectGiB: { dollars: 0.023, source: remembered(s3, "2026-11") },
            putRequests: { dollars: 0.005, source: remembered(s3, "2026-11") },
            transferGiB: { dollars: 0.02, source: remembered(s3, "2026-11") },
        },
    },
};

/** The day the tables were last looked at. */
export const priceDate = "2026-11";
