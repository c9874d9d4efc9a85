/** Ways to write a finding that several rules share. */

import type { Draft } from "../draft";
import type { Finding } from "./rule";

/** Something asked of a driver that hasn't it. */
export function cannot(path: string, what: string, draft: Draft, given: string, allowed: string, fix: string): Finding {
    return { path, message: `${what}, and ${draft.storage.driver.title} can't do that`, given, allowed, fix };
}

/** The first volume that a check finds fault with. */
export function ofVolumes(draft: Draft, check: (volume: Draft["volumes"][number]) => Finding | undefined): Finding | undefined {
    for (const volume of draft.volumes) {
        const finding = check(volume);
        if (finding) {
            return finding;
        }
    }
    return undefined;
}
