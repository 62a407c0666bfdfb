"""`datapackage.json`: the tables of datasets as Data Package describes them, for frictionless and what reads like it.

Each table is a resource, its CSV file with a table schema: titles, types, constraints, keys and what refers to them.
Beyond the specification a field has `titleEn`, `descriptionEn`, `unit` and the address of its codelist.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from publish.datasets.layout import MAIN, Column, Table
from publish.metadata.datasets import (
    ABOUT,
    KEYWORDS,
    LICENCE,
    LICENCE_NAME,
    LICENCE_TITLE,
    SITE,
    Dataset,
    Known,
)  # fmt: skip
from schemas.catalog import Catalog

FILE = "datapackage.json"
MOST = 60  # codes that are spelled out as a constraint; longer lists are linked
_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string"}, "code": {"type": "string"}, "url": {"type": "string"},
    "integer": {"type": "integer"}, "number": {"type": "number"}, "money": {"type": "number"}, "price": {"type": "number"},
    "boolean": {"type": "boolean"}, "date": {"type": "date"},
    # A day, or a day and a time: which of the two is part of what the source says.
    "moment": {"type": "string"},
    "instant": {"type": "datetime", "format": "any"},
}  # fmt: skip
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?"
# What is known of a file: bytes and SHA-256.
Measured = tuple[int, str]
Measure = Callable[[Dataset, Table], Measured | None]


def unmeasured(_dataset: Dataset, _table: Table) -> None:
    """Nothing is known of a file before it is made."""


def package(
    given: Iterable[Dataset], catalog: Catalog, known: Known, measure: Measure = unmeasured
) -> dict[str, Any]:
    """The data package of some datasets."""
    found = list(given)
    one = found[0] if len(found) == 1 else None
    created = {"created": known.at.isoformat().replace("+00:00", "Z")} if known.at else {}
    return {
        "name": f"openalloc-{one.name}" if one else "openalloc",
        "title": one.title[0] if one else SITE[0],
        "titleEn": one.title[1] if one else SITE[1],
        "description": one.description[0] if one else ABOUT[0],
        "descriptionEn": one.description[1] if one else ABOUT[1],
        "homepage": f"{known.site}{one.page if one else '/datasets'}",
        "version": str(known.version),
        **created,
        "keywords": [word for pair in KEYWORDS for word in pair],
        "licenses": [_licence()],
        "sources": [{"title": "各公开主体依法公开的原文,见每条的 source_url / what each body discloses, see source_url", "path": f"{known.site}/publishers"}],
        "contributors": [{"title": "openalloc", "path": known.site, "role": "publisher"}],
        "resources": [
            resource(dataset, table, catalog, known, measure(dataset, table))
            for dataset in found
            for table in dataset.tables(catalog)
        ],
    }  # fmt: skip


def resource(
    dataset: Dataset, table: Table, catalog: Catalog, known: Known, measured: Measured | None = None
) -> dict[str, Any]:
    """A table as a resource: its CSV file and its schema."""
    file = dataset.file("csv", "" if table.name == MAIN else table.name)
    size = {"bytes": measured[0], "hash": f"sha256:{measured[1]}"} if measured else {}
    return {
        "name": resource_name(dataset, table.name),
        "title": f"{dataset.title[0]}:{table.title}" if table.name != MAIN else dataset.title[0],
        "titleEn": f"{dataset.title[1]}: {table.title_en}" if table.name != MAIN else dataset.title[1],
        "description": table.description,
        "descriptionEn": table.description_en,
        "path": f"{known.site}{file}",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        **size,
        "licenses": [_licence()],
        "schema": schema(dataset, table, catalog, known.site),
    }  # fmt: skip


def resource_name(dataset: Dataset, table: str) -> str:
    """The name of a table's resource."""
    return dataset.name if table == MAIN else f"{dataset.name}.{table.replace('_', '-')}"


def schema(dataset: Dataset, table: Table, catalog: Catalog, site: str) -> dict[str, Any]:
    """The table schema of a table."""
    made: dict[str, Any] = {
        "fields": [_field(column, column.name in table.key, catalog, site) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    if table.owner:
        owner = next(one for one in dataset.tables(catalog) if one.name == table.owner)
        made["foreignKeys"] = [{
            "fields": list(table.owner_key),
            "reference": {"resource": resource_name(dataset, owner.name), "fields": list(owner.key)},
        }]  # fmt: skip
    return made


def _field(column: Column, is_key: bool, catalog: Catalog, site: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": column.name, "title": column.title, "titleEn": column.title_en, **_TYPES[column.kind],
    }  # fmt: skip
    for name, value in (("description", column.description), ("descriptionEn", column.description_en)):
        if value:
            made[name] = value
    constraints: dict[str, Any] = (
        {"required": True} if is_key or (column.required and not column.path) else {}
    )
    if column.kind == "moment":
        constraints["pattern"] = _MOMENT
    if column.codelist:
        made["codelist"] = f"{site}/codelists/{column.codelist}.csv"
        codes = list(catalog.codelists[column.codelist].codes)
        if len(codes) <= MOST and not column.open_codelist:
            constraints["enum"] = codes
    if column.unit and column.unit != "1":
        made["unit"] = column.unit
    if column.deprecated:
        made["deprecated"] = column.deprecated
    return made | ({"constraints": constraints} if constraints else {})


def _licence() -> dict[str, str]:
    return {"name": LICENCE_NAME, "title": LICENCE_TITLE, "path": LICENCE}
