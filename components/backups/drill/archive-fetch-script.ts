/**
 * First step of a drill of an archive, in the database's own image: the newest base copy onto the drill's volume, by the barman-cloud that a
 * restore uses, and then each part of the log that the server asks for.
 *
 * Before that it waits until the mark that the application has just left in its log (witness-script.ts) is in the archive: how long that took is
 * what a loss would have cost. barman-cloud-restore unpacks what it gets and checks no sum, so that a damaged copy might pass: every byte is read
 * against its sum beforehand, outside the measured time. Of the log no part may be missing, from the oldest base copy on.
 */

import { readerScript } from "../archive/reader-script";

export const archiveFetchScript = `${readerScript}
import bz2, gzip, lzma, shutil, subprocess, tempfile, threading, time, zlib
from datetime import datetime

steps, data = "/drill/steps", "/drill/data"
log, wanted = data + "/log", data + "/wanted"
app, query = os.environ["DRILL_APP"], os.environ.get("DRILL_QUERY", "")
rpo, patience_seconds = int(os.environ["DRILL_RPO_SECONDS"]), int(os.environ["DRILL_MARK_SECONDS"])
again_seconds = float(os.environ.get("DRILL_AGAIN_SECONDS", "10"))
openers = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}


class Failure(Exception):
    def __init__(self, name, words):
        super().__init__(words)
        self.name = name


def write(name, text=""):
    with open(steps + "/" + name + ".partial", "w") as file:
        file.write(text)
    os.rename(steps + "/" + name + ".partial", steps + "/" + name)


def there(name):
    return os.path.exists(steps + "/" + name)


def seconds_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def position(lsn):
    high, low = lsn.split("/")
    return int(high, 16) << 32 | int(low, 16)


def failure_of(error):
    """What a call of the repository ended with, by the name that a drill calls it."""
    words = " ".join(str(error).split())
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if isinstance(error, Failure):
        return error
    if code == "NoSuchBucket":
        return Failure("repository-missing", words)
    if code in ("NoSuchKey", "404"):
        return Failure("object-missing", words)
    if isinstance(error, OSError) and "No space left" in words:
        return Failure("engine-failed", words)
    isCall = code != "" or type(error).__module__.startswith(("botocore", "urllib3", "boto3"))
    return Failure("repository-unreachable" if isCall else "engine-failed", words)


def blocks(key):
    """The bytes of an object, unpacked; ends well only if its sum is right."""
    ending = key.rpartition(".")[2]
    body = s3.get_object(Bucket=bucket, Key=root + key)["Body"]
    try:
        with openers[ending](body) if ending in openers else body as stream:
            while True:
                block = stream.read(1048576)
                if not block:
                    return
                yield block
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, OSError) as error:
        if "No space left" in str(error):
            raise
        raise Failure("object-damaged", key + ": " + " ".join(str(error).split()))


def fetch(key, path):
    with open(path + ".partial", "wb") as file:
        for block in blocks(key):
            file.write(block)
    os.rename(path + ".partial", path)


def marks_in(found, parts, names, index):
    """Marks in one part of the log. A record may have begun in the part before."""
    name = names[index]
    before = names[index - 1] if index > 0 else ""
    follows = before[:8] == name[:8] and number(before, 16777216) + 1 == number(name, 16777216)
    with tempfile.TemporaryDirectory() as folder:
        for each in [before, name] if follows else [name]:
            fetch(parts[each], folder + "/" + each)
        command = ["pg_waldump", "--rmgr=LogicalMessage", "--path=" + folder, before if follows else name, name]
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    for lsn, payload in re.findall(r'lsn: ([0-9A-F]+/[0-9A-F]+).*?prefix "holdfast"; payload \\(\\d+ bytes\\): ([0-9A-F ]+)', said):
        mark = json.loads(bytes.fromhex(payload).decode())
        if mark.get("app") == app:
            yield {**mark, "message": lsn, "archivedAt": found[parts[name]]["LastModified"].timestamp()}


def await_mark(started):
    """The newest mark that is no older than the promise, as soon as it is archived; none where it doesn't come."""
    looked = set()
    while True:
        found = listing()
        parts = log_of(found)
        names = sorted(parts)
        marks = []
        for index, name in enumerate(names):
            if name not in looked and found[parts[name]]["LastModified"].timestamp() >= started - rpo - 120:
                looked.add(name)
                marks += [mark for mark in marks_in(found, parts, names, index) if seconds_of(mark["takenAt"]) >= started - rpo]
        if marks:
            return max(marks, key=lambda mark: mark["takenAt"])
        if time.time() >= started + patience_seconds or there("report.done"):
            return None
        time.sleep(min(3, again_seconds))


def name_of(line, count, segment):
    per = 0x100000000 // segment
    return "%s%08X%08X" % (line, count // per, count % per)


def newest_whole():
    """The newest base copy, after a look at all of the archive: a gap in the log makes moments impossible, and the newest copy may not show it."""
    found = listing()
    if not found:
        raise Failure("repository-missing", "there is no archive in " + os.environ["ARCHIVE"] + "/" + os.environ["ARCHIVE_FOLDER"])
    copies = bases(found)
    done = [each for each in copies if each["status"] == "DONE" and each["beginWal"] and each["endWal"]]
    if not done:
        raise Failure("backup-missing", "there is no base copy" if not copies else "none of the %d base copies is complete" % len(copies))
    parts = log_of(found)
    segment = done[-1]["segment"]
    numbers = {number(name, segment) for name in parts}
    for each in done:
        if not each["hasFiles"]:
            raise Failure("object-missing", "the base copy " + each["id"] + " has no files")
        first, last = number(each["beginWal"], segment), number(each["endWal"], segment)
        high = last if each["kept"] else max(numbers | {last})
        missing = next((count for count in range(first, high + 1) if count not in numbers), None)
        if missing is not None:
            name = name_of(each["beginWal"][:8], missing, segment)
            what = "is not whole without it" if missing <= last else "leads no further"
            raise Failure("object-missing", "the part " + name + " of the log is missing: the base copy " + each["id"] + " " + what)
    return found, done[-1]


def restore(found, base):
    folder = "base/" + base["id"] + "/"
    keys = sorted(key for key in found if re.fullmatch(re.escape(folder) + r"(data|\\d+)(_\\d+)?\\.tar(\\.\\w+)?", key))
    for key in keys:
        for _ in blocks(key):
            pass
    write("bytes", str(base["sizeBytes"]))
    # From here on a restore does the same.
    write("restore.began")
    shutil.rmtree(data + "/pgdata", ignore_errors=True)
    where = ["s3://" + os.environ["ARCHIVE"], os.environ["ARCHIVE_FOLDER"], base["id"], data + "/pgdata"]
    command = ["barman-cloud-restore", "--cloud-provider", "aws-s3", "--endpoint-url", os.environ["ENDPOINT"], *where]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        words = " ".join(done.stderr.split())[-500:] or "barman-cloud-restore ended with %d" % done.returncode
        isRepository = re.search(r"[Cc]onnect|endpoint|credential|AccessDenied|SSL|timed out", words)
        raise Failure("repository-unreachable" if isRepository else "engine-failed", words)


def serve(found):
    """What the server asks for is put where it looks for it. What isn't in the archive is said not to be."""
    matches = ((re.fullmatch(r"wals/(?:[^/]+/)?([0-9A-F]{24}|[0-9A-F]{8}\\.history)(\\.\\w+)?", key), key) for key in found)
    keys = {match.group(1): key for match, key in matches if match}
    while not there("engine.done") and not there("report.done"):
        for name in os.listdir(wanted):
            os.unlink(wanted + "/" + name)
            if name in keys:
                fetch(keys[name], log + "/" + name)
            else:
                open(log + "/" + name + ".none", "w").close()
        time.sleep(0.05)


def again(what):
    """Parts are shipped two at a time, and old ones deleted meanwhile: only what is missing the second time is missing."""
    try:
        return what()
    except Exception as error:
        if failure_of(error).name != "object-missing":
            raise
        time.sleep(again_seconds)
        return what()


def main():
    started = time.time()
    for folder in (log, wanted):
        os.makedirs(folder, exist_ok=True)
    # What is wrong with the archive is known before the wait.
    again(newest_whole)
    mark = again(lambda: await_mark(started))
    found, base = again(newest_whole)
    if mark:
        same = mark.get("query") == query and "answer" in mark
        compares = same and base["endLsn"] is not None and position(mark["lsn"]) > position(base["endLsn"])
        left_out = ("message", "archivedAt", "lsn") if compares else ("message", "archivedAt", "lsn", "answer")
        write("record", json.dumps({key: value for key, value in mark.items() if key not in left_out}))
        write("exposure", str(max(0, round(mark["archivedAt"] - seconds_of(mark["takenAt"])))))
        write("reach", mark["message"])
        if compares:
            write("target", mark["lsn"])
    else:
        write("late", "no mark of the application's reached the archive within %d s; the older ones may" % patience_seconds)
    restore(found, base)
    write("fetched")
    serve(found)


def stay_alive():
    while True:
        write("fetch.alive")
        time.sleep(1)


write("fetch.started")
threading.Thread(target=stay_alive, daemon=True).start()
try:
    main()
except Exception as error:
    failure = failure_of(error)
    print("fetch: " + failure.name + ": " + str(failure), file=sys.stderr)
    write("detail", str(failure)[:500])
    write("failure", failure.name)
write("fetch.done")
`;
