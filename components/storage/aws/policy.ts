/** IAM policies as data. */

/** Values by condition key, by operator: `{ StringEquals: { "aws:RequestTag/team": "shop" } }`. */
export type Conditions = Record<string, Record<string, string | string[]>>;

export interface Statement {
    Sid: string;
    Effect: "Allow" | "Deny";
    /** Only in policies of a resource or of trust. */
    Principal?: Record<string, string | string[]>;
    Action: string | string[];
    /** Absent in policies of trust. */
    Resource?: string | string[];
    Condition?: Conditions;
}

export interface PolicyDocument {
    Version: "2012-10-17";
    Statement: Statement[];
}

export function policy(...statements: Statement[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}
