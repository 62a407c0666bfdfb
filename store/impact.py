"""What a change of a type's rules would do to the records that are stored: which of them it makes invalid."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from schemas.catalog import Catalog, Disclosure
from schemas.check import check
from schemas.issue import Issue
from schemas.lineage import readable, renewed
from schemas.path import crossed
from store import tables

BATCH = 500
SHOWN = 10  # ids of each rule and publisher
_D, _P, _B = tables.disclosure.c, tables.publisher.c, tables.document.c


@dataclass(slots=True)
class Tally:
    """How many records, and the ids of the first ten."""

    records: int = 0
    ids: list[str] = field(default_factory=list)

    def count(self, disclosure_id: str) -> None:
        """One more."""
        self.records += 1
        if len(self.ids) < SHOWN:
            self.ids.append(disclosure_id)


@dataclass(slots=True)
class Broken:
    """A rule that records break: one of its issues, to say what it is, and how many records have such a one."""

    example: Issue
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Impact:
    """The records of a type by what they were and what they become.

    `valid` and `invalid` count by the record's own version; `unknown` are of a version that is not in the catalog
    and are counted by the candidate alone. Rules and publishers are those of records that become invalid.
    """

    candidate: str
    still_valid: int = 0
    becomes_invalid: int = 0
    becomes_valid: int = 0
    still_invalid: int = 0
    unknown: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    rules: dict[tuple[str, str], Broken] = field(default_factory=dict)
    publishers: dict[tuple[str, str | None], Tally] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """All records of the type."""
        return self.still_valid + self.becomes_invalid + self.becomes_valid + self.still_invalid

    def to_json(self) -> dict[str, Any]:
        """The impact as a machine reads it, the most frequent rules and publishers first."""
        rules = sorted(self.rules.items(), key=lambda one: (-one[1].tally.records, one[0]))
        publishers = sorted(self.publishers.items(), key=lambda one: (-one[1].records, one[0][0]))
        return {
            "candidate": self.candidate, "records": self.records, "versions": self.versions,
            "stillValid": self.still_valid, "becomesInvalid": self.becomes_invalid,
            "becomesValid": self.becomes_valid, "stillInvalid": self.still_invalid, "unknownVersion": self.unknown,
            "rules": [
                {"code": code, "path": path, "message": one.example.message, "messageEn": one.example.message_en,
                 "records": one.tally.records, "ids": one.tally.ids}
                for (code, path), one in rules
            ],
            "publishers": [
                {"name": name, "uscc": uscc, "records": tally.records, "ids": tally.ids}
                for (name, uscc), tally in publishers
            ],
        }  # fmt: skip


def impact(
    engine: Engine,
    candidate: Disclosure,
    proposed: Catalog,
    catalog: Catalog,
    progress: Callable[[int, int], None] | None = None,
) -> Impact:
    """Every stored record of the candidate's type, checked by its own version and by the candidate.

    `proposed` is the catalog with the candidate in it, `catalog` the one by which records were loaded. A record is
    judged with its properties under the candidate's names: what is only renamed is no fault. One pass, of which
    nothing is kept but counts.
    """
    made = Impact(candidate.name)
    history = [one for one in proposed.history(candidate.type) if one.number <= candidate.number]
    fields = readable(history)
    with engine.connect() as connection:
        total = connection.scalar(
            select(func.count()).select_from(tables.disclosure).where(_D.type == candidate.type)
        )
        for number, (row, record) in enumerate(_records(connection, candidate.type), 1):
            own = catalog.versions.get(f"{candidate.type}/{row['schema_version']}")
            before = None if own is None else not _errors(record, own, catalog)
            told = renewed(record, fields) | {"schema": candidate.name}
            _count(made, row, before, _errors(told, candidate, proposed))
            if progress and number % BATCH == 0:
                progress(number, total or 0)
    return made


def _records(connection: Connection, type_path: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(row, record) of every disclosure of a type that has its document, as the database hands them out."""
    query = (
        select(_D.id, _D.schema_version, _P.name, _P.uscc, _B.body)
        .join_from(
            tables.disclosure,
            tables.document,
            (_B.shard == _D.shard) & (_B.disclosure_number == _D.number),
        )
        .join(tables.publisher, _P.id == _D.publisher_id)
        .where(_D.type == type_path)
    )
    for row in connection.execution_options(yield_per=BATCH).execute(query).mappings():
        yield dict(row), row["body"]


def _errors(record: Mapping[str, Any], disclosure: Disclosure, catalog: Catalog) -> list[Issue]:
    return [one for one in check(record, disclosure, catalog) if one.severity == "error"]


def _count(made: Impact, row: Mapping[str, Any], before: bool | None, errors: list[Issue]) -> None:
    version = str(row["schema_version"])
    made.versions[version] = made.versions.get(version, 0) + 1
    if before is None:
        made.unknown += 1
    if not errors:
        if before is False:
            made.becomes_valid += 1
        else:
            made.still_valid += 1
        return
    if before is False:
        made.still_invalid += 1
        return
    made.becomes_invalid += 1
    of_rule = {(one.code, crossed(one.path)): one for one in reversed(errors)}
    for key, one in of_rule.items():
        made.rules.setdefault(key, Broken(one)).tally.count(row["id"])
    made.publishers.setdefault((row["name"], row["uscc"]), Tally()).count(row["id"])
