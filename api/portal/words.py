"""How templates of the portal say what GraphQL answers: codes by their titles, amounts so that they can be read.

`words(catalog)` are functions that every template has. Those that give (Chinese, English) are said by `t(*…)`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from schemas.calendar import in_beijing
from schemas.catalog import Catalog, Disclosure

Words = tuple[str, str]
# Of two bounds of a period the one that leaves the shorter one; the days are ISO's.
_BOUNDS: Mapping[str, Callable[[str, str], str]] = {"from": max, "to": min}
LONGEST = 200  # rows of a table of figures; all of them are in its data


def words(catalog: Catalog) -> dict[str, Any]:
    """What templates call."""

    def code(codelist: str, value: str | None) -> Words:
        """The titles of a code, or the code where the list does not have it (any more)."""
        found = catalog.codelists[codelist].codes.get(value or "")
        return (found.title, found.title_en or found.title) if found else (value or "", value or "")

    def type_title(path: str) -> Words:
        """The titles of a disclosure type."""
        found: Disclosure | None = catalog.types.get(path)
        return (found.title, found.title_en) if found else (path, path)

    return {
        "code": code,
        "type_title": type_title,
        "yuan": yuan,
        "exact": exact,
        "address": address,
        "narrow": narrow,
        "noun": noun,
        "count": count,
        "day_of": day_of,
        "own_id": own_id,
        "longest": LONGEST,
        "plain": plain,
    }


def yuan(value: Decimal | float) -> Words:
    """An amount in yuan at four digits or so.

    >>> yuan(Decimal("12087000")), yuan(Decimal("9876.5")), yuan(Decimal("3500000000"))
    (('1,208.7 万元', 'CNY 12.09 million'), ('9,876.5 元', 'CNY 9,876.5'), ('35 亿元', 'CNY 3.5 billion'))
    """
    amount = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(value))
    size = abs(amount)
    if size >= 10**8:
        chinese = f"{_short(amount / 10**8)} 亿元"
    elif size >= 10**4:
        chinese = f"{_short(amount / 10**4)} 万元"
    else:
        chinese = f"{_short(amount)} 元"
    if size >= 10**9:
        return chinese, f"CNY {_short(amount / 10**9)} billion"
    if size >= 10**6:
        return chinese, f"CNY {_short(amount / 10**6)} million"
    return chinese, f"CNY {_short(amount)}"


def exact(value: Decimal | float) -> Words:
    """An amount in yuan to the fen, or to what it has."""
    amount = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(value))
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{places}f} 元", f"CNY {amount:,.{places}f}"


def count(number: int) -> str:
    """A number of things, its thousands parted."""
    return f"{number:,}"


def noun(number: int, one: str) -> str:
    """An English word for so many things.

    >>> noun(1, "record"), noun(0, "record"), noun(2, "record")
    ('record', 'records', 'records')
    """
    return one if number == 1 else f"{one}s"


def day_of(at: str | datetime) -> str:
    """The day of a time, in China; a day is itself.

    >>> day_of("2026-11-26T17:34:00.123Z"), day_of("2024-04-17T09:30:00+08:00"), day_of("2024-04-17")
    ('2026-11-27', '2024-04-17', '2024-04-17')
    """
    if isinstance(at, str) and len(at) <= len("2024-04-17"):
        return at
    return in_beijing(at).date().isoformat()


def address(path: str, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> str:
    """An address with parameters, those without a value left out."""
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    query = urlencode([(name, value) for name, value in pairs if value not in (None, "")])
    return f"{path}?{query}" if query else path


def narrow(selected: Sequence[tuple[str, str]], more: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parameters of a part of a list: of a period the days that both have, of all else what is said last.

    >>> narrow([("domain", "land"), ("from", "2024-06-01")], [("from", "2024-01-01"), ("to", "2024-12-31")])
    [('domain', 'land'), ('from', '2024-06-01'), ('to', '2024-12-31')]
    """
    said = dict(more)
    for name, value in selected:
        if name in said and name in _BOUNDS:
            said[name] = _BOUNDS[name](said[name], value)
    return [(name, value) for name, value in selected if name not in said] + list(said.items())


def own_id(global_id: str) -> str:
    """The id of an organization, a publisher or a process as it stands in the address of its page: without its kind.

    >>> own_id("organization:91530100MA6K00027P"), own_id("530114-0123456789abcdef")
    ('91530100MA6K00027P', '530114-0123456789abcdef')
    """
    return global_id.rpartition(":")[2]


def plain(value: Any) -> str:
    """A value of a document in one line, as a comparison shows it."""
    if value is None:
        return "–"
    if (
        isinstance(value, Mapping)
        and set(value) <= {"amount", "currency"}
        and value.get("currency", "CNY") == "CNY"
    ):
        return exact(value["amount"])[0] if "amount" in value else ""
    if isinstance(value, str | bool):
        return str(value)
    if isinstance(value, int | float | Decimal):
        return f"{value:,}"
    return json.dumps(value, ensure_ascii=False, default=str)


def _short(amount: Decimal) -> str:
    """Two decimals at most, and none that says nothing."""
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{rounded:,.2f}".rstrip("0").rstrip(".")
