"""Editions: which whole datasets were made into files that stay what they are, until a withdrawal for privacy touches one.

An edition is of one data version; its files lie in a folder (publish/editions.py) and are told here when they are
whole. Which of them have a record is known without reading one: by their datasets, and by whether the record was there
at the edition's version. Where that is not exact, more files are touched, never fewer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, or_, select, update

from store import bulk, tables
from store.answers import assert_unmoved
from store.bulk import WRITERS

EVERYTHING = "everything"
_PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition: its name, its data version, when that came about and when it was made (UTC)."""

    name: str
    version: int
    changed_at: datetime | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class EditionFile:
    """A dataset in one format; `gone` is the record and version of a withdrawal that touched it.

    `rows` counts the rows of each table that is in it. One that is `linked` says of organizations and processes what
    records say that are not in its own rows.
    """

    edition: str
    dataset: str
    format: str
    records: int
    size: int
    sha256: str
    rows: Mapping[str, int]
    linked: bool
    made_at: datetime
    gone: tuple[str, int] | None = None


def within(type: str) -> tuple[str, str, str]:
    """The datasets that records of a type are in, the smallest first.

    >>> within("land/grant-result")
    ('land/grant-result', 'land', 'everything')
    """
    return type, type.partition("/")[0], EVERYTHING


def listed(connection: Connection) -> list[Edition]:
    """All editions, the newest first."""
    e = tables.edition.c
    return [Edition(*row) for row in connection.execute(_editions().order_by(e.version.desc()))]


def newest(connection: Connection) -> Edition | None:
    """The edition of the newest data version; None where there is none."""
    row = connection.execute(_editions().order_by(tables.edition.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else Edition(*row)


def find(connection: Connection, name: str) -> Edition | None:
    """The edition of that name."""
    row = connection.execute(_editions().where(tables.edition.c.name == name)).one_or_none()
    return None if row is None else Edition(*row)


def of_version(connection: Connection, version: int) -> Edition | None:
    """The edition of a data version."""
    row = connection.execute(_editions().where(tables.edition.c.version == version)).one_or_none()
    return None if row is None else Edition(*row)


def files(
    connection: Connection, edition: str | None = None, dataset: str | None = None
) -> list[EditionFile]:
    """The files of an edition, or of all; of one dataset, or of all; in the order of their names."""
    f = tables.edition_file.c
    query = select(tables.edition_file).order_by(f.edition, f.dataset, f.format)
    if edition is not None:
        query = query.where(f.edition == edition)
    if dataset is not None:
        query = query.where(f.dataset == dataset)
    return [_file(row) for row in connection.execute(query)]


def gone(connection: Connection) -> list[EditionFile]:
    """The files that a withdrawal for privacy touched."""
    f = tables.edition_file.c
    query = select(tables.edition_file).where(f.withdrawn_version.is_not(None))
    return [_file(row) for row in connection.execute(query)]


def latest(connection: Connection, datasets: Sequence[str]) -> tuple[Edition, str] | None:
    """The newest edition that can be cited for the first of some datasets that has any, and which that is."""
    e, f = tables.edition.c, tables.edition_file.c
    for one in datasets:
        query = (
            _editions()
            .join(tables.edition_file, f.edition == e.name)
            .where(f.dataset == one, f.withdrawn_version.is_(None))
            .order_by(e.version.desc())
            .limit(1)
        )
        row = connection.execute(query).first()
        if row is not None:
            return Edition(*row), one
    return None


def number(connection: Connection) -> int:
    """How many files were ever told."""
    return int(connection.scalar(select(func.count()).select_from(tables.edition_file)) or 0)


def tell(
    connection: Connection, edition: Edition, made: Iterable[EditionFile], subjects: Iterable[tuple[str, str]]
) -> None:
    """Tell an edition's files, in a transaction of its own; the edition itself where it is not told yet.

    `subjects` are (type, organization) of parties that turned out to be another organization. Raises MovedError where
    something was withdrawn for privacy since the edition's version: the files may have it.
    """
    bulk.lock(connection, WRITERS, [])  # a withdrawal for privacy waits, or has been
    assert_unmoved(connection, edition.version)
    if find(connection, edition.name) is None:
        connection.execute(
            insert(tables.edition).values(
                name=edition.name, version=edition.version, changed_at=edition.changed_at, made_at=edition.made_at
            )
        )  # fmt: skip
    for one in made:
        connection.execute(
            insert(tables.edition_file).values(
                edition=one.edition, dataset=one.dataset, format=one.format, records=one.records, size=one.size,
                sha256=one.sha256, rows=dict(one.rows), linked=int(one.linked), made_at=one.made_at,
            )
        )  # fmt: skip
    s = tables.edition_subject.c
    known = {
        (row.type, row.subject)
        for row in connection.execute(select(s.type, s.subject).where(s.edition == edition.name))
    }
    new = [(subject, edition.name, type) for type, subject in sorted(set(subjects) - known)]
    bulk.insert_tuples(connection, "edition_subject", ("subject", "edition", "type"), new)


def forget(
    connection: Connection, record: Row[Any], names: Mapping[str, Collection[str]], version: int
) -> int:
    """Mark the files that tell of a record, whose row is given, as gone with its withdrawal at a version; how many.

    These are the files of its datasets in every edition that it was in, and of those that are linked the ones in which
    another record may stand beside a name that nothing says any more: by the ids of the organizations and processes
    that had them.
    """
    held = _holding(connection, record)
    f = tables.edition_file.c
    beside = (
        {one for type in _sharing(connection, names) for one in within(type)} if held and names else set()
    )
    touched = 0
    for edition in held:
        linked = beside | {one for type in _joined(connection, edition, names) for one in within(type)}
        own = f.dataset.in_(within(record.type))
        done = connection.execute(
            update(tables.edition_file)
            .where(f.edition == edition, f.withdrawn_version.is_(None))
            .where(or_(own, and_(f.linked == 1, f.dataset.in_(sorted(linked)))) if linked else own)
            .values(withdrawn_id=record.id, withdrawn_version=version)
        )
        touched += done.rowcount
        if not names:
            continue
        s = tables.edition_subject
        among = bulk.among(connection, s.c.subject, sorted(names))
        connection.execute(delete(s).where(s.c.edition == edition, among))
    return touched


def _holding(connection: Connection, record: Row[Any]) -> list[str]:
    """The editions at whose data version a record was there, published or withdrawn, and not removed for privacy."""
    c, w = tables.change.c, tables.withdrawal.c
    changes = list(
        connection.scalars(
            select(c.version)
            .where(c.shard == record.shard, c.disclosure_number == record.number)
            .order_by(c.version)
        )
    )
    private = set(
        connection.scalars(
            select(w.version).where(w.shard == record.shard, w.disclosure_id == record.id, w.kind == _PRIVACY)
        )
    )
    found = []
    for edition in listed(connection):
        before = [version for version in changes if version <= edition.version]
        if before and before[-1] not in private:
            found.append(edition.name)
    return found


def _sharing(connection: Connection, names: Collection[str]) -> set[str]:
    """The types of the records of some processes, of earlier revisions too: a file has the process's title beside each."""
    d, link, past = tables.disclosure.c, tables.disclosure_process.c, tables.revision_process.c
    found: set[str] = set()
    for table, own in ((tables.disclosure_process, link), (tables.revision_process, past)):
        query = (
            select(d.type)
            .distinct()
            .join_from(tables.process, table, own.process_serial == tables.process.c.serial)
            .join(tables.disclosure, and_(d.shard == own.shard, d.number == own.disclosure_number))
            .where(bulk.among(connection, tables.process.c.id, sorted(names)))
        )
        found |= set(connection.scalars(query))
    return found


def _joined(connection: Connection, edition: str, names: Collection[str]) -> set[str]:
    """The types of records in an edition with a party that turned out to be one of some organizations."""
    s = tables.edition_subject.c
    query = select(s.type).distinct().where(s.edition == edition)
    return set(connection.scalars(query.where(bulk.among(connection, s.subject, sorted(names)))))


def _editions() -> Select[Any]:
    e = tables.edition.c
    return select(e.name, e.version, e.changed_at, e.made_at)


def _file(row: Row[Any]) -> EditionFile:
    withdrawn = None if row.withdrawn_version is None else (row.withdrawn_id, row.withdrawn_version)
    return EditionFile(
        row.edition, row.dataset, row.format, row.records, row.size, row.sha256, row.rows, bool(row.linked),
        row.made_at, withdrawn,
    )  # fmt: skip
