"""Paths into a record: names of properties, lists crossed without an index (`lots.price.amount`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def values(record: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a path, lists crossed; nulls are none.

    >>> list(values({"lots": [{"area": 1}, {}, {"area": 2}]}, ["lots", "area"]))
    [1, 2]
    """
    if isinstance(record, list):
        for one in record:
            yield from values(one, path)
    elif not path:
        if record is not None:
            yield record
    elif isinstance(record, Mapping) and path[0] in record:
        yield from values(record[path[0]], path[1:])
