/** What the data is, and what that asks of storage and backups whatever the objectives say. */

import { remembered, type Source } from "./source";

export type DataClassName = "internal" | "pseudonymous" | "personal" | "financial";

export interface DataClass {
    title: string;
    /** Volumes and repositories are encrypted, or the plan is refused. */
    encrypted: boolean;
    /** Backups can't be changed or deleted, not even by whoever runs the cluster, until their days are over. */
    lockedBackups: boolean;
    /** The most durable driver of the target is taken rather than the cheapest. */
    mostDurable: boolean;
    /** Money and rights: the engine needs transactions that survive a crash of any member. */
    transactional: boolean;
    source: Source;
}

const gdpr = remembered("https://eur-lex.europa.eu/eli/reg/2016/679/oj (GDPR, article 32: encryption as a measure)", "2026-11");

export const dataClasses: Record<DataClassName, DataClass> = {
    internal: {
        title: "nothing about a person",
        encrypted: false,
        lockedBackups: false,
        mostDurable: false,
        transactional: false,
        source: remembered("an organisation's own classification", "2026-11"),
    },
    pseudonymous: {
        title: "about persons, who are known by a key kept elsewhere",
        encrypted: false,
        lockedBackups: false,
        mostDurable: false,
        transactional: false,
        source: remembered("https://eur-lex.europa.eu/eli/reg/2016/679/oj (GDPR, article 4(5): pseudonymisation)", "2026-11"),
    },
    personal: {
        title: "about persons",
        encrypted: true,
        lockedBackups: false,
        mostDurable: false,
        transactional: false,
        source: gdpr,
    },
    financial: {
        title: "money that someone owns",
        encrypted: true,
        lockedBackups: true,
        mostDurable: true,
        transactional: true,
        source: remembered("https://www.pcisecuritystandards.org/document_library/ (PCI DSS 4.0, requirement 3: stored data)", "2026-11"),
    },
};
