"""JSON objects that follow a version of a type already. Those that come together are looked at together, check by check.

One check after the other for each record alone takes half as long again: the processor forgets the first over the last.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from loaders.across import Across
from loaders.alone import Alone, Sure
from loaders.asked import Asked
from loaders.sound import Sound
from loaders.sources import of_row, of_whole
from loaders.typed import typed
from schemas.catalog import Disclosure
from schemas.check import storable
from store.identity import Identity, identify

_VERSION = re.compile(r"[a-z-]+/[a-z-]+/[0-9]+\.[0-9]+")


class Ready(NamedTuple):
    """A record in which nothing is wrong: with its JSON, where its values came from, and what it tells."""

    record: dict[str, Any]
    disclosure: Disclosure
    body: bytes
    sources: dict[str, Any]
    paths: int
    identity: Identity
    alone: Alone | None  # nobody knows within bounds, where it may have to be left out


class Versioned:
    """Looks at the JSON objects of one file."""

    def __init__(self, asked: Asked, sound: Sound, across: Across) -> None:
        self._asked, self._sound, self._across = asked, sound, across

    def unknown(self, record: Mapping[str, Any]) -> str | None:
        """What a record calls its schema, in our way of writing, where there is none of that name."""
        said = record.get("schema")
        named = isinstance(said, str) and _VERSION.fullmatch(said) is not None
        return said if named and said not in self._asked.catalog.versions else None

    def named(self, record: Mapping[str, Any]) -> Disclosure | None:
        """The version that a JSON object follows already: by its `schema`, or by having only properties of the
        type, objects or lists among them (flat ones are read cell by cell).
        """
        asked = self._asked
        found = asked.catalog.versions.get(str(record.get("schema")))
        if found is not None or asked.profile or not asked.type or not record or self.unknown(record):
            return found
        disclosure = asked.catalog.type(asked.type)
        nested = any(isinstance(value, (dict, list)) for value in record.values())
        return disclosure if nested and set(record) <= {field.name for field in disclosure.fields} else None

    def whole(self, record: Mapping[str, Any], disclosure: Disclosure) -> dict[str, Any]:
        """A record with its schema, and with the publisher that was named for the file where it names none."""
        given = self._asked.organization
        said = typed(record, disclosure.fields) if self._asked.of_texts else record
        whole = {"schema": disclosure.name, **said}
        if given and not record.get("publisher"):
            whole["publisher"] = given
        return whole

    def ready(
        self, sheet: str, rows: Sequence[tuple[int, Mapping[str, Any]]], versions: Sequence[Disclosure | None]
    ) -> list[Ready | None]:
        """Of each row (number, object) the record that it surely is; None where it has to be looked at by itself.

        `versions` are what `named` gives for each.
        """
        found: list[Ready | None] = [None] * len(rows)
        named = [(place, of) for place, of in enumerate(versions) if of is not None]
        given = [(place, of, *self._given(sheet, *rows[place], of)) for place, of in named]
        written = [(*one, body) for one in given if (body := storable(one[2])) is not None]
        sound = [(*one, paths) for one in written if (paths := self._sound.paths(one[2], one[1])) is not None]
        known = [(*one, identity) for one in sound if (identity := identify(one[2], one[1])) is not None]
        alone: Iterable[Alone | None] = repeat(None)
        if self._asked.bounds is None:
            sure = [Sure(record, of, identity) for _, of, record, _, _, _, identity in known]
            alone = Alone.of(sure, self._asked.catalog, self._across)
        for (place, of, record, sources, body, paths, identity), one in zip(known, alone, strict=False):
            found[place] = Ready(record, of, body, sources, paths, identity, one)
        return found

    def _given(
        self, sheet: str, row: int, said: Mapping[str, Any], disclosure: Disclosure
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A record as it would be stored, and its sources."""
        record = self.whole(said, disclosure)
        same = not self._asked.of_texts and record.get("publisher") is said.get("publisher")
        sources = of_row(sheet, row) if same else of_whole(said, record, sheet, row)
        bounds = self._asked.bounds
        return (record, sources) if bounds is None else bounds.complete(record, sources, sheet, row)
