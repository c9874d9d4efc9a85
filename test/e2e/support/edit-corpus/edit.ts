/** What is said of an edit: what a person changes, what the review says of it, and what `pulumi up` without the review does to data. */
import type { Outcome } from "../../../../policies/review";
import type { App, Program } from "./applications";

/** What becomes of volumes: still used; there, and the application runs on empty ones; gone. */
export type Fate = "kept" | "left behind" | "lost";

export type Change = (app: App, program: Program) => void;

/** What can be seen of an application after an update. */
export interface Look {
    /** Its name, which is its namespace too. */
    app: string;
    /** `kubectl get <what> -o jsonpath=<path>` in its namespace, or another. */
    get(what: string, path: string, namespace?: string): string;
    /** What Pulumi knows of everything in the stack. */
    resources: readonly { urn: string; protect?: boolean }[];
    /** What the preview said is done to a resource, by its name in the program. */
    steps(name: string): string;
}

interface Judged {
    says: Outcome;
    /** The rule that says why. */
    rule?: string;
}

/** The edit of an application as the library makes it. Its data stays in any case. */
export interface ProtectedSide extends Judged {
    /**
     * Plain `pulumi up` refuses it before anything is done; or else it does it, in one update with the other edits of that name, each of which
     * has something to show for it: what is looked at, and what is there then.
     */
    up: "refused" | { with: string; shows: [look: (look: Look) => string, shown: string] };
}

/** The same edit of the same program, with nothing that keeps data. */
export interface UnprotectedSide extends Judged {
    fate: Fate;
    /** Why the review is right to refuse what loses nothing here. */
    exception?: string;
    /** Whether the update fails. */
    isFailing?: boolean;
    /** It can't share a stack: it fails, or it is about the provider. */
    isAlone?: boolean;
    /** Really made in every run; the others with --full. */
    isRepresentative?: boolean;
}

export interface Edit {
    id: string;
    /** How the program was before, where it matters. The protected side has both at once. */
    before?: Change;
    change: Change;
    /**
     * Members before it.
     * @default 1
     */
    members?: number;
    /** Absent where the library never writes such a program. */
    protected?: ProtectedSide;
    /** Absent where there is nothing to switch off. */
    unprotected?: UnprotectedSide;
}

/** An edit behind the library's back. */
export const field =
    (kind: string, path: string, value: unknown): Change =>
    (app) => {
        app.fields = { ...app.fields, [kind]: { ...app.fields?.[kind], [path]: value } };
    };

/** An edit of arguments. */
export const args =
    (some: object | ((app: App) => object)): Change =>
    (app) => {
        Object.assign(app.args, typeof some === "function" ? some(app) : some);
    };

/** At the end of a kubeconfig. */
export const comment = "\n# the same cluster, another file\n";
