"""What a file of several tables says of itself: what it is of, its tables and columns by their titles, its codes."""

from collections.abc import Iterator, Sequence

from publish.datasets.kept import Begun
from publish.datasets.layout import Column, Table
from schemas.catalog import Catalog

Line = tuple[str | None, ...]
COLUMNS = ("table", "column", "kind", "title", "title_en", "description", "description_en", "unit", "codelist", "property")  # fmt: skip
CODES = ("codelist", "code", "title", "title_en")
FACTS = ("fact", "value")


def facts(begun: Begun, query: str) -> Iterator[Line]:
    """What the file is of. How many records it has proves that it is whole."""
    yield "file", begun.name
    yield "selection", query
    yield "records", str(begun.records)
    yield "data_version", str(begun.version)
    yield "last_changed", begun.at


def columns(layout: Sequence[Table]) -> Iterator[Line]:
    """A line for each column of each table."""
    for table in layout:
        for one in table.columns:
            yield (
                table.name, one.name, one.kind, one.title, one.title_en, one.description or None, one.description_en or None,
                one.unit, one.codelist, property_of(table, one),
            )  # fmt: skip


def property_of(table: Table, column: Column) -> str | None:
    """The property of the standard that a column holds (`lots.price.amount`); None for what the store keeps itself."""
    if not column.path and column.name != "value":
        return None
    above = [step[0] for path in table.lists for step in path] or (["lots"] if table.rows == "lot" else [])
    return ".".join((*above, *(names[0] for names in column.path)))


def codes(layout: Sequence[Table], catalog: Catalog) -> Iterator[Line]:
    """A line for each code that may stand in a column."""
    used = {one.codelist for table in layout for one in table.columns if one.codelist}
    for name in sorted(used & catalog.codelists.keys()):
        for code in catalog.codelists[name].codes.values():
            yield name, code.code, code.title, code.title_en or None
