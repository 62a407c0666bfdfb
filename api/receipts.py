"""A submission as its sender is told it: whole, and as the receipt that is printed and kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from store.submissions import Submission

# A run has ended by then, or nobody runs it any more: eight share two places, of a quarter of an hour at most each.
GIVEN_UP = timedelta(minutes=75)
WITHDRAWN = "withdrawn"
WITHDRAWAL = "withdrawal"  # how what was asked begins


def receipt(found: Submission, now: datetime) -> dict[str, Any]:
    """A submission as its sender is told it."""
    withdrawal = found.asked.startswith(WITHDRAWAL)
    return {
        "id": found.id, "key": found.key_id, "state": state(found, now),
        "outcome": found.outcome, "receivedAt": time(found.received_at), "finishedAt": time(found.finished_at),
        "sha256": found.sha256, "size": found.size, "taken": found.taken, "refused": found.refused,
        "loadId": found.load_id, "error": found.error,
        **({"report": None, "withdrawal": found.report} if withdrawal else {"report": found.report}),
    }  # fmt: skip


def slip(found: Submission, now: datetime) -> dict[str, Any]:
    """A receipt without the findings: what was taken, when, of which bytes."""
    said = receipt(found, now)
    report: Mapping[str, Any] = said.pop("report") or {}
    named = {name: report[name] for name in ("file", "types", "rows", "records") if name in report}
    return said | named


def state(found: Submission, now: datetime) -> str:
    """`done`, `running`, or `brokenOff` where it has to be sent again."""
    if found.outcome is not None:
        return "done"
    return "brokenOff" if found.error or now - found.received_at > GIVEN_UP else "running"


def time(when: datetime | None) -> str | None:
    """A time of the store as the answers have it."""
    return None if when is None else f"{when.isoformat(timespec='milliseconds')}Z"
