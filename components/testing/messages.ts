/** What a program writes with `pulumi.log`: without an engine the SDK prints it, with a mark of its own. */

import { AsyncLocalStorage } from "node:async_hooks";

export interface Messages {
    warnings: string[];
    errors: string[];
}

/** Each run has its own, also where several go on at the same time. */
const current = new AsyncLocalStorage<Messages>();
let listeners = 0;
let stopListening = () => {};

const marks = [
    { method: "warn", mark: "warning: [runtime] ", list: "warnings" },
    { method: "error", mark: "error: [runtime] ", list: "errors" },
] as const;

function listen(): () => void {
    const restore = marks.map(({ method, mark, list }) => {
        const print = console[method];
        const hear = (...all: unknown[]): void => {
            const messages = current.getStore();
            if (messages && typeof all[0] === "string" && all[0].startsWith(mark)) {
                messages[list].push(all[0].slice(mark.length));
            } else {
                print.apply(console, all);
            }
        };
        console[method] = hear;
        return () => {
            // Somebody who has put himself in front since then stays.
            if (console[method] === hear) {
                console[method] = print;
            }
        };
    });
    return () => {
        for (const each of restore) {
            each();
        }
    };
}

/** Runs something and hears what it logs; the console is as before when the last of them has ended. */
export async function heard<T>(messages: Messages, run: () => Promise<T>): Promise<T> {
    if (listeners++ === 0) {
        stopListening = listen();
    }
    try {
        return await current.run(messages, run);
    } finally {
        if (--listeners === 0) {
            stopListening();
        }
    }
}
