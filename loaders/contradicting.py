"""Statements of nothing to disclose against the records of their publisher, type and period: a warning at the later."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection

from loaders.sources import source_of
from schemas.catalog import Catalog
from schemas.issue import Issue, Rule, issue
from schemas.statement import Stated, day_of, statements
from store.draft import Entry
from store.statements import disclosed, stated, who_stated
from store.writing import Written

RULES: dict[str, Rule] = {
    "K040": Rule(
        "warning", "声明 {first} 至 {last} 没有“{title}”,但已有 {count} 条,例如 {value}",
        "It states that there was no “{titleEn}” from {first} to {last}, but there are {count}, for example {value}",
        "核对类型和期间;声明有误的请撤回,记录有误的请更正。", "Compare type and period; withdraw the statement, or correct the record."),
    "K041": Rule(
        "warning", "{day} 在声明没有“{title}”的期间({first} 至 {last})之内,声明是 {value}",
        "{day} lies in the period ({first} to {last}) for which {value} states that there was no “{titleEn}”",
        "记录无误的,请撤回声明,或者改正它的期间。", "If the record is right, withdraw the statement or correct its period."),
}  # fmt: skip


class Contradictions:
    """Looks at the batches of one load; what publishers have stated is asked once for each of them."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._kinds = {disclosure.name: kind for disclosure, kind in statements(catalog)}
        self._types = {disclosure.type for disclosure, _ in statements(catalog)}
        self._known: dict[str, dict[str, Stated]] = {}  # publisher → id → what it states

    def look(self, batch: Sequence[Entry]) -> bool:
        """Whether `found` looks in the store for what a batch says: where it has statements."""
        return any(entry.disclosure.name in self._kinds for entry in batch)

    def found(self, connection: Connection, batch: Sequence[Entry], written: Written) -> Iterator[Issue]:
        """The contradictions of a batch that was just written, to what is in the store and came before."""
        publishers = [entry.publisher for entry in batch]
        self._ask(connection, {one.id for one in publishers if one is not None}, set(written.ids))
        for id_, entry, publisher in zip(written.ids, batch, publishers, strict=True):
            if publisher is None or id_ in written.left:
                continue
            kind = self._kinds.get(entry.disclosure.name)
            if kind is not None:
                says = kind.read(entry.record)
                if says is not None:
                    yield from self._against(connection, entry, says, publisher.id)
            elif mine := self._known.get(publisher.id):
                yield from self._among(entry, mine)
        for id_, entry, publisher in zip(written.ids, batch, publishers, strict=True):
            kind = self._kinds.get(entry.disclosure.name)
            says = kind.read(entry.record) if kind and id_ not in written.left else None
            if publisher is not None and says is not None:
                self._known[publisher.id][id_] = says

    def _ask(self, connection: Connection, publishers: set[str], fresh: set[str]) -> None:
        """What publishers that come for the first time have stated; what is of this batch is not yet theirs."""
        asked = publishers - self._known.keys()
        self._known.update((one, {}) for one in asked)
        have = who_stated(connection, asked, self._types) if asked and self._types else set()
        for publisher, id_, body in stated(connection, have, self._types) if have else ():
            kind = self._kinds.get(str(body.get("schema")))
            says = kind.read(body) if kind else None
            if says is not None and id_ not in fresh:
                self._known[publisher][id_] = says

    def _against(self, connection: Connection, entry: Entry, says: Stated, publisher: str) -> Iterator[Issue]:
        """A statement against what is there."""
        try:
            first, last = date.fromisoformat(says.first), date.fromisoformat(says.last)
        except ValueError:
            return
        found = disclosed(connection, publisher, says.type, first, last)
        regions = self._catalog.regions
        inside = [
            id_ for id_, region in found
            if says.region is None or region is None or regions.is_within(region, says.region)
        ]  # fmt: skip
        if inside:
            yield self._issue("K040", entry, says, inside[0], count=len(inside))

    def _among(self, entry: Entry, mine: dict[str, Stated]) -> Iterator[Issue]:
        """A record against what its publisher states."""
        record = entry.record
        day, region = day_of(record), record.get("region")
        for id_, says in mine.items():
            if says.covers(entry.disclosure.type, day, region, self._catalog):
                yield self._issue("K041", entry, says, id_, day=day)

    def _issue(self, code: str, entry: Entry, says: Stated, value: str, **names: Any) -> Issue:
        of = self._catalog.types.get(says.type)
        found = issue(
            RULES, code, value=value, first=says.first, last=says.last, title=of.title if of else says.type,
            titleEn=of.title_en if of else says.type, **names,
        )  # fmt: skip
        source = source_of("", entry.sources or {}) or next(iter((entry.sources or {}).values()), None)
        return found.at(sheet=source[0], row=source[1]) if source else found
