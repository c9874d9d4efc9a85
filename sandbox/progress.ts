/** One step that a person sees: a title, and a line beneath it that changes while it runs. */
export interface Step {
    title: string;
    run(update: (text: string) => void): Promise<void>;
    /** Steps of one group run at the same time. */
    together?: Step[];
}

/** Runs steps one after the other and shows how far they are. */
export type RunSteps = (steps: Step[]) => Promise<void>;
