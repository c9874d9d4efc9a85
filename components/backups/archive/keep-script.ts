/**
 * Marks the base copies that outlive the window of any moment: the newest of each of so many days, weeks, months and years, as
 * policies/backup/retention.ts chooses them. What is marked is kept with the log that it needs to be whole, and deleted by nobody; a mark that
 * is no longer due is taken away, and the copy goes with the next base copy.
 */

import { readerScript } from "./reader-script";

export const keepScript = `${readerScript}
import subprocess
from datetime import datetime

units = {
    "daily": lambda time: time.toordinal(),
    "weekly": lambda time: (time.toordinal() - 1) // 7,
    "monthly": lambda time: time.year * 12 + time.month,
    "yearly": lambda time: time.year,
}


def chosen(copies, counts):
    left, latest, kept = dict(counts), {}, []
    for place, (name, time) in enumerate(copies):
        for unit, of in units.items():
            same = latest.get(unit) == of(time) and place < len(copies) - 1
            if left.get(unit, 0) > 0 and not same:
                latest[unit] = of(time)
                left[unit] -= 1
                kept.append(name)
    return set(kept)


def main():
    counts = {unit: int(os.environ.get("KEEP_" + unit.upper(), "0")) for unit in units}
    whole = [each for each in bases(listing()) if each["status"] == "DONE" and each["endedAt"]]
    copies = [(each["id"], datetime.fromisoformat(each["endedAt"].replace("Z", "+00:00"))) for each in whole]
    copies.sort(key=lambda copy: copy[1], reverse=True)
    due = chosen(copies, counts)
    options = ["--endpoint-url", os.environ["ENDPOINT"], "s3://" + os.environ["ARCHIVE"], os.environ["ARCHIVE_FOLDER"]]
    for each in whole:
        if (each["id"] in due) == (each["kept"] is not None):
            continue
        change = ["--target", "standalone"] if each["id"] in due else ["--release"]
        subprocess.run(["barman-cloud-backup-keep", *change, *options, each["id"]], check=True)
        print(("marked " if each["id"] in due else "released ") + each["id"])
    print("%d base copies, %d of them kept for good reason" % (len(whole), len(due)))


main()
`;
