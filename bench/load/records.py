"""The file that is loaded: JSON Lines of three types mixed, about 1.1 kB a record.

Records come from `cli.synthetic`, of which most optional properties are left out. What stays is what is required, what
identifies a record and its process, what names it, what lists show, every organization with a role (its name and
code), every amount, area, number and date that fills a column of the store; of lists of anything at most two. Their
organizations are others than those of `bench.query`, in whose stores they are loaded: none of them becomes one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from cli.synthetic.generator import generate
from cli.synthetic.world import credit_code
from schemas.catalog import Catalog, Disclosure
from schemas.field import Field

TYPES = ("land/grant-result", "procurement/award-result", "works/award-candidates")
_NEWEST = date(2026, 11, 25)  # the day before `bench.load.run` says it loads them
_EACH = 2  # elements of a list
_ENVELOPE = ("region", "outcome", "publishedDate", "regionDetails")
_ORGANIZATION = ("name", "uscc")
_CODE = re.compile(r"(?<=\"uscc\":\")([0-9A-Z]{9})([AB])([0-9A-Z]{7})[0-9A-Z](?=\")")


def write(path: Path, catalog: Catalog, count: int, seed: int = 5, days: int | None = None) -> float:
    """Write so many records; gives their average size in bytes.

    They are of ten years; with `days` all were published in so many last days.
    """
    found = islice(_records(catalog, seed), count)
    lines = map(_others, map(orjson.dumps, _lately(found, days) if days else found))
    with path.open("wb") as stream:
        return sum(stream.write(line + b"\n") for line in lines) / count


def _lately(found: Iterable[dict[str, Any]], days: int) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(found):
        yield record | {"publishedDate": (_NEWEST - timedelta(days=number % days)).isoformat()}


def _others(line: bytes) -> bytes:
    """A record with the codes of other organizations."""

    def other(found: re.Match[str]) -> str:
        start, letter, rest = found.groups()
        return credit_code(start + {"A": "C", "B": "D"}[letter] + rest)

    return _CODE.sub(other, line.decode()).encode()


def _records(catalog: Catalog, seed: int) -> Iterator[dict[str, Any]]:
    kept = {one: _kept(catalog.type(one)) for one in TYPES}
    for disclosure, record in generate(catalog, 1 << 62, seed):
        if disclosure.type in kept:
            yield _thin(record, disclosure.fields, kept[disclosure.type])


def _kept(disclosure: Disclosure) -> frozenset[str]:
    """Paths that stay, each with those above it."""
    schema = disclosure.schema
    said = [*schema["featured"], *schema["caption"], *schema["process"], *schema["key"][0], *_ENVELOPE]
    below = {one.dotted for top in disclosure.fields for one in top.walk() if _is_kept(one)}
    paths = [one.split(".") for one in (*said, *below)]
    return frozenset(".".join(path[:end]) for path in paths for end in range(1, len(path) + 1))


def _is_kept(one: Field) -> bool:
    return one.required or one.role is not None or one.column is not None


def _thin(record: Mapping[str, Any], fields: Sequence[Field], kept: frozenset[str]) -> dict[str, Any]:
    found = {}
    for field in fields:
        value = record.get(field.name)
        if value is None or field.dotted not in kept:
            continue
        if field.definition == "organization":
            wanted = frozenset(f"{field.dotted}.{name}" for name in _ORGANIZATION)
        else:
            wanted = kept
        found[field.name] = _value(value, field, wanted)
    return found


def _value(value: Any, field: Field, kept: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_value(one, field, kept) for one in value[:_EACH]]
    if field.kind != "object" or field.is_money or not isinstance(value, Mapping):
        return value
    return _thin(value, field.fields, kept)
