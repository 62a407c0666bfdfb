"""Answers that are cited: kept as they were given, until a withdrawal for privacy touches one.

An answer is found by its key, a digest of what was asked and of the data version: the same question at the same
version is kept once. Beside its bytes stands of which records, organizations and processes it says something, so that
the transaction that withdraws a record for privacy removes every answer with it. What is withdrawn while an answer is
made is found when it is to be kept: the withdrawal waits for whoever writes, and whoever writes looks for it.
"""

import hashlib
import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update

from store import bulk, tables
from store.bulk import WRITERS
from store.identity import digest

LIST, QUERY = "list", "query"
_DAY = timedelta(days=1)
_LEVEL = 6
_SPELLED = re.compile(r"[\"\\/\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """An answer in one format: the suffix of its address, its SHA-256 and its bytes."""

    suffix: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of an answer beside its bytes; `gone` is the record and version of a withdrawal that touched it."""

    key: str
    kind: str
    question: str
    version: int
    records: int | None
    kept_at: datetime
    forms: tuple[Form, ...] = ()
    gone: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many bytes all answers may take, and those of one day."""

    total: int
    day: int


class MovedError(Exception):
    """Something was withdrawn for privacy after the answer was read."""


class FullError(Exception):
    """There is no space for the answer: none at all, or none for the rest of the day."""

    def __init__(self, *, of_day: bool) -> None:
        super().__init__()
        self.of_day = of_day


def key_of(question: str, version: int) -> str:
    """The key of the answer to a question at a data version."""
    return digest(24, question, str(version))


def find(connection: Connection, key: str) -> Answer | None:
    """What is kept under a key."""
    form = tables.answer_form.c
    row = connection.execute(select(tables.answer).where(tables.answer.c.key == key)).one_or_none()
    if row is None:
        return None
    forms = connection.execute(
        select(form.suffix, form.sha256, form.size).where(form.key == key).order_by(form.suffix.desc())
    )
    return _answer(row, tuple(Form(*one) for one in forms))


def latest(connection: Connection, most: int) -> list[Answer]:
    """The answers that were kept last, the newest first, without their forms."""
    a = tables.answer.c
    query = select(tables.answer).order_by(a.kept_at.desc(), a.key).limit(most)
    return [_answer(row) for row in connection.execute(query)]


def body(connection: Connection, key: str, suffix: str) -> bytes | None:
    """The bytes of an answer in a form, None where there is none."""
    form = tables.answer_form.c
    found = connection.scalar(select(form.body).where(form.key == key, form.suffix == suffix))
    return None if found is None else zlib.decompress(found)


def used(connection: Connection, now: datetime) -> tuple[int, int]:
    """The bytes that answers take: all, and those kept within a day."""
    a = tables.answer.c
    total = connection.scalar(select(func.coalesce(func.sum(a.size), 0)))
    day = connection.scalar(select(func.coalesce(func.sum(a.size), 0)).where(a.kept_at > now - _DAY))
    return int(total or 0), int(day or 0)


def keep(
    connection: Connection, answer: Answer, bodies: Mapping[str, bytes], subjects: Iterable[str], bounds: Bounds
) -> Answer:  # fmt: skip
    """Keep an answer in a transaction of its own; gives what is there already under its key.

    `subjects` are the ids of the records, organizations and processes that it says something of. Raises MovedError
    where the answer may hold what was withdrawn meanwhile, FullError where there is no space.
    """
    bulk.lock(connection, WRITERS, [])  # a withdrawal for privacy waits, or has been
    known = find(connection, answer.key)
    if known is not None:
        return known
    assert_unmoved(connection, answer.version)
    packed = {suffix: zlib.compress(content, _LEVEL) for suffix, content in bodies.items()}
    named = sorted(set(subjects))
    size = sum(map(len, packed.values())) + 64 * len(named)
    _assert_room(used(connection, answer.kept_at), size, bounds)
    connection.execute(
        insert(tables.answer).values(
            key=answer.key, kind=answer.kind, question=answer.question, version=answer.version,
            records=answer.records, size=size, kept_at=answer.kept_at,
        )
    )  # fmt: skip
    for suffix, content in packed.items():
        sha256 = hashlib.sha256(bodies[suffix]).hexdigest()
        row = {"key": answer.key, "suffix": suffix, "sha256": sha256, "size": len(bodies[suffix])}
        connection.execute(insert(tables.answer_form).values(row | {"body": content}))
    bulk.insert_tuples(connection, "answer_subject", ("subject", "key"), [(one, answer.key) for one in named])
    found = find(connection, answer.key)
    assert found is not None
    return found


def assert_unmoved(connection: Connection, version: int) -> None:
    """Raise MovedError where something was withdrawn for privacy after a version; with the writers' lock shared."""
    w = tables.withdrawal.c
    if connection.scalar(select(exists().where(w.kind == "privacy", w.version > version))):
        raise MovedError


def forget(
    connection: Connection, disclosure_id: str, names: Mapping[str, Collection[str]], version: int
) -> int:
    """Remove the content of every answer that tells of a record withdrawn at a version; how many. Their keys stay.

    These are the answers with the record in them, and those that have a name or title which nothing says any more, by
    the ids of the organizations and processes that had them.
    """
    subject = tables.answer_subject.c
    keys = set(connection.scalars(select(subject.key).where(subject.subject == disclosure_id)))
    for one, gone in names.items():
        for key in list(connection.scalars(select(subject.key).where(subject.subject == one))):
            if key not in keys and _says(connection, key, gone):
                keys.add(key)
    if not keys:
        return 0
    for table in (tables.answer_form, tables.answer_subject):
        connection.execute(delete(table).where(bulk.among(connection, table.c.key, sorted(keys))))
    a = tables.answer.c
    connection.execute(
        update(tables.answer)
        .where(bulk.among(connection, a.key, sorted(keys)))
        .values(question="", records=None, size=0, withdrawn_id=disclosure_id, withdrawn_version=version)
    )
    return len(keys)


def _says(connection: Connection, key: str, words: Collection[str]) -> bool:
    """Whether an answer has one of these words; yes where JSON may spell one in several ways."""
    if any(_SPELLED.search(word) for word in words):
        return True
    form = tables.answer_form.c
    suffixes = list(connection.scalars(select(form.suffix).where(form.key == key)))
    bodies = (body(connection, key, suffix) or b"" for suffix in suffixes)
    return any(word.encode() in content for content in bodies for word in words)


def _assert_room(taken: tuple[int, int], size: int, bounds: Bounds) -> None:
    total, day = taken
    if total + size > bounds.total:
        raise FullError(of_day=False)
    if day + size > bounds.day:
        raise FullError(of_day=True)


def _answer(row: Row[Any], forms: tuple[Form, ...] = ()) -> Answer:
    gone = None if row.withdrawn_version is None else (row.withdrawn_id, row.withdrawn_version)
    return Answer(row.key, row.kind, row.question, row.version, row.records, row.kept_at, forms, gone)
