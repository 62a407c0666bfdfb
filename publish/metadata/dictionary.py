"""The data dictionary of a dataset: every column of every table, as the standard says what it means."""

from collections.abc import Iterator
from dataclasses import dataclass

from publish.datasets.about import property_of
from publish.datasets.layout import Column, Table
from publish.metadata.datasets import Dataset, Words
from publish.wording import KINDS
from schemas.catalog import Catalog
from schemas.policy import Item

_KINDS: dict[str, Words] = {
    "money": ("金额(元,两位小数)", "amount in yuan, two decimals"), "price": ("单价(元,四位小数)", "unit price in yuan, four decimals"),
    "instant": ("时间(UTC)", "time in UTC"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A column with what is said of it. `property` is its name in the standard, `items` those of the policy that it carries."""

    column: Column
    kind: Words
    unit: Words | None
    property: str | None
    items: tuple[Item, ...]


def lines(dataset: Dataset, table: Table, catalog: Catalog) -> Iterator[Line]:
    """A line for each column of a table."""
    units = catalog.codelists["unit"].codes
    for column in table.columns:
        named = property_of(table, column)
        field = dataset.disclosure.by_path.get(named or "") if dataset.disclosure else None
        unit = units.get(column.unit or "") if column.unit != "1" else None
        items = (
            [catalog.policy.items[one] for one in field.clause if one in catalog.policy.items]
            if field
            else []
        )
        yield Line(
            column, _KINDS.get(column.kind) or KINDS[column.kind], (unit.title, unit.title_en or unit.title) if unit else None,
            named, tuple(items),
        )  # fmt: skip
