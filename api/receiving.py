"""A submitted file into the store, in the process that reads it: within its key's bounds, with its receipt."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from loaders import bounds as bounding
from loaders.bounds import Bounds
from loaders.load import load
from loaders.preview import preview
from loaders.profile import Profile
from loaders.report import Report
from schemas.calendar import utc_now
from schemas.catalog import Catalog
from schemas.errors import OpenallocError
from store import submissions
from store.engine import connect


class Receipt:
    """Keeps account of one submission in the transactions of its load."""

    def __init__(self, id: str, now: datetime) -> None:
        self._id, self._now = id, now

    def count(self, connection: Connection, stored: int, revised: int) -> None:
        """So many records were stored and revised in this transaction."""
        submissions.count(connection, self._id, stored, revised)

    def counted(self, connection: Connection) -> tuple[int, int]:
        """How many records all runs of the submission stored and revised."""
        return submissions.counted(connection, self._id)

    def finish(self, connection: Connection, report: Report) -> None:
        """Keep the report and what it amounts to."""
        submissions.finish(
            connection, self._id, outcome_of(report), taken=report.taken, refused=report.refused,
            load_id=report.load_id, report=report.to_json(), now=self._now,
        )  # fmt: skip


def outcome_of(report: Report) -> str:
    """`stored` or `unchanged` where everything was taken; `outside` where nothing was, for lying outside the bounds."""
    if report.ok:
        return "stored" if report.stored or report.revised else "unchanged"
    outside = not report.taken and not bounding.RULES.keys().isdisjoint(report.issue_counts)
    return "outside" if outside else "refused"


def receive(
    path: Path, catalog: Catalog, type_: str | None, profile: Profile | None, submission: Mapping[str, Any]
) -> tuple[Report, dict[str, Any]]:
    """Store a file by what its submission says: `id`, `database`, `bounds`, and `again`.

    Raises OpenallocError K029 where the database does not take it.
    """
    now = utc_now()
    with _database(submission["database"]) as engine:
        return load(
            path, catalog, engine, type=type_, profile=profile, now=now, again=bool(submission.get("again")),
            bounds=Bounds.of(submission["bounds"]), receipt=Receipt(submission["id"], now),
        ), {}  # fmt: skip


def foresee(
    path: Path, catalog: Catalog, type_: str | None, profile: Profile | None, submission: Mapping[str, Any]
) -> tuple[Report, dict[str, Any]]:
    """What storing a file would change, by `database` and `bounds`; raises OpenallocError K029."""
    with _database(submission["database"]) as engine:
        bounds = Bounds.of(submission["bounds"])
        report, found = preview(path, catalog, engine, type=type_, profile=profile, bounds=bounds)
        return report, {"preview": found.to_json()}


@contextmanager
def _database(url: str) -> Iterator[Engine]:
    """The database of a submission; what it does not take is told without a word of its own."""
    engine = connect(url)
    try:
        yield engine
    except SQLAlchemyError:
        shown = make_url(url).get_backend_name()
        raise OpenallocError(
            "K029", f"数据库没有接受({shown})", f"the database did not take it ({shown})",
            "请过一会儿用同一个 Idempotency-Key 再提交一次;已存的不会重复。",
            "Submit it again in a while with the same Idempotency-Key; nothing is stored twice.",
        ) from None  # fmt: skip
    finally:
        engine.dispose()
