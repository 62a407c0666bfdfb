"""Paths into a record: names of properties, lists crossed without an index (`lots.price.amount`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def crossed(path: str) -> str:
    """A path whose lists are crossed without an index.

    >>> crossed("lots.0.price")
    'lots.price'
    """
    return ".".join(step for step in path.split(".") if not step.isdigit())


def values(record: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a path, lists crossed; nulls are none.

    >>> list(values({"lots": [{"area": 1}, {}, {"area": 2}]}, ["lots", "area"]))
    [1, 2]
    """
    found = _flat((record,))
    for name in path:
        below: list[Any] = []
        for one in found:
            value = one.get(name) if isinstance(one, (dict, Mapping)) else None
            if isinstance(value, list):
                below += _flat(value)
            elif value is not None:
                below.append(value)
        found = below
    return iter(found)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a value that has no parts, with its path; an object or a list without parts is one.

    >>> list(leaves({"lots": [{"area": 1}, {}]}))
    [('lots.0.area', 1), ('lots.1', {})]
    """
    if isinstance(value, (Mapping, list)) and value:
        above = f"{path}." if path else ""
        for name, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from leaves(part, f"{above}{name}")
    else:
        yield path, value


def _flat(found: Sequence[Any]) -> list[Any]:
    """The values with lists crossed, also lists of lists; nulls are none."""
    flat: list[Any] = []
    for one in found:
        if isinstance(one, list):
            flat += _flat(one)
        elif one is not None:
            flat.append(one)
    return flat
