import type { Plan } from "../components/usecases/plan";
import { IMAGES, imagesFor, reference, shortName } from "../sandbox/images/catalog";
import type { Settings } from "../stacks/keys";

/** Images a stack runs, by the key that names each. */
function usedImages({ workload, image }: Partial<Settings>, plan: Plan | undefined): [key: string, image: string][] {
    const used: [string, unknown][] = [["image", plan?.engine.image ?? image]];
    for (const key of ["sidecars", "initContainers"] as const) {
        workload?.[key]?.forEach((container, index) => {
            used.push([`workload.${key}[${index}].image`, container.image]);
        });
    }
    return used.filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "");
}

/** What a stack names that the sandbox hasn't: nothing there can fetch an image, and a pod would wait for it until `up` gives up. */
export function missingImages(settings: Partial<Settings>, plan: Plan | undefined): string[] {
    return usedImages(settings, plan)
        .filter(([, image]) => !IMAGES.some((each) => reference(each) === image))
        .map(
            ([key, image]) =>
                `holdfast:${key}: the sandbox has no image ${image}, and no registry to fetch it from. It has ${IMAGES.map(reference).join(", ")}; sandbox/images/README.md says how another is added.`,
        );
}

/** Short names of the images the sandbox's nodes need for a stack. */
export function neededImages(settings: Settings, plan: Plan): string[] {
    const used = usedImages(settings, plan).map(([, image]) => image);
    const named = IMAGES.filter((each) => used.includes(reference(each))).map(shortName);
    return [...new Set([...imagesFor([plan.useCase]), ...named])];
}
