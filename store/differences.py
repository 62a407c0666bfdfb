"""What differs between two documents, field by field, and the history of a record told by it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from store import revisions, tables

MOST = 500  # differences of one revision that are kept; all are counted


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same: its path (`lots.0.price.amount`), before and after; None where it was not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a record: the data version, what was done, when (UTC), the revision that stood then.

    `reason` is a withdrawal's; `differences` are those to the document before, the first of `count`. Without them
    `known` says whether there were documents to compare.
    """

    version: int
    kind: str
    at: datetime
    revision: int
    reason: str | None
    differences: tuple[Difference, ...]
    count: int
    known: bool


def differences(before: Any, after: Any) -> Iterator[Difference]:
    """What differs, in the order of names and places.

    Of two lists the equal elements at both ends are left out, and the others compared one by one: one element more
    is one difference, wherever it stands. Its place is that in the later list, one that is gone has its earlier place.

    >>> [one.path for one in differences({"a": [1, 2, 3]}, {"a": [1, 9, 2, 3]})]
    ['a.1']
    """
    yield from _differences(before, after, "")


def history(connection: Connection, disclosure_id: str) -> Iterator[Step]:
    """The changes of a record, oldest first; empty where there is no such record. Holds two documents at a time."""
    c, d, w = tables.change.c, tables.disclosure.c, tables.withdrawal.c
    query = (
        select(c.version, c.kind, c.at, c.revision, w.reason)
        .select_from(tables.change)
        .outerjoin(
            tables.withdrawal,
            and_(w.shard == c.shard, w.disclosure_id == c.disclosure_id, w.version == c.version),
        )
        .join(tables.disclosure, and_(d.shard == c.shard, d.number == c.disclosure_number))
        .where(d.id == disclosure_id)
        .order_by(c.version)
    )
    before: Mapping[str, Any] | None = None
    for row in connection.execute(query).all():
        if row.kind == "withdrawn":
            yield Step(*row, (), 0, known=True)
            continue
        document = revisions.document(connection, disclosure_id, row.revision)
        found: list[Difference] = []
        count = 0
        if document is not None and before is not None:
            for one in differences(before, document):
                count += 1
                if count <= MOST:
                    found.append(one)
        known = document is not None and (before is not None or row.revision == 1)
        yield Step(*row, tuple(found), count, known)
        before = document


def _differences(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from _differences(before.get(name), after.get(name), _below(path, name))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(path, before, after)


def _of_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Difference]:
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if _differ(before[at], after[at])), shorter)
    left = shorter - start
    end = next((at for at in range(left) if _differ(before[-1 - at], after[-1 - at])), left)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for at in range(max(len(old), len(new))):
        was, now = (one[at] if at < len(one) else None for one in (old, new))
        yield from _differences(was, now, _below(path, str(start + at)))


def _differ(before: Any, after: Any) -> bool:
    """Whether two elements do: to Python true equals 1, also deep in them."""
    return next(_differences(before, after, ""), None) is not None


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
