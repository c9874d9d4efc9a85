/** Where a figure comes from: no number in a table stands without one. */
export interface Source {
    /** The page that states it, or what it rests on where there is none. */
    origin: string;
    /** When it was looked at: `2026-11`. */
    date: string;
    /**
     * `read`: the figure was compared with the origin or a copy of it. `reported`: a third party quotes the origin. `remembered`: the
     * origin states it to our knowledge and was not read again. `assumed`: a planning figure, until a drill or a test measures it.
     */
    standing: "read" | "reported" | "remembered" | "assumed" | "measured";
}

const from = (standing: Source["standing"]) => (origin: string, date: string) => ({ origin, date, standing });

export const read = from("read");
export const reported = from("reported");
export const remembered = from("remembered");
export const assumed = from("assumed");
export const measured = from("measured");
