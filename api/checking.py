"""The process that checks strangers' files: a job a line on standard input, what it finds as lines on standard output.

It is started warm and told to check one file after another, so that the server's own process never parses, never
waits and never runs out of memory for one. Lines are JSON: `{"rows", "groups"}` on the way, then `{"report"}` or
`{"error"}`; `{"ready": true}` before the first job.
"""

import contextlib
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from api.receiving import foresee, receive
from formats.error import FormatError
from loaders.asked import Asked
from loaders.load import check
from loaders.profile_file import load_profile
from loaders.report import SoFar
from loaders.returned.returning import returned
from schemas.calendar import BEIJING
from schemas.catalog import Catalog
from schemas.errors import OpenallocError

# Address space, and computing time for one file, in bytes and seconds; the process that parses has limits of its own.
MEMORY = 3 << 30
CPU = 120
# The same for one that is stored: 64 MB of records took 60 to 100 s.
LOADING = 600

# Seconds between two words on the way, and how many groups each has.
TOLD_EVERY = 0.25
SHOWN_EARLY = 8


@dataclass(frozen=True, slots=True)
class Job:
    """One file to check; `marked` is where its returned workbook shall be written, if anywhere.

    `previous` is the text of an earlier report, which nobody has read yet. `submission` is what api.receiving needs
    to store the file; without it nothing is stored.
    """

    path: str
    type: str | None = None
    publisher: str | None = None
    profile: str | None = None
    marked: str | None = None
    previous: str | None = None
    submission: Mapping[str, Any] | None = None


def main() -> None:
    """Check files until standard input ends."""
    # Printing by a library must not break the lines of events.
    events, sys.stdout = sys.stdout.buffer, sys.stderr
    _limit(resource.RLIMIT_AS, MEMORY)
    catalog = Catalog.load(Path(sys.argv[1]))
    for names in Asked(catalog).names.values():
        names.find("")  # the table of headings is made now, not for the first file
    _say(events, {"ready": True})
    for line in sys.stdin.buffer:
        spent = resource.getrusage(resource.RUSAGE_SELF)
        job = Job(**orjson.loads(line))
        _limit(
            resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime) + (LOADING if job.submission else CPU)
        )
        run(job, catalog, events)


def run(job: Job, catalog: Catalog, events: BinaryIO) -> None:
    """Check one file and say what comes of it; whatever goes wrong is said too."""
    try:
        profile = load_profile(job.profile, catalog) if job.profile else None
        more: dict[str, Any] = {}
        if job.submission is not None:
            done = foresee if job.submission.get("preview") else receive
            report, more = done(Path(job.path), catalog, job.type, profile, job.submission)
        else:
            report = check(
                Path(job.path), catalog, type=job.type, profile=profile, publisher=job.publisher,
                since=_previous(job.previous), progress=_Teller(events),
            )  # fmt: skip
        if job.marked is not None:
            with Path(job.marked).open("wb") as stream:
                returned(Path(job.path), report, stream, catalog=catalog, when=datetime.now(BEIJING).date())
        _say(events, {"report": report.to_json(), **more})
    except (OpenallocError, FormatError) as error:
        _say(
            events, {"error": _error(error.code, error.message, error.message_en, error.hint, error.hint_en)}
        )
    except MemoryError:
        _say(events, {"error": _error(
            "A045", "核对这个文件所需的内存超过限制", "Checking this file needs more memory than is allowed",
            "请把文件分成几份。", "Split the file.",
        )})  # fmt: skip


def _previous(text: str | None) -> dict[str, Any] | None:
    """The earlier report; raises OpenallocError A042 where the text is none."""
    try:
        found = orjson.loads(text) if text else None
    except ValueError:
        found = text
    if found is None or (isinstance(found, dict) and "groups" in found):
        return found
    raise OpenallocError(
        "A042", "上一次的报告不是本系统的 JSON 报告", "The previous report is not a report of ours in JSON",
        "请用上一次下载的 JSON 报告,或者不填。", "Use the JSON report of last time, or leave it out.",
    )  # fmt: skip


class _Teller:
    """Tells what was found so far, now and then: the rows and the first groups, without their places."""

    def __init__(self, events: BinaryIO) -> None:
        self._events = events
        self._told = 0.0

    def __call__(self, so_far: SoFar) -> None:
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY:
            self._told = now
            groups = [group.summary() for group in so_far.issues.ranked()[:SHOWN_EARLY]]
            _say(self._events, {"rows": so_far.rows, "groups": groups})


def _error(code: str, message: str, message_en: str, hint: str, hint_en: str) -> dict[str, str]:
    return {"code": code, "message": message, "messageEn": message_en, "hint": hint, "hintEn": hint_en}


def _say(events: BinaryIO, event: dict[str, Any]) -> None:
    events.write(orjson.dumps(event) + b"\n")
    events.flush()


def _limit(kind: int, amount: int) -> None:
    _, hard = resource.getrlimit(kind)
    with contextlib.suppress(ValueError, OSError):  # where a system has no such limit, the others remain
        resource.setrlimit(kind, (amount if hard == resource.RLIM_INFINITY else min(amount, hard), hard))


if __name__ == "__main__":
    main()
