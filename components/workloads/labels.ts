/** Labels by which everything of one application is found; also the StatefulSet's selector, which can never change. */
export function selectorOf(app: string): Record<string, string> {
    return { "app.kubernetes.io/name": app };
}

/** Labels of every object of an application. */
export function labelsOf(app: string): Record<string, string> {
    return { ...selectorOf(app), "app.kubernetes.io/managed-by": "holdfast" };
}

/** Labels of a part of an application that goes by a name of its own. */
export function partLabelsOf(app: string, part: string): Record<string, string> {
    return { ...labelsOf(part), [partOfLabel]: app };
}

/** The label with the application's name where an object's own name is another. */
export const partOfLabel = "app.kubernetes.io/part-of";

/** The label a pod carries to be let in as a client of the application. One label per application, so that a pod can be a client of several. */
export function clientLabelOf(app: string): Record<string, string> {
    return { [`holdfast.dev/client-of-${app}`]: "true" };
}

/** Name of the main container, which never changes: `kubectl logs -c`, metrics and quiesce hooks know it. */
export const mainContainer = "main";

/**
 * Annotation of pods whose members have one that leads: the command, run in the main container, that prints its name, or nothing where nobody
 * does. `holdfast status` asks it.
 */
export const leaderCommandAnnotation = "holdfast.dev/leader-command";
