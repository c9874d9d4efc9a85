/** What is run to learn what an archive holds: its base copies, how far the log goes on, and when the last transaction in it was committed. */

import { readerScript } from "../../../components/backups/archive/reader-script";

/**
 * A moment can be restored where the log has a later transaction: PostgreSQL knows that it has passed the moment by that one alone. So the
 * newest part of the log with a transaction in it is looked into, by the server's own pg_waldump.
 */
export const listingScript = `${readerScript}
import bz2, gzip, lzma, subprocess, tempfile

opened = {"gz": gzip.decompress, "bz2": bz2.decompress, "xz": lzma.decompress}


def last_commit_in(name, key):
    ending = key.partition(".")[2]
    if ending and ending not in opened:
        return None
    data = read(key)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(opened[ending](data) if ending else data)
        dump = subprocess.run(["pg_waldump", "--rmgr=Transaction", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    times = re.findall(r"desc: COMMIT(?: PREPARED)?\\s(?:.*?; )?(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d+) UTC", dump)
    return max(times) if times else None


def newest_first(parts, segment, low, high):
    """The log from its end: where a new primary began, the old one's log counts up to there."""
    limit = high
    for line in sorted({name[:8] for name in parts}, reverse=True):
        own = sorted((name for name in parts if name[:8] == line and low <= number(name, segment) <= limit), reverse=True)
        yield from own
        if own:
            limit = min(limit, number(own[-1], segment))


def main():
    found = listing()
    copies = bases(found)
    parts = log_of(found)
    segment = copies[-1]["segment"] if copies else 16777216
    numbers = {number(name, segment) for name in parts}

    def end_of_run(start):
        while start + 1 in numbers:
            start += 1
        return start

    for each in copies:
        first = number(each["beginWal"], segment) if each["beginWal"] else None
        last = number(each["endWal"], segment) if each["endWal"] else None
        end = end_of_run(first) if first in numbers else None
        each["isWhole"] = each["status"] == "DONE" and each["hasFiles"] and end is not None and last is not None and end >= last
        each["logTo"] = end
    whole = [each for each in copies if each["isWhole"]]
    high = max((each["logTo"] for each in whole), default=None)
    for each in copies:
        each["reachesEnd"] = each["isWhole"] and each["logTo"] == high
    commit, newest = None, None
    if high is not None:
        reaching = [each for each in copies if each["reachesEnd"]]
        low = min(number(each["beginWal"], segment) for each in reaching)
        for looked, name in enumerate(newest_first(parts, segment, low, high)):
            newest = newest or parts[name]
            commit = last_commit_in(name, parts[name])
            if commit or looked >= int(os.environ["LOOK_INTO"]):
                break
    print("@archive " + json.dumps({
        "bases": [{key: each[key] for key in ("id", "status", "beganAt", "endedAt", "sizeBytes", "kept", "isWhole", "reachesEnd")} for each in copies],
        "parts": len(parts),
        "archivedAt": found[newest]["LastModified"].isoformat() if newest else None,
        "lastCommit": moment(commit + "+00:00") if commit else None,
    }))


try:
    main()
except Exception as error:
    missing = getattr(error, "response", {}).get("Error", {}).get("Code") in ("NoSuchBucket", "404")
    print("@missing" if missing else "@unreadable " + " ".join(str(error).split()))
    sys.exit(1)
`;
