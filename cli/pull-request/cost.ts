/** What a stack's plan costs, before and after. */

import type { Plan } from "../../components/usecases/plan";
import { priceInWords } from "../plan/words";
import type { Cost } from "./model";

/** The cost of a plan beside that of the plan that what is deployed comes to. */
export function costOf({ price }: Plan, before?: Plan): Cost {
    const after = priceInWords(price);
    if (!before) return { after };
    const [was, is] = [before.price.monthly, price.monthly];
    const difference = was === "unknown" || is === "unknown" ? 0 : is - was;
    const change = `${difference < 0 ? "-" : "+"}$${Math.abs(difference).toFixed(2)} a month`;
    return { before: priceInWords(before.price), after, ...(Math.abs(difference) < 0.005 ? {} : { change }) };
}
