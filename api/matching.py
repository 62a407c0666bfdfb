"""`matchOrganizations`: a client's list of names and codes, each as the store is asked for it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from query.binding import storable
from query.errors import QueryError
from schemas.formercode import former_code
from schemas.parties import is_person
from schemas.uscc import is_valid, normalize
from store.names import folded


def asked(most: int, given: Mapping[str, Any]) -> tuple[int, tuple[str]]:
    """How many entries there are at most, and as JSON an entry for each name, then for each code.

    Raises QueryError Q050 for more than `most`, Q001 for a text that no database takes.
    """
    names, codes = given["names"] or (), given["codes"] or ()
    count = len(names) + len(codes)
    if count > most:
        raise QueryError(
            "Q050", f"一次至多匹配 {most} 个名称和代码,不能是 {count} 个",
            f"at most {most} names and codes are matched at once, not {count}",
            "分成几次。", "Ask several times.",
        )  # fmt: skip
    storable([*names, *codes])
    entries = [*_names(names), *_codes(codes)]
    # Lists of about one length share a plan.
    return min(most, 1 << count.bit_length()), (orjson.dumps(entries).decode(),)


def _names(names: Sequence[str]) -> Iterator[dict[str, str | None]]:
    for name in names:
        code = normalize(name)
        yield {
            "asked": name, "kind": "NAME", "name": name, "name_key": folded(name),
            "code": code if is_valid(code) else None, "note": "PERSON" if is_person({"name": name}) else None,
        }  # fmt: skip


def _codes(codes: Sequence[str]) -> Iterator[dict[str, str | None]]:
    for given in codes:
        code = coded(given)
        right = is_valid(code) or former_code(code)
        yield {
            "asked": given, "kind": "CODE", "name": None, "name_key": None, "code": code,
            "note": None if right else "INVALID_CODE",
        }  # fmt: skip


def coded(given: Any) -> str:
    """A code as it is looked for: a former one without its hyphen, a credit code as the standard spells it."""
    return normalize(str(given))
