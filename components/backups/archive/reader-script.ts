/**
 * Reads an archive of barman-cloud's: which base copies there are, and which of them the log goes on from without a gap. Python with boto3,
 * which is in every image that has barman-cloud.
 *
 * Of a base copy its own record is read, `base/<id>/backup.info`, and whether its files are there; of the log its names.
 */
export const readerScript = `
import json, os, re, sys
import boto3
from botocore.config import Config

bucket, _, prefix = os.environ["ARCHIVE"].partition("/")
root = prefix + "/" + os.environ["ARCHIVE_FOLDER"] + "/"
patience = Config(retries={"max_attempts": 3, "mode": "standard"}, connect_timeout=10, read_timeout=60)
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], config=patience)


def read(key):
    return s3.get_object(Bucket=bucket, Key=root + key)["Body"].read()


def listing():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=root)
    return {each["Key"][len(root):]: each for page in pages for each in page.get("Contents", [])}


def moment(text):
    from datetime import datetime, timezone
    return datetime.fromisoformat(text).astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def base_of(found, name, info):
    files = [key for key in found if key.startswith("base/" + name + "/data.tar")]
    kept = next((read(key).decode().strip() for key in found if key == "base/" + name + "/annotations/keep"), None)
    known = lambda field: info.get(field) not in (None, "None", "")
    return {
        "id": name,
        "status": info.get("status", "unknown"),
        "beganAt": moment(info["begin_time"]) if known("begin_time") else None,
        "endedAt": moment(info["end_time"]) if known("end_time") else None,
        "sizeBytes": sum(found[key]["Size"] for key in found if key.startswith("base/" + name + "/data")),
        "beginWal": info.get("begin_wal") if known("begin_wal") else None,
        "endWal": info.get("end_wal") if known("end_wal") else None,
        "endLsn": info.get("end_xlog") if known("end_xlog") else None,
        "segment": int(info["xlog_segment_size"]) if known("xlog_segment_size") else 16777216,
        "kept": kept,
        "hasFiles": len(files) > 0,
    }


def bases(found):
    names = [match.group(1) for match in (re.fullmatch(r"base/([^/]+)/backup\\.info", key) for key in found) if match]
    return [base_of(found, name, record(read("base/" + name + "/backup.info").decode())) for name in sorted(names)]


def number(name, segment):
    return int(name[8:16], 16) * (0x100000000 // segment) + int(name[16:24], 16)


def log_of(found):
    names = ((re.fullmatch(r"wals/[^/]+/([0-9A-F]{24})(\\.\\w+)?", key), key) for key in found)
    return {match.group(1): key for match, key in names if match}
`;
