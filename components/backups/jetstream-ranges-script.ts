/**
 * Which messages a copy of a stream has to have, for the scripts that make copies and those that read them.
 *
 * Clients publish meanwhile, and old messages leave at a limit. So a copy is judged by what was in the stream before and after it was taken:
 * everything from the first message that was still there afterwards to the last one that was there before.
 */
export const jetStreamRangesScript = String.raw`"use strict";
const { ask } = require("./client.js");

/** What a stream holds, with the places in it where nothing is any more. */
const stateOf = async (connection, name) => (await ask(connection, "STREAM.INFO." + name, { deleted_details: true }, { timeout: 30000 })).state;

/** How many messages there are of a stream from one sequence to another. */
function within(state, first, last) {
    const from = Math.max(first, state.first_seq);
    const to = Math.min(last, state.last_seq);
    if (state.messages === 0 || to < from) return 0;
    return to - from + 1 - (state.deleted || []).filter((sequence) => sequence >= from && sequence <= to).length;
}

/** What is asked of the live streams and of the copy, and how one stream's part of the answer is written. */
const query = "messages of each stream";
const partOf = (name, messages, last) => name + ": " + messages + " to " + last;

module.exports = { partOf, query, stateOf, within };
`;
