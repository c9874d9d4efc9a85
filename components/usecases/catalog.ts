/**
 * The use cases, by what their application needs. What follows from the needs (engine, members, storage, backups) is the resolver's: an
 * entry says nothing about it. A new use case is one entry here and one test: docs/new-use-case.md.
 */

import type { DataClassName } from "./data-classes";
import type { DataModel } from "./engines";
import type { Survival } from "./objectives";

/** A volume that all members share, beside each member's own. */
export interface SharedVolumeNeed {
    name: string;
    what: string;
    size: string;
    ceiling: string;
    development: string;
}

export interface Needs {
    data: DataModel;
    dataClass: DataClassName;
    /** How the data comes again when it is gone; absent where it doesn't. Nothing is backed up then. */
    recreatable?: string;
    /** Who reads and writes, in words, and the operations that a member's volume has to carry. */
    access: { pattern: string; iops: number; throughputMiB: number };
    consistency: string;
    failover: { rpo: string; rto: string };
    /** Absent only where the data is recreatable. */
    restore?: { rpo: string; rto: string; retention: string };
    survives: Survival;
    /** Members that may be gone at once with the failover promise still kept: 2 leaves room for maintenance during a failure. @default 1 */
    mayFail: number;
    /** Size of each member's volume, in production and in development. */
    size: string;
    development: string;
    /** What is added in a month; `0Gi` where the application bounds it itself. */
    growth: string;
    shared?: SharedVolumeNeed;
}

export interface UseCase {
    title: string;
    /** One sentence: when this is the one to take. */
    summary: string;
    needs: Needs;
}

export const catalog: Record<string, UseCase> = {
    "session-store": {
        title: "Session store",
        summary: "Who is logged in: read on every request, gone without harm.",
        needs: {
            data: "key-value",
            dataClass: "internal",
            recreatable: "a login makes it again",
            access: { pattern: "a read and a write for every request", iops: 500, throughputMiB: 20 },
            consistency: "the last write of a session is seen by its next request, in most cases",
            failover: { rpo: "1s", rto: "30s" },
            survives: "node",
            mayFail: 1,
            size: "4Gi",
            development: "1Gi",
            growth: "0Gi",
        },
    },
    "shopping-cart": {
        title: "Shopping cart",
        summary: "What a customer is about to buy: written often, annoying to lose.",
        needs: {
            data: "key-value",
            dataClass: "personal",
            access: { pattern: "many small writes, read back at once", iops: 1000, throughputMiB: 50 },
            consistency: "a cart has one writer, its customer",
            failover: { rpo: "1s", rto: "30s" },
            restore: { rpo: "1h", rto: "15m", retention: "14d" },
            survives: "zone",
            mayFail: 1,
            size: "8Gi",
            development: "1Gi",
            growth: "256Mi",
        },
    },
    "user-preferences": {
        title: "User preferences",
        summary: "Settings of each user: small rows, read far more often than written.",
        needs: {
            data: "relational",
            dataClass: "personal",
            access: { pattern: "reads by key, a write now and then", iops: 300, throughputMiB: 20 },
            consistency: "a change is seen by the next read",
            failover: { rpo: "0s", rto: "5m" },
            restore: { rpo: "1h", rto: "15m", retention: "28d" },
            survives: "node",
            mayFail: 1,
            size: "10Gi",
            development: "1Gi",
            growth: "256Mi",
        },
    },
    "banking-ledger": {
        title: "Banking ledger",
        summary: "Who owns which money: no acknowledged booking may ever be lost.",
        needs: {
            data: "relational",
            dataClass: "financial",
            access: { pattern: "short transactions, each one on disk before it is answered", iops: 6000, throughputMiB: 100 },
            consistency: "serializable; an acknowledged booking survives the loss of any member",
            failover: { rpo: "0s", rto: "60s" },
            restore: { rpo: "5m", rto: "1h", retention: "7y" },
            survives: "zone",
            mayFail: 1,
            size: "100Gi",
            development: "2Gi",
            growth: "4Gi",
        },
    },
    "chat-history": {
        title: "Chat history",
        summary: "What was said: appended all day, read by conversation, growing for ever.",
        needs: {
            data: "relational",
            dataClass: "personal",
            access: { pattern: "appends, and reads of recent pages", iops: 3000, throughputMiB: 100 },
            consistency: "messages of one conversation stay in order",
            failover: { rpo: "5s", rto: "60s" },
            restore: { rpo: "5m", rto: "1h", retention: "14d" },
            survives: "zone",
            mayFail: 2,
            size: "100Gi",
            development: "2Gi",
            growth: "10Gi",
        },
    },
    "social-feed": {
        title: "Social feed",
        summary: "Posts and their pictures: rows in a database, media on a volume that every member reads.",
        needs: {
            data: "relational",
            dataClass: "personal",
            access: { pattern: "many reads of recent posts, media served as files", iops: 3000, throughputMiB: 100 },
            consistency: "a post appears for others within seconds",
            failover: { rpo: "5s", rto: "60s" },
            restore: { rpo: "24h", rto: "4h", retention: "30d" },
            survives: "zone",
            mayFail: 1,
            size: "50Gi",
            development: "1Gi",
            growth: "5Gi",
            shared: { name: "media", what: "pictures and clips", size: "200Gi", ceiling: "400Gi", development: "1Gi" },
        },
    },
    "user-actions": {
        title: "User actions",
        summary: "What users did, event by event: a fast stream that others read and boil down.",
        needs: {
            data: "stream",
            dataClass: "pseudonymous",
            access: { pattern: "appends as fast as the disk takes them, read in order", iops: 3000, throughputMiB: 200 },
            consistency: "each event once and in order within its subject",
            failover: { rpo: "0s", rto: "30s" },
            restore: { rpo: "24h", rto: "4h", retention: "30d" },
            survives: "node",
            mayFail: 1,
            size: "50Gi",
            development: "1Gi",
            growth: "0Gi",
        },
    },
    // The example of docs/new-use-case.md.
    "audit-log": {
        title: "Audit log",
        summary: "Who did what and when: appended for years of questions, never changed.",
        needs: {
            data: "stream",
            dataClass: "personal",
            access: { pattern: "steady appends, rare reads of long stretches", iops: 500, throughputMiB: 50 },
            consistency: "each entry once and in order, and never changed",
            failover: { rpo: "0s", rto: "5m" },
            restore: { rpo: "1h", rto: "1h", retention: "30d" },
            survives: "zone",
            mayFail: 1,
            size: "20Gi",
            development: "1Gi",
            growth: "2Gi",
        },
    },
    custom: {
        title: "Custom",
        summary: "Your image, your objectives: everything in the plan can be set.",
        needs: {
            data: "files",
            dataClass: "internal",
            access: { pattern: "not stated", iops: 300, throughputMiB: 20 },
            consistency: "the image's own",
            failover: { rpo: "0s", rto: "5m" },
            restore: { rpo: "24h", rto: "4h", retention: "30d" },
            survives: "node",
            mayFail: 1,
            size: "10Gi",
            development: "1Gi",
            growth: "0Gi",
        },
    },
};

export const useCaseNames: readonly string[] = Object.keys(catalog);
