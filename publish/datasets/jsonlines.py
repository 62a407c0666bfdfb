"""Disclosures as JSON Lines: what the store knows of each, then the record itself, whole.

`document` is the record by its schema; null for one that was withdrawn. Documents are stored with sorted keys: a decoder
that is made of a version's fields puts the record's properties into the schema's order and passes each on byte for byte.
What is inside them stays as it is stored: to order that as well takes half of the time again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct, defstruct

from publish.datasets.layout import MAIN, Table
from publish.datasets.reading import Snapshot
from publish.datasets.statements import Chosen, Rows
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

Order = Callable[[bytes], Any]
_NUMBERS = ("daysLate", "amount", "revision")
# The envelope's facts by the column they come from, in the order of a line.
_FACTS = {
    "id": "id", "type": "type", "schemaVersion": "schema_version", "domain": "domain", "stage": "stage",
    "localId": "local_id", "title": "title", "publisherId": "publisher_id", "publisherName": "publisher_name", "publisherUscc": "publisher_uscc",
    "level": "level", "region": "region_code", "regionName": "region_name", "prefecture": "prefecture_code",
    "prefectureName": "prefecture_name", "formedDate": "formed_date", "publishedDate": "published_date",
    "dueOn": "due_on", "daysLate": "days_late", "amount": "amount", "outcome": "outcome", "status": "status",
    "withdrawalReason": "withdrawal_reason", "withdrawnAt": "withdrawn_at", "revision": "revision",
    "sourceUrl": "source_url", "address": "address",
}  # fmt: skip
_FIELDS = [(f"f{at}", Any) for at in range(len(_FACTS) + 1)]
_Line: Any = defstruct(
    "Line",
    _FIELDS,
    rename=dict(zip([name for name, _ in _FIELDS], [*_FACTS, "document"], strict=True)),
    gc=False,
)
_ENCODER = msgspec.json.Encoder()


def chunks(
    main: Table, chosen: Chosen, rows: Rows, snapshot: Snapshot, first: int | None = None
) -> Iterator[bytes]:
    """The bytes of the file, a line a disclosure; with `first` only of so many."""
    orders = Orders(rows.catalog)
    for piece in snapshot.pieces(rows.documents(facts_of(main), chosen, first), chosen, MAIN):
        yield _ENCODER.encode_lines([line(row, orders) for row in piece])


def facts_of(main: Table) -> Table:
    """The main table with the columns of the facts alone."""
    assert main.name == MAIN
    columns = tuple(main.column(name) for name in _FACTS.values())
    return Table(
        main.name, main.title, main.title_en, "", "", columns, main.key, "disclosure"
    )  # fmt: skip


def line(row: Sequence[Any], orders: "Orders") -> Struct:
    """What a line says, of the texts of the facts and the document's."""
    *facts, document = row
    for place in _NUMBERED:
        if facts[place] is not None:
            facts[place] = Raw(str(facts[place]).encode())
    made: Struct = _Line(*facts, orders.ordered(facts[1], facts[2], document) if document else None)
    return made


_NUMBERED = [[*_FACTS].index(name) for name in _NUMBERS]
ID, TYPE, STATUS = ([*_FACTS].index(name) for name in ("id", "type", "status"))


class Orders:
    """Puts documents into their schemas' order."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._made: dict[tuple[str, str], Order] = {}

    def ordered(self, type_path: str, version: str, document: bytes) -> Any:
        """The document in the order of that version's schema; as it is where the catalog does not know that."""
        order = self._made.get((type_path, version)) or self._find(type_path, version)
        try:
            return order(document)
        except msgspec.ValidationError:  # it has what its schema has not: nothing of it is to get lost
            return Raw(document)

    def _find(self, type_path: str, version: str) -> Order:
        """The order of a version, made once of a catalog."""
        key = ("ordered", f"{type_path}/{version}")
        found: Order | None = self._catalog.compiled.get(key)
        if found is None:
            known = self._catalog.versions.get(key[1])
            found = self._catalog.compiled[key] = _order(known) if known else Raw
        self._made[type_path, version] = found
        return found


def _order(disclosure: Disclosure) -> Order:
    order: Order = msgspec.json.Decoder(_struct(disclosure.fields)).decode
    return order


def _struct(fields: Sequence[Field]) -> type[Struct]:
    """A structure of a record's properties; each is passed on as it is spelled."""
    members: list[tuple[str, Any, Any]] = [
        (f"f{at}", Raw | msgspec.UnsetType, UNSET) for at in range(len(fields))
    ]
    names = {f"f{at}": field.name for at, field in enumerate(fields)}
    return defstruct("Document", members, rename=names, forbid_unknown_fields=True, gc=False)
