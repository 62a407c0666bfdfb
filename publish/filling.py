"""A record as rows of a flat table: one entry of each list a row, everything around an entry said again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from publish.columns import Column
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

Cell = str | int | float | bool | date | datetime | None
Path = tuple[str, ...]
_BEIJING = timezone(timedelta(hours=8))
# A row being filled: what stands in the column of a field.
Values = dict[Path, Any]


def fill(record: Mapping[str, Any], columns: Sequence[Column], catalog: Catalog) -> list[list[Cell]]:
    """The rows of a record as a person would fill them into these columns: titles for codes, days for dates."""
    wanted = {column.field.path: column.field for column in columns}
    tree = _prefixes(wanted)
    return [
        [_cell(row.get(column.field.path), column.field, row, catalog) for column in columns]
        for row in _rows(record, (), tree)
    ]


def example(field: Field, disclosure: Disclosure, catalog: Catalog) -> Cell:
    """What a person might write into the column of a field, None where the standard has no example."""
    value = disclosure.example(field)
    if value is None and field.is_money:
        amount = disclosure.example(disclosure.by_path[f"{field.dotted}.amount"])
        value = None if amount is None else {"amount": amount}
    return _cell(value, field, {}, catalog)


def _prefixes(wanted: Mapping[Path, Field]) -> frozenset[Path]:
    return frozenset(path[:depth] for path in wanted for depth in range(1, len(path) + 1))


def _rows(node: Mapping[str, Any], path: Path, wanted: frozenset[Path]) -> list[Values]:
    """The rows of one object: its own values on each, the entries of its lists side by side."""
    own: Values = {}
    lists: list[list[Values]] = []
    _collect(node, path, wanted, own, lists)
    several = max((len(rows) for rows in lists), default=1)
    made = []
    for number in range(several):
        row = dict(own)
        for rows in lists:
            row |= rows[number] if number < len(rows) else {}
        made.append(row)
    return made


def _collect(
    node: Mapping[str, Any], path: Path, wanted: frozenset[Path], own: Values, lists: list[list[Values]]
) -> None:
    for name, value in node.items():
        here = (*path, name)
        if name.endswith("Details"):
            own[here] = value  # may be the wording of the column beside it
        if here not in wanted:
            continue
        if isinstance(value, list):
            rows = [one for entry in value for one in _entry_rows(entry, here, wanted)]
            lists.append(rows)
        elif isinstance(value, Mapping) and "amount" not in value and "amountDetails" not in value:
            _collect(value, here, wanted, own, lists)
        else:
            own[here] = value


def _entry_rows(entry: Any, path: Path, wanted: frozenset[Path]) -> list[Values]:
    return _rows(entry, path, wanted) if isinstance(entry, Mapping) else [{path: entry}]


def _cell(value: Any, field: Field, row: Values, catalog: Catalog) -> Cell:
    """A value as a person writes it; the wording where there is nothing else, or where it is the code's own."""
    wording = row.get((*field.path[:-1], f"{field.name}Details"))
    if value is None:
        return str(wording) if wording is not None else None
    if field.is_money:
        return _money(value, catalog)
    if field.kind == "code":
        return _code(str(value), wording, str(field.codelist), catalog)
    if field.kind == "boolean":
        return "是" if value else "否"
    if field.kind == "date":
        return date.fromisoformat(value)
    if field.kind == "moment":
        return _moment(value)
    return value if isinstance(value, (int, float)) else str(value)


def _money(value: Mapping[str, Any], catalog: Catalog) -> Cell:
    amount, currency = value.get("amount"), value.get("currency", "CNY")
    if amount is None:
        return str(value["amountDetails"])
    if currency == "CNY":
        return int(amount) if amount == int(amount) else float(amount)
    return f"{Decimal(str(amount))}{catalog.codelists['currency'].codes[currency].title}"


def _code(code: str, wording: Any, codelist: str, catalog: Catalog) -> str:
    """The wording if it says the code by itself, else the code's title if that does, else the code."""
    if codelist == "region":
        return region_name(code, catalog)
    codes = catalog.codelists[codelist]
    titles = [str(wording)] if wording is not None else []
    titles += [codes.codes[code].title] if code in codes.codes else []
    return next((title for title in titles if codes.find(title) == code), code)


def region_name(code: str, catalog: Catalog) -> str:
    """A division with those above it, 云南省昆明市呈贡区, if that names it alone; else its code."""
    chain = (*reversed(catalog.regions.ancestors(code)), code)
    rows = [row for one in chain if (row := catalog.regions.get(one))]
    name = "".join(row.title for row in rows)
    return name if catalog.regions.find(name) == code else code


def _moment(value: str) -> Cell:
    """A day, or a day and time in Beijing's as a sheet shows them."""
    if len(value) == 10:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value).astimezone(_BEIJING).replace(tzinfo=None)


def titles(codelist: str, catalog: Catalog, province: str | None = None) -> Iterator[tuple[str, str]]:
    """The codes of a list that are in force, each with what a cell is to say: its title if that means it alone.

    Of regions only those of one province down to counties are listed.
    """
    if codelist == "region":
        for code, row in catalog.codelists["region"].codes.items():
            inside = province is not None and catalog.regions.is_within(code, province)
            if inside and row.in_force() and catalog.regions.level(code) != "township":
                yield code, region_name(code, catalog)
        return
    codes = catalog.codelists[codelist]
    for code, row in codes.codes.items():
        if row.in_force():
            yield code, row.title if codes.find(row.title) == code else code
