"""Who published a record and which record it is: ids made from the record alone.

Every id is a function of what the record says, never of what was loaded before or of today's table of regions: so
that loading a file twice, in another order or on another machine gives the same ids. They change if `_normal` or
`digest` change; those are frozen.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from schemas.catalog import Disclosure
from schemas.path import values

UNKNOWN_SHARD = "000000"
NAMED, FORMER = "name-", "code-"  # how ids of organizations without a credit code begin
_EPOCH = date(1900, 1, 1).toordinal()
_DAY_BITS, _ID_BITS = 17, 46  # together a positive 64-bit integer; days up to the year 2258
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = [one + other for one in _DIGITS for other in _DIGITS]  # ten bits each
_SHARD = re.compile(r"[0-9]{6}")
_PUBLISHERS = 4_096  # that are remembered: most records of a file are of a few


class Publisher(NamedTuple):
    """Who published a record. `shard` is six digits of its place, fixed by its id."""

    id: str
    shard: str
    uscc: str | None
    name: str


class Identity(NamedTuple):
    """Which record it is: `id` is `530114-` and 16 characters made from publisher, type and `key`."""

    id: str
    publisher: Publisher
    key: tuple[str, ...]


def identify(record: Mapping[str, Any], disclosure: Disclosure) -> Identity | None:
    """The identity of a record, None where it has no publisher or none of its type's keys.

    The key is the first alternative of the type's `key` of which every path has a value; several values of a path
    (the parcels of one notice) count whatever their order. The schema's version does not count.
    """
    publisher = publisher_of(record)
    if publisher is None:
        return None
    for alternative in disclosure.schema["key"]:
        found = [_said(record, path) for path in alternative]
        if all(found):
            key = tuple("\n".join(one) for one in found)
            made = digest(16, publisher.id, disclosure.type, *key)
            return Identity(f"{publisher.shard}-{made}", publisher, key)
    return None


def publisher_of(record: Mapping[str, Any]) -> Publisher | None:
    """The publisher of a record, None where it names none.

    Known by its credit code where it has one; its shard is then digits 3 to 8, the division that registered it.
    Else by its name and its jurisdiction, which is its shard, or where it gives none the record's region: two
    bureaus of the same short name in two counties stay two, and so does one body that publishes on several counties
    until it gives its code or its jurisdiction.
    """
    said = record.get("publisher")
    given = said if isinstance(said, Mapping) else {}
    uscc, name = given.get("uscc"), str(given.get("name") or "")
    if uscc:
        return _known_by_code(uscc, name) if isinstance(uscc, str) else _by_code(uscc, name)
    if not name:
        return None
    return _by_name(name, str(given.get("jurisdiction") or record.get("region") or "")[:6])


def _said(record: Mapping[str, Any], path: str) -> list[str]:
    """What a record says at one path of a key, as it counts."""
    value = record.get(path)
    if isinstance(value, str):  # as nearly all do
        return [key_text(value)]
    return sorted({key_text(value) for value in values(record, _steps(path))})


@lru_cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _by_code(uscc: Any, name: str) -> Publisher:
    place = str(uscc)[2:8]
    return Publisher(uscc, place if _SHARD.fullmatch(place) else UNKNOWN_SHARD, uscc, name or uscc)


_known_by_code = lru_cache(_PUBLISHERS)(_by_code)


@lru_cache(_PUBLISHERS)
def _by_name(name: str, place: str) -> Publisher:
    shard = place if _SHARD.fullmatch(place) else UNKNOWN_SHARD
    return Publisher("name-" + digest(24, shard, _normal(name)), shard, None, name)


def processes(
    record: Mapping[str, Any], disclosure: Disclosure, identity: Identity
) -> tuple[tuple[str, ...], list[str]]:
    """The path that names the processes of a record, and their numbers as written.

    The first of the type's `process` paths that has values counts; each value is one process. Without any the
    record is a process of its own, whose number is its id; the path is then empty.
    """
    for path in disclosure.schema["process"]:
        steps = tuple(path.split("."))
        numbers = [key_text(value) for value in values(record, list(steps))]
        if numbers:
            return steps, list(dict.fromkeys(numbers))
    return (), [identity.id]


def process_id(publisher: Publisher, number: Any) -> str:
    """The id of a process: its number within its publisher."""
    return "p-" + digest(24, publisher.id, key_text(number))


def organization_id(uscc: str | None, name: str, process: str) -> str:
    """The id of an organization: its credit code, else its name within its process.

    Many names are people's: the same name in another process is another organization until a code says otherwise.
    """
    return uscc or NAMED + digest(24, process, _normal(name))


def former_id(code: str) -> str:
    """The id of an organization known by a code of before 2015 (schemas/formercode.py)."""
    return FORMER + code


def recency(published: date | None, disclosure_id: str) -> int:
    """A number that sorts by published date, then by id, and is unique but for rare clashes (see store.writing)."""
    bits = int(disclosure_id[7:], 32) >> (80 - _ID_BITS)
    return (_days(published) << _ID_BITS) | bits


def recencies(first: date | None, last: date | None) -> tuple[int, int]:
    """The least and the greatest recency of the days from the first to the last; open where one is None."""
    least = _days(first) << _ID_BITS
    most = (_days(last) if last else (1 << _DAY_BITS) - 1) + 1 << _ID_BITS
    return least, most - 1


def same_day(one: int, other: int) -> bool:
    """Whether two recencies say the same published date."""
    return one >> _ID_BITS == other >> _ID_BITS


def digest(length: int, *parts: str) -> str:
    """`length` (a multiple of 8) lower-case characters [0-9a-v] that stand for the parts, 5 bits each."""
    made = int.from_bytes(hashlib.sha256(orjson.dumps(parts)).digest()[: length * 5 // 8], "big")
    return "".join([_PAIRS[made >> place & 1023] for place in range(5 * length - 10, -10, -10)])


def _days(published: date | None) -> int:
    if published is None:
        return 0
    return min(max(published.toordinal() - _EPOCH, 0), (1 << _DAY_BITS) - 1)


def key_text(value: Any) -> str:
    """A value as it counts in a key: width and runs of white space do not matter."""
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def _normal(name: str) -> str:
    """A name as it counts: width, white space and case do not matter."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
