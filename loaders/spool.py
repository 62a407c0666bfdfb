"""Fragments of records on their way, in a temporary file: a file may be larger than memory, its rows in any order."""

import json
import tempfile
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import orjson

_IN_MEMORY = 32 << 20


class Spool:
    """Values by key, in the order in which the keys first came; only keys and places stay in memory."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._places: dict[str, int | list[int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    def add(self, key: str, value: Any) -> None:
        """Keep a value that JSON can say under a key."""
        try:
            line = orjson.dumps(value, default=str)
        except TypeError:  # an integer of more than 64 bits, which comes back as a float
            line = json.dumps(value, default=str).encode()
        self._file.seek(self._end)
        self._file.write(line + b"\n")
        place, self._end = self._end, self._end + len(line) + 1
        known = self._places.get(key)
        if known is None:
            self._places[key] = place
        elif isinstance(known, list):
            known.append(place)
        else:
            self._places[key] = [known, place]

    def groups(self, order: Callable[[str], Any] | None = None) -> Iterator[tuple[str, list[Any]]]:
        """Every key with its values in the order they came; the keys in that order too, or in the one asked for."""
        for key in sorted(self._places, key=order) if order else self._places:
            places = self._places[key]
            yield key, [self._read(place) for place in (places if isinstance(places, list) else [places])]

    def _read(self, place: int) -> Any:
        self._file.seek(place)
        return orjson.loads(self._file.readline())
