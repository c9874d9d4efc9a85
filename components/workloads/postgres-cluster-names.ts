/** What the parts of a PostgreSQL cluster are called. */

import { passwordSecretNameOf } from "./password";

/** One role that logs in, and where its password is. */
export interface DatabaseRole {
    /** Ending of the child's name, and of the Secret's. */
    suffix: "password" | "owner" | "reader";
    role: string;
    secret: string;
    /** What it is for, for whoever reads the Cluster. */
    comment: string;
}

/** CloudNativePG refuses longer names. */
export const longestClusterName = 50;

/** PostgreSQL cuts names at 63 characters; the roles' are the database's with an ending. */
export const longestDatabaseName = 63 - "_reader".length;

/** Name of the Secret with the owner's password. */
export const ownerSecretNameOf = (app: string): string => `${app}-owner`;
/** Name of the Secret with the reader's password. */
export const readerSecretNameOf = (app: string): string => `${app}-reader`;

/** The three roles of a database: the application's, which clients use, the owner, and the reader. */
export function rolesOf(app: string, database: string): Record<"application" | "owner" | "reader", DatabaseRole> {
    return {
        application: {
            suffix: "password",
            role: `${database}_app`,
            secret: passwordSecretNameOf(app),
            comment: "The application: reads and writes rows",
        },
        owner: { suffix: "owner", role: database, secret: ownerSecretNameOf(app), comment: "The owner: makes and changes tables" },
        reader: { suffix: "reader", role: `${database}_reader`, secret: readerSecretNameOf(app), comment: "Reads rows, and nothing else" },
    };
}
