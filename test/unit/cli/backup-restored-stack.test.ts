import { noteIn, restoredFile, withNote } from "../../../cli/backups/restored-stack";

const note = { of: "ledger", point: "5ab3", started: "2026-11-22T12:00:00.000Z" };
const record = { database: "ledger" };
const source = {
    encryptionsalt: "v1:salt",
    config: {
        "holdfast:useCase": "user-preferences",
        "holdfast:target": "kubernetes",
        "holdfast:size": "20Gi",
        "holdfast:app": "ledger",
        "holdfast:namespace": "money",
        "holdfast:password": { secure: "v1:theirs" },
        "holdfast:passwordSecret": "theirs",
        "holdfast:restoreFrom": { "data-ledger-0": "snapshot/s" },
        "holdfast:allow": ["delete data-ledger-0"],
        "holdfast:backupPrefix": "shop/ledger",
        "holdfast:backupPassword": { secure: "v1:repository" },
        "aws:region": "eu-central-1",
    },
};

test("a restored stack has the source's configuration under its own name, without what is the source's alone", () => {
    const file = restoredFile(source, "ledger-again", record, note);
    expect(file).toEqual({
        encryptionsalt: "v1:salt",
        config: {
            "holdfast:useCase": "user-preferences",
            "holdfast:target": "kubernetes",
            "holdfast:size": "20Gi",
            "holdfast:app": "ledger-again",
            "holdfast:database": "ledger",
            "holdfast:backupPassword": { secure: "v1:repository" },
            "aws:region": "eu-central-1",
            "restore:of": "ledger",
            "restore:point": "5ab3",
            "restore:started": note.started,
        },
    });
});

test("streams keep the source's name where it names none", () => {
    const streams = [{ name: "clicks" }];
    expect(restoredFile(source, "clicks-again", { streams }, note).config?.["holdfast:streams"]).toEqual(streams);
    const named = { ...source, config: { ...source.config, "holdfast:streams": [{ name: "mine" }] } };
    expect(restoredFile(named, "clicks-again", {}, note).config?.["holdfast:streams"]).toEqual([{ name: "mine" }]);
});

test("the note of a restore is read back, and ends it", () => {
    const file = restoredFile(source, "ledger-again", record, note);
    expect(noteIn(file)).toEqual(note);
    expect(noteIn(withNote(file, { ...note, finished: "2026-11-22T12:01:00.000Z" }))?.finished).toBe("2026-11-22T12:01:00.000Z");
    expect(noteIn(source)).toBeUndefined();
});

test("a restore of a restore notes its own source", () => {
    const once = withNote(restoredFile(source, "one", record, note), { ...note, finished: "2026-11-22T12:01:00.000Z" });
    expect(noteIn(restoredFile(once, "two", record, { ...note, of: "one" }))).toEqual({ ...note, of: "one" });
});

test("secrets that only a service can read are not copied, and plain configuration is", () => {
    const { encryptionsalt: _salt, ...bare } = source;
    expect(() => restoredFile(bare, "ledger-again", record, note)).toThrow("--copy-config-from ledger");
    const { "holdfast:backupPassword": _secret, ...plain } = bare.config;
    expect(restoredFile({ config: plain }, "ledger-again", record, note).config?.["holdfast:size"]).toBe("20Gi");
    expect(() => restoredFile({ ...bare, secretsprovider: "awskms://alias/x" }, "ledger-again", record, note)).not.toThrow();
});

test("members of a stack whose files are restored wait until the files are there", () => {
    const file = restoredFile(source, "wiki-again", { isStopped: true }, note);
    expect(file.config).toMatchObject({ "holdfast:isStopped": true, "holdfast:app": "wiki-again" });
    expect(file.config).not.toHaveProperty("holdfast:database");
    expect(withNote(file, note).config?.["holdfast:isStopped"]).toBe(true);
    const loaded = withNote(file, { ...note, loaded: "2026-11-22T12:01:00.000Z" });
    expect(loaded.config).not.toHaveProperty("holdfast:isStopped");
    expect(noteIn(loaded)).toEqual({ ...note, loaded: "2026-11-22T12:01:00.000Z" });
});

test("a source that was stopped doesn't stop what is restored from it", () => {
    const stopped = { ...source, config: { ...source.config, "holdfast:isStopped": true } };
    expect(restoredFile(stopped, "ledger-again", record, note).config).not.toHaveProperty("holdfast:isStopped");
});
