"""Good tables: some columns of a type, filled from its sample, in rows that are records of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loaders.names import main_field, names_of
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field
from schemas.path import values

ROWS = 4

# What tells the records of a table apart.
NUMBERED = ("localId", "title", "project.number", "lots.parcelNumber", "items.productNumber")

# The columns of each type, as properties. What names a record stands first.
COLUMNS: Mapping[str, Sequence[str]] = {
    "land/grant-result": (
        "localId", "title", "publisher.name", "publisher.uscc", "region", "publishedDate", "sourceUrl",
        "landSupplyMethod", "publicityPeriod", "lots.parcelNumber", "lots.parcelLocation", "lots.parcelArea", "lots.plotRatioMinimum", "lots.plotRatioMaximum", "lots.startingPrice",
        "lots.landUse", "lots.grantTerm", "lots.price", "lots.transferee.name", "lots.transferee.uscc", "lots.dealDate",
    ),
    "procurement/award-result": (
        "localId", "title", "publisher.name", "publisher.uscc", "project.number", "publishedDate", "buyer.name",
        "buyer.phone", "buyer.address", "outcome", "budget", "openingAt", "procurementMethod", "lots.lotNumber", "lots.suppliers.name",
        "lots.suppliers.uscc", "lots.awardPrice", "lots.score", "remark",
    ),
    "works/tender-notice": (
        "localId", "title", "publisher.name", "publisher.uscc", "region", "publishedDate", "buyer.name", "worksCategory",
        "ceilingPrice", "bidDeadline", "bidSecurity", "documentsPeriod", "fundingSource", "sourceUrl",
    ),
    "works/award-result": (
        "localId", "title", "publisher.name", "publisher.uscc", "publishedDate", "project.name", "project.number",
        "buyer.name", "awardDate", "lots.lotNumber", "lots.suppliers.name", "lots.awardPrice", "lots.consortiumSupplier",
    ),
    "medicine/result": (
        "localId", "title", "publisher.name", "publisher.uscc", "publishedDate", "items.productNumber", "items.itemName",
        "items.specification", "items.manufacturer.name", "items.unitPrice", "items.remark",
    ),
    "mining/transaction-result": (
        "localId", "title", "publisher.name", "publisher.uscc", "region", "publishedDate", "grantMethod",
        "publicityPeriod", "lots.blockNumber", "lots.mineralRightName", "lots.mineralRightType", "lots.mineral",
        "lots.mineralRightArea", "lots.elevationMinimum", "lots.transferee.name", "lots.price",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Rows of cells under headings; `paths` are the properties that the columns mean."""

    type: str
    paths: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    titles: tuple[str, ...] = ()

    def column(self, path: str) -> int:
        """The place of a column."""
        return self.paths.index(path)

    def with_cell(self, row: int, path: str, value: Any) -> "Table":
        """The table with another value in one cell."""
        cells = list(self.rows[row])
        cells[self.column(path)] = value
        return replace(self, rows=(*self.rows[:row], tuple(cells), *self.rows[row + 1 :]))

    def without_column(self, path: str) -> "Table":
        """The table without one of its columns."""
        place = self.column(path)
        cut = [row[:place] + row[place + 1 :] for row in (self.paths, self.headings, *self.rows)]
        return replace(self, paths=cut[0], headings=cut[1], rows=tuple(cut[2:]))

    def with_heading(self, path: str, heading: str) -> "Table":
        """The table with another heading over one column."""
        place = self.column(path)
        return replace(self, headings=(*self.headings[:place], heading, *self.headings[place + 1 :]))


def good(type_: str, catalog: Catalog) -> Table:
    """The good table of a type."""
    disclosure = catalog.type(type_)
    paths = tuple(path for path in COLUMNS[type_])
    headings = tuple(heading(path, disclosure, catalog) for path in paths)
    first = tuple(_cell(path, disclosure, catalog) for path in paths)
    return Table(type_, paths, headings, tuple(_varied(first, paths, row) for row in range(ROWS)))


def heading(path: str, disclosure: Disclosure, catalog: Catalog) -> str:
    """The shortest official heading that means this property and no other."""
    names = names_of(disclosure, catalog)
    one = disclosure.by_path[path]
    parent = disclosure.by_path.get(".".join(one.path[:-1]))
    meant = main_field(one, disclosure)
    options = [one.title, *((parent.title + one.title,) if parent else ()), *one.aliases]
    for option in options:
        found = names.find(option)
        if len(found) == 1 and not found[0].generic and found[0].field.path == meant.path:
            return option
    raise AssertionError(f"{disclosure.type}: no heading means {path} alone; tried {options}")


def _cell(path: str, disclosure: Disclosure, catalog: Catalog) -> Any:
    """What a department writes for the sample's value."""
    one: Field = disclosure.by_path[path]
    found = next(iter(values(disclosure.sample, path.split("."))), None)
    if one.is_money and isinstance(found, Mapping):
        return found["amount"]
    if one.definition == "period" and isinstance(found, Mapping):
        return f"{found['startAt'][:16]}至{found['endAt'][:16]}".replace("T", " ")
    if one.definition == "organization" and isinstance(found, Mapping):
        return found["name"]
    if one.codelist and one.codelist != "region" and found is not None:
        return catalog.codelists[one.codelist].codes[str(found)].title
    if isinstance(found, bool):
        return "是" if found else "否"
    assert isinstance(found, (str, int, float)), f"{disclosure.type}:{path} {found}"
    return found


def _varied(cells: Sequence[Any], paths: Sequence[str], row: int) -> tuple[Any, ...]:
    """The row again as another record: what names it has another number."""
    return tuple(
        f"{cell}-{row + 1}" if path in NUMBERED else cell for path, cell in zip(paths, cells, strict=True)
    )
