/** Something that takes a while, with a line beneath its title that changes meanwhile. */
export interface Task {
    title: string;
    run(update: (text: string) => void): Promise<void>;
}

/** Tasks or groups of them: one after the other, or all at the same time. */
export interface TaskGroup {
    title: string;
    steps: Step[];
    atOnce?: boolean;
}

/** What a person sees as one entry of the progress display. */
export type Step = Task | TaskGroup;

/** Runs steps one after the other and shows how far they are. */
export type RunSteps = (steps: Step[]) => Promise<void>;
