"""What became of the disclosures of a selection since a data version: what a mirror has to take in, and to drop.

A line a disclosure, by the version of its last change, as it is now:

    {"version": 57, "change": "changed", "id": "530114-…", "type": …, "record": {…}}    as in the dataset's JSON Lines
    {"version": 58, "change": "removed", "id": "530114-…", "type": …, "record": null}
    {"upTo": 58, "since": 40, "lines": 2}                                    the last line: the file is whole

`added` came after that version, `withdrawn` stays in the datasets with its reason, `removed` is in none any more: it was
withdrawn for privacy, or no longer meets the selection. Whoever goes on with `since=58` misses nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec

from publish.datasets.export import Choose, DatasetError, Export, check_parameters
from publish.datasets.jsonlines import ID, STATUS, TYPE, Orders, facts_of, line
from publish.datasets.layout import digest, tables
from publish.datasets.reading import Snapshot
from publish.datasets.statements import Rows
from publish.selection import Selection
from schemas.catalog import Catalog

CHANGES = "changes"
_VERSION = re.compile(r"[0-9]{1,18}")
_BEIJING = timezone(timedelta(hours=8))
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True)
class Delta(Export):
    """The file of what changed. `types` are those that the selection has, none where it has all: a record's never changes."""

    since: int = 0
    types: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """Its name on somebody's disk."""
        return f"changes-since-{self.since}.jsonl"

    def key(self, version: int, site: str) -> str:
        """What names its content."""
        told = (CHANGES, self.selection.query(), digest(self.layout), self.since, version, site)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def delta(parameters: Iterable[tuple[str, str]], since: int, catalog: Catalog, choose: Choose) -> Delta:
    """The changes of a selection since a version; raises DatasetError P104 and what `Selection.of` raises."""
    given = [one for one in parameters if one[0] != "since"]
    check_parameters(given)
    selection = Selection.of(given, catalog)
    layout = tables(catalog)
    narrow = types_of(selection, catalog)
    return Delta(CHANGES, selection, layout, layout[0], "jsonl", choose(selection), since, narrow)


def types_of(selection: Selection, catalog: Catalog) -> tuple[str, ...]:
    """The types that a selection has, none where it has all."""
    if not selection.types and not selection.domains:
        return ()
    types = [one.type for one in catalog.types.values() if one.domain in (selection.domains or (one.domain,))]
    return tuple(one for one in types if one in (selection.types or (one,)))


def version_since(given: str, taken: Snapshot) -> int:
    """The version that `since` means, a version or a time; raises DatasetError P107 for neither, P108 for one to come."""
    newest = taken.standing().version
    if _VERSION.fullmatch(given):
        if int(given) > newest:
            raise DatasetError(
                "P108", f"还没有数据版本 {given},现在是 {newest}", f"there is no data version {given} yet, it is {newest}",
                "镜像比这里新时,说明这里的数据是从备份恢复的:从 since=0 重新开始。",
                "Where a mirror is newer than this, the data here was restored from a backup: begin again with since=0.",
            )  # fmt: skip
        return int(given)
    try:
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
    except ValueError:
        raise DatasetError(
            "P107", f"since 不能是“{given[:40]}”", f"since cannot be {given[:40]!r}",
            "写数据版本(上次最后一行的 upTo)或者时间,例如 2026-05-31、2026-05-31T08:00:00Z;从头开始写 0。",
            "Give a data version (upTo of the last line you have) or a time, 2026-05-31 or 2026-05-31T08:00:00Z; 0 to begin.",
        ) from None  # fmt: skip
    moment = moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)
    at = moment.astimezone(UTC).replace(tzinfo=None)
    value: Any = at.isoformat(" ", "microseconds") if taken.dialect.name == "sqlite" else at
    found = taken.one(
        "SELECT coalesce((SELECT c.version FROM change c WHERE c.at <= "
        f"{taken.dialect.parameter(0, 'timestamp')} ORDER BY c.at DESC, c.version DESC LIMIT 1), 0)",
        {"p0": value},
    )
    return int(found[0])


def chunks(one: Delta, rows: Rows, taken: Snapshot) -> Iterator[bytes]:
    """The bytes of the file."""
    statement = rows.changes(facts_of(one.layout[0]), one.chosen, one.types, one.since)
    orders, count = Orders(rows.catalog), 0
    for piece in taken.pieces(statement, one.chosen, CHANGES):
        count += len(piece)
        yield _ENCODER.encode_lines([change_of(row, one.since, orders) for row in piece])
    last = {"upTo": taken.standing().version, "since": one.since, "lines": count}
    yield _ENCODER.encode(last) + b"\n"


def change_of(row: tuple[Any, ...], since: int, orders: Orders) -> dict[str, Any]:
    """A change as JSON: the same in the file, in the stream (`publish.following`) and in what webhooks are told."""
    version, first, matches, *told = row
    record = line(told, orders) if matches else None
    change = "removed" if record is None else "added" if first > since else "changed"
    if record is not None and told[STATUS] == "withdrawn":
        change = "withdrawn"
    return {"version": version, "change": change, "id": told[ID], "type": told[TYPE], "record": record}
