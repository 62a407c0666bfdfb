"""A record → its rows in every table, driven by the type's layout.

Rows are mappings by column, with dates as ISO text and JSON as text, which both databases read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.deadline import Due, days_late, due
from schemas.path import values
from store.identity import Identity, Publisher, former_id, organization_id, process_id, processes
from store.layout import Node, layout
from store.names import start
from store.searching import Gatherer, gatherer
from store.terms import normal

Row = dict[str, Any]
_NAMELESS = Node("object")
REPOSTS = "sameAs"  # the relation to what a record only repeats


@dataclass
class Parts:
    """The rows of one record, but for those that only the database can tell (recency, revision, versions)."""

    disclosure: Row
    lots: list[Row] = field(default_factory=list)
    parties: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    processes: list[Row] = field(default_factory=list)
    related: list[Row] = field(default_factory=list)
    organizations: dict[str, Row] = field(default_factory=dict)
    text: str = ""  # what it is found by, see store/terms.py


def parts(
    record: Mapping[str, Any],
    disclosure: Disclosure,
    identity: Identity,
    catalog: Catalog,
    former: Mapping[str, str] | None = None,
) -> Parts:
    """The rows of a checked record; `former` are the former codes of its organizations by their paths.

    A party's amount is that of the object in which it stands: the price of its lot, its own offer, the contract's
    value. Amounts in another currency are no fen and stay out of the columns.
    """
    node = layout(disclosure, catalog)
    reader = _Reader(record, disclosure, identity, node)
    reader.former = {id(one): code for path, code in (former or {}).items() for one in at(record, path)}
    made = reader.made = Parts(
        disclosure=_disclosure(record, disclosure, identity, catalog),
        processes=reader.processes(),
        related=_related(record, identity),
    )
    reader.lots()
    reader.read(record, node, None, in_item=False)
    made.disclosure["method"] = record.get(node.method) if node.method else None
    made.disclosure["amount_fen"] = _amount(record, node, made.lots)
    found: list[str] = []
    _gatherer(disclosure, catalog)(record, found)
    made.text = normal(made.disclosure["title"], found)
    return made


def _gatherer(disclosure: Disclosure, catalog: Catalog) -> Gatherer:
    """What collects the texts of a version's records, made once of a catalog."""
    made: Gatherer | None = catalog.compiled.get(("searched", disclosure.name))
    if made is None:
        made = catalog.compiled["searched", disclosure.name] = gatherer(layout(disclosure, catalog))
    return made


class _Reader:
    """One walk over a record that collects what the layout asks for."""

    def __init__(
        self, record: Mapping[str, Any], disclosure: Disclosure, identity: Identity, layout: Node
    ) -> None:
        self.record = record
        self.identity = identity
        self.layout = layout
        self.made: Parts
        self.former: dict[int, str] = {}
        self._owner = {"shard": identity.publisher.shard}
        self._path, self._numbers = processes(record, disclosure, identity)
        self._process_ids = {number: process_id(identity.publisher, number) for number in self._numbers}
        self._process = self._process_ids[self._numbers[0]]
        self._lot_process: list[str] = []
        self._lot_number: dict[str, int] = {}
        self._parties: dict[tuple[str, str, int | None], Row] = {}
        self._title = (record.get("project") or {}).get("name") or record.get("title")

    def processes(self) -> list[Row]:
        publisher = self.identity.publisher
        return [
            {"id": self._process_ids[number], "publisher_id": publisher.id, "number": number, "title": self._title}
            for number in self._numbers
        ]  # fmt: skip

    def lots(self) -> None:
        node = self.layout.children.get("lots", _NAMELESS)
        area = node.columns.get("area", ())
        for ordinal, lot in enumerate(self.record.get("lots") or ()):
            row: Row = {**self._owner, "ordinal": ordinal}
            for column in ("number", "title", "location", "outcome"):
                row[column] = _first(lot, node, column)
            row["area"] = next(
                (lot[name] * node.children[name].square_metres for name in area if lot.get(name) is not None),
                None,
            )
            row["amount_fen"] = _fen(_first(lot, node, "amount"))
            self.made.lots.append(row)
            if row["number"] is not None:
                self._lot_number.setdefault(row["number"], ordinal)
            number = next(values(lot, list(self._path[1:])), None) if self._path[:1] == ("lots",) else None
            self._lot_process.append(
                self._process if number is None else process_id(self.identity.publisher, number)
            )

    def read(self, value: Mapping[str, Any], node: Node, lot: int | None, *, in_item: bool) -> None:
        """Collect what stands in an object; `lot` is the ordinal of the lot in which it lies."""
        objects = node.objects
        for name, found in value.items():
            child = objects.get(name)
            if child is None or found is None:
                continue
            if name == "lots" and node is self.layout:
                for ordinal, one in enumerate(found if child.many else (found,)):
                    self._object(one, child, value, node, ordinal, in_item)
            else:
                for one in found if child.many else (found,):
                    self._object(one, child, value, node, lot, in_item)

    def _object(
        self, one: Mapping[str, Any], child: Node, holder: Mapping[str, Any], node: Node, lot: int | None, in_item: bool
    ) -> None:  # fmt: skip
        if child.kind == "item":
            self.made.items.append(self._item(one, child, lot))
            in_item = True
        elif child.kind == "party":
            place = self._lot_number.get(one.get("lotNumber", ""), lot)
            self._party(one["partyRole"], one["organization"], one, child, place, in_item)
        elif child.role and child.role != "publisher":
            self._party(child.role, one, holder, node, lot, in_item)
        if child.objects:
            self.read(one, child, lot, in_item=in_item)

    def _item(self, item: Mapping[str, Any], node: Node, lot: int | None) -> Row:
        name = _first(item, node, "name")
        return {
            **self._owner,
            "ordinal": len(self.made.items),
            "lot_ordinal": lot,
            "name": name,
            "name_start": start(name),
            "specification": _first(item, node, "specification"),
            "quantity": _first(item, node, "quantity"),
            "unit": _first(item, node, "unit"),
            "unit_price": _fen(_first(item, node, "unitPrice"), 10_000),
            "amount_fen": _fen(_first(item, node, "amount")),
        }

    def _party(
        self, role: str, given: Mapping[str, Any], holder: Mapping[str, Any], node: Node, lot: int | None, in_item: bool
    ) -> None:  # fmt: skip
        uscc = given.get("uscc")
        former = self.former.get(id(given)) if self.former and not uscc else None
        name: Any = given.get("name") or uscc
        process = self._process if lot is None else self._lot_process[lot]
        organization = former_id(former) if former else organization_id(uscc, name, process)
        amount, rank = _fen(_first(holder, node, "amount")), _first(holder, node, "rank")
        known = self._parties.get((role, organization, lot))
        if known is not None:
            _merge(known, amount, rank, in_item)
            return
        row: Row = {
            **self._owner,
            "ordinal": len(self.made.parties),
            "role": role,
            "organization_id": organization,
            "name": name,
            "rank": rank,
            "lot_ordinal": lot,
            "amount_fen": amount,
            "said_id": None,
        }
        self._parties[role, organization, lot] = row
        self.made.parties.append(row)
        known_as = self.made.organizations.get(organization)
        if known_as is None or known_as["name"] == uscc:
            belongs = None if uscc or former else process
            self.made.organizations[organization] = {
                "id": organization, "uscc": uscc, "name": name, "process_id": belongs, "former": former,
            }  # fmt: skip


def _merge(known: Row, amount: int | None, rank: int | None, in_item: bool) -> None:
    """A party that stands twice in one role of one lot: items add up, elsewhere the first that is given counts."""
    if known["rank"] is None:
        known["rank"] = rank
    if in_item:
        both = known["amount_fen"] is not None and amount is not None
        known["amount_fen"] = known["amount_fen"] + amount if both else None
    elif known["amount_fen"] is None:
        known["amount_fen"] = amount


def _disclosure(
    record: Mapping[str, Any], disclosure: Disclosure, identity: Identity, catalog: Catalog
) -> Row:
    region = record.get("region")
    level, prefecture, province = _place(region, catalog) if region else (None, None, None)
    published = record.get("publishedDate")
    deadline = due(record, catalog.newest_minor(disclosure), catalog.calendar)
    return {
        "shard": identity.publisher.shard,
        "id": identity.id,
        "type": disclosure.type,
        "schema_version": disclosure.version,
        "domain": disclosure.domain,
        "stage": disclosure.stage,
        "level": record.get("level") or level,
        "region": region,
        "prefecture": prefecture,
        "province": province,
        "publisher_id": identity.publisher.id,
        "local_id": record.get("localId"),
        "title": heading(record, disclosure),
        "formed_date": record.get("formedDate"),
        "published_date": published,
        "year": published and published[:4],
        "month": published and published[:7],
        "due_on": deadline.on.isoformat() if isinstance(deadline, Due) else None,
        "days_late": days_late(date.fromisoformat(published), deadline, catalog.calendar) if published else None,
        "outcome": record.get("outcome"),
        "repost": int(any(one.get("relationType") == REPOSTS for one in record.get("relatedDisclosures") or ())),
        "source_url": record.get("sourceUrl"),
        "status": "published",
    }  # fmt: skip


def _related(record: Mapping[str, Any], identity: Identity) -> list[Row]:
    """What the record says of others, in its order; the place in the list stays where one names nobody."""
    return [
        {
            "shard": identity.publisher.shard, "ordinal": ordinal,
            "relation_type": one["relationType"], "publisher_id": identity.publisher.id,
            "named": one.get("disclosureId"), "url": one.get("url"),
        }
        for ordinal, one in enumerate(record.get("relatedDisclosures") or ())
        if one.get("relationType") and (one.get("disclosureId") or one.get("url"))
    ]  # fmt: skip


def _place(region: str, catalog: Catalog) -> tuple[str | None, str | None, str | None]:
    """The level of a division, and in which prefecture and province today's lies; looked up once of a catalog."""
    found: tuple[str | None, str | None, str | None] | None = catalog.compiled.get(("place", region))
    if found is None:
        regions = catalog.regions
        today = regions.current(region)
        found = regions.level(region), regions.prefecture(today), regions.province(today)
        catalog.compiled["place", region] = found
    return found


def heading(record: Mapping[str, Any], disclosure: Disclosure) -> str:
    """What a record is called: its title, else what captions it, else its type's name."""
    return record.get("title") or next(_captions(record, disclosure), disclosure.title)


def publisher_row(record: Mapping[str, Any], publisher: Publisher, catalog: Catalog) -> Row:
    """The publisher's row: its place is its shard where that is a division, else the record's."""
    place = publisher.shard if catalog.regions.get(publisher.shard) else record.get("region")
    level = catalog.regions.level(place) if place else None
    return {
        "id": publisher.id,
        "shard": publisher.shard,
        "uscc": publisher.uscc,
        "name": publisher.name,
        "region": place,
        "level": level or record.get("level"),
    }


def at(record: Mapping[str, Any], path: str) -> Iterator[dict[str, Any]]:
    """The object at a path with places, `lots.0.supplier`; nothing where there is none."""
    found: Any = record
    for step in path.split("."):
        if isinstance(found, list):
            found = found[int(step)] if step.isdigit() and int(step) < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, dict):
        yield found


def _captions(record: Mapping[str, Any], disclosure: Disclosure) -> Iterator[str]:
    for path in disclosure.schema["caption"]:
        for value in values(record, path.split(".")):
            yield str(value)


def _amount(record: Mapping[str, Any], layout: Node, lots: list[Row]) -> int | None:
    """The record's own amount, else the sum of its lots'; None where a lot's is in another currency."""
    own = _first(record, layout, "amount")
    if own is not None:
        return _fen(own)
    node = layout.children.get("lots", _NAMELESS)
    known = [row["amount_fen"] for row in lots if row["amount_fen"] is not None]
    foreign = any(
        row["amount_fen"] is None and "amount" in (_first(lot, node, "amount") or ())
        for row, lot in zip(lots, record.get("lots") or (), strict=True)
    )
    return sum(known) if known and not foreign else None


def _first(value: Mapping[str, Any], node: Node, column: str) -> Any:
    """The value of the first property that fills a column and is there."""
    for name in node.columns.get(column, ()):
        found = value.get(name)
        if found is not None:
            return found
    return None


def _fen(money: Mapping[str, Any] | None, units: int = 100) -> int | None:
    """An amount in yuan as integer fen (or 1/10,000 yuan); None without a number or in another currency."""
    if money is None or money.get("currency", "CNY") != "CNY":
        return None
    amount = money.get("amount")
    return None if amount is None else round(amount * units)
