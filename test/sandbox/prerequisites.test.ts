import { type MachineFacts, missingPrerequisites, prerequisitesMessage } from "../../sandbox/prerequisites";

const good: MachineFacts = {
    platform: "linux",
    uid: 0,
    go: "go version go1.26.8 linux/amd64",
    hasApt: true,
    missingPrograms: [],
    filesystems: ["ext4", "btrfs", "overlay"],
    stateFilesystem: "ext2/ext3",
    freeGigabytes: { cache: 50, state: 50 },
    sameDisk: true,
    warm: false,
    memoryGigabytes: 8,
    loopDevices: true,
};

test("a good machine lacks nothing, and packages that apt can install are not its problem", () => {
    expect(missingPrerequisites(good)).toEqual([]);
    expect(missingPrerequisites({ ...good, missingPrograms: ["containerd", "socat"] })).toEqual([]);
});

test("everything that is missing is listed at once, with how much is needed and the way around", () => {
    const problems = missingPrerequisites({
        ...good,
        uid: 1000,
        go: undefined,
        hasApt: false,
        missingPrograms: ["containerd", "ctr"],
        filesystems: ["ext4"],
        stateFilesystem: "overlayfs",
        freeGigabytes: { cache: 1, state: 1 },
        memoryGigabytes: 1,
        loopDevices: false,
    });
    expect(problems).toHaveLength(9);
    const message = prerequisitesMessage(problems);
    for (const part of [
        "root (this is user 1000)",
        "Go 1.26",
        "containerd",
        "btrfs",
        "overlay",
        "loop devices",
        "14 GB of free disk (1.0 GB are free)",
        "3 GB of memory",
        "--context",
    ]) {
        expect(message).toContain(part);
    }
});

test("without Linux nothing else matters", () => {
    expect(missingPrerequisites({ ...good, platform: "darwin", uid: 501 })).toEqual([
        { missing: "Linux (this is darwin)", fix: "run it on a Linux machine or virtual machine" },
    ]);
});

test.each([
    ["go version go1.20.1 linux/amd64", 1],
    ["go version go1.21.0 linux/amd64", 0],
    ["go version go1.27.0 linux/amd64", 0],
])("%s gives %d problems", (go, count) => {
    expect(missingPrerequisites({ ...good, go })).toHaveLength(count);
});

test("a warm cache needs no more room for itself", () => {
    const tight = { ...good, freeGigabytes: { cache: 5, state: 5 } };
    expect(missingPrerequisites(tight)).toHaveLength(1);
    expect(missingPrerequisites({ ...tight, warm: true })).toHaveLength(0);
});
