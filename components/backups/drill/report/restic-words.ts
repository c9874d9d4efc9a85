/** Of a drill's report: which failure restic's last words mean. */
export const resticWords = String.raw`// ---- what restic's words mean

/** restic's last words, without the places in its sources. */
function lastWords(text) {
    const isPlace = /^\s|^(github\.com|golang\.org|runtime|main)[./]/;
    return text.split("\n").filter((line) => line.trim() !== "" && !isPlace.test(line)).slice(-6);
}

/** Which failure a call of restic ended with. In this order: a server that wasn't reached says nothing about the repository. */
const meanings = [
    [/wrong password or no key found/, "wrong-password"],
    [/config or key \S+ is damaged/, "object-damaged"],
    [/dial tcp|connection re(fused|set)|no such host|i\/o timeout|TLS handshake|x509:|certificate|HTTP response to HTTPS/, "repository-unreachable"],
    [/config file.*(does not exist|no such file)/, "repository-missing"],
    [/config file|Access Denied|access key|signature/i, "repository-unreachable"],
    [/^Ignoring "|failed to load snapshot/m, "object-damaged"],
    [/no snapshot found/, "backup-missing"],
    [/does not exist|no such file|not found in (repository|index)/, "object-missing"],
    [/No space left|no space left/, "engine-failed"],
    [/unexpected EOF|range is not satisfiable|verification failed|invalid data|is damaged|decrypt|hash mismatch|unexpected hash|wrong hash|Unmarshal|JSON/, "object-damaged"],
];

/** What a failed call of restic is called, and restic's own words for it. */
function classify(words, phase, stopped, status) {
    if (status === "137" && stopped === "") return { failure: "engine-failed", detail: "restic was killed (" + phase + "), perhaps for its memory limit" };
    const last = lastWords(words);
    const text = last.join("\n");
    const found = meanings.find(([pattern]) => pattern.test(text));
    const limit = stopped === "deadline" ? "stopped at its limit (" + phase + "). " : "";
    // Without a word until the limit: the server doesn't answer, or there is more to fetch than the limit allows.
    const silent = phase === "list" ? "repository-unreachable" : stopped === "deadline" ? "too-slow" : "repository-unreachable";
    const said = last.find((line) => meanings.some(([pattern]) => pattern.test(line))) || last[0] || "restic said nothing";
    return { failure: found ? found[1] : silent, detail: limit + said };
}
`;
