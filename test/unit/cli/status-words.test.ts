import * as fc from "fast-check";
import { agoIn, apiBytes, brief, driverWords, listed, quantityInWords, since, size, span } from "../../../cli/status/words";

test.each([
    ["1Gi", 2 ** 30],
    ["1073741824", 2 ** 30],
    ["1e9", 1e9],
    ["5G", 5e9],
    ["128974848000m", 128974848],
    ["1.5Gi", 1.5 * 2 ** 30],
])("the API server's %s is %d bytes", (text, bytes) => {
    expect(apiBytes(text)).toBe(bytes);
});

test("what is no quantity has no bytes, and is shown as it is", () => {
    expect([apiBytes("ten"), apiBytes(""), apiBytes(undefined), quantityInWords("ten")]).toEqual([undefined, undefined, undefined, "ten"]);
});

test.each([
    [0, "0 bytes"],
    [1023, "1023 bytes"],
    [1024, "1Ki"],
    [2 ** 30, "1Gi"],
    [1.5 * 2 ** 30, "1.5Gi"],
    [47_349_760, "45.2Mi"],
    [2 ** 30 - 1, "1Gi"],
    [300 * 2 ** 30, "300Gi"],
    [2 ** 60, "1024Pi"],
])("%d bytes are %s", (bytes, text) => {
    expect(size(bytes)).toBe(text);
});

test("a size in words is within a twentieth of what it stands for", () => {
    fc.assert(
        fc.property(fc.integer({ min: 1024, max: 2 ** 52 }), (bytes) => {
            expect(Math.abs((apiBytes(size(bytes)) ?? 0) - bytes)).toBeLessThanOrEqual(bytes / 20);
        }),
    );
});

test.each([
    [-5, "0 seconds"],
    [1, "1 second"],
    [119.9, "119 seconds"],
    [120, "2 minutes"],
    [7199, "119 minutes"],
    [7200, "2 hours"],
    [86_400 * 2, "2 days"],
])("%d seconds are %s: never more than they are", (seconds, text) => {
    expect(span(seconds)).toBe(text);
});

test("a moment that isn't known has no age", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect([since(undefined, now), since("", now), agoIn(null, now), agoIn(0, now)]).toEqual([undefined, undefined, "", ""]);
    expect([since("2026-11-22T11:59:00Z", now), agoIn(now - 1000, now)]).toEqual(["60 seconds", " (1 second ago)"]);
});

test.each([
    ["rpc error: code = OutOfRange desc = 16Ti at most", "the driver doesn't have that size: 16Ti at most"],
    [
        "rpc error: code = Internal desc = rpc error: code = Unavailable desc = no route",
        "the driver failed: the driver or its storage can't be reached: no route",
    ],
    ["rpc error: code = Unimplemented desc = ", "the driver can't do that"],
    [
        'failed to provision volume with StorageClass "a": error getting handle for DataSource Type VolumeSnapshot by Name b: snapshot b not found',
        "snapshot b not found",
    ],
    ["something else\nin two lines", "something else in two lines"],
    [undefined, ""],
])("a driver's %p in words", (message, words) => {
    expect(driverWords(message)).toBe(words);
});

test("a text is cut to its first line and a length, lists have an and", () => {
    expect([brief(" one.\ntwo"), brief("abcdef", 4), brief(undefined)]).toEqual(["one", "abc…", ""]);
    expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
});
