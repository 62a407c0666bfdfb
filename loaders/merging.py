"""Several rows that are one record: lists are joined by what identifies their entries, all else must agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from loaders.draft import Source
from schemas.field import Field


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two rows of one record that say different things of one property; `stored` is what the earlier row said."""

    field: Field | None
    path: str
    value: Any
    stored: Any


class Merger:
    """A record that takes in further fragments.

    Entries of a list are the same if they have the same number (a lot's, a parcel's), or without one if everything
    but their own lists agrees; other entries are appended.
    """

    def __init__(self, record: dict[str, Any], sources: dict[str, Source], fields: Sequence[Field]) -> None:
        self.record = record
        self.sources = sources
        self._of = fields
        self._places: dict[int, dict[str, int]] = {}

    def take(self, more: Mapping[str, Any], sources: Mapping[str, Source]) -> Disagreement | None:
        """Merge a fragment; where a property would have two values nothing is changed."""
        fields = {field.name: field for field in self._of}
        found = self._check(self.record, more, fields, "")
        if found is not None:
            return found
        moved: dict[str, str] = {}
        self._join(self.record, more, fields, ("", ""), moved)
        for path, source in sources.items():
            self.sources.setdefault(_moved(path, moved), source)
        return None

    def _check(
        self, into: Mapping[str, Any], more: Mapping[str, Any], fields: Mapping[str, Field], path: str
    ) -> Disagreement | None:
        """The first property of which both sides say something different."""
        for name, value in more.items():
            if name not in into:
                continue
            standing, field = into[name], fields.get(name)
            found = None
            if isinstance(value, dict) and isinstance(standing, dict):
                found = self._check(standing, value, _below(field), f"{path}{name}.")
            elif isinstance(value, list) and isinstance(standing, list):
                places = self._index(standing, _below(field))
                for entry in value:
                    place = places.get(_key(entry, _below(field)))
                    if place is not None and isinstance(entry, dict):
                        below = f"{path}{name}.{place}."
                        found = found or self._check(standing[place], entry, _below(field), below)
            elif value != standing:
                found = Disagreement(field, f"{path}{name}", value, standing)
            if found is not None:
                return found
        return None

    def _join(
        self,
        into: dict[str, Any],
        more: Mapping[str, Any],
        fields: Mapping[str, Field],
        at: tuple[str, str],
        moved: dict[str, str],
    ) -> None:
        """Put what the fragment says into the record; `at` is where both stand, in the fragment and the record."""
        for name, value in more.items():
            below = _below(fields.get(name))
            here = (f"{at[0]}{name}.", f"{at[1]}{name}.")
            if name not in into:
                into[name] = value
            elif isinstance(value, dict) and isinstance(into[name], dict):
                self._join(into[name], value, below, here, moved)
            elif isinstance(value, list) and isinstance(into[name], list):
                places = self._index(into[name], below)
                for number, entry in enumerate(value):
                    place = places.setdefault(_key(entry, below), len(into[name]))
                    moved[f"{here[0]}{number}"] = f"{here[1]}{place}"
                    if place == len(into[name]):
                        into[name].append(entry)
                    elif isinstance(entry, dict):
                        within = (f"{here[0]}{number}.", f"{here[1]}{place}.")
                        self._join(into[name][place], entry, below, within, moved)

    def _index(self, entries: list[Any], fields: Mapping[str, Field]) -> dict[str, int]:
        """Where the entries of a list stand, by what identifies them; made once, then kept."""
        places = self._places.get(id(entries))
        if places is None:
            places = {}
            for place, entry in enumerate(entries):
                places.setdefault(_key(entry, fields), place)
            self._places[id(entries)] = places
        return places


def _key(entry: Any, fields: Mapping[str, Field]) -> str:
    """What tells an entry from the others of its list: its number, else all it says but its lists."""
    if not isinstance(entry, dict):
        return orjson.dumps(entry).decode()
    for name, value in entry.items():
        field = fields.get(name)
        if field is not None and field.column == "number":
            return f"number:{value}"
    own = {name: value for name, value in entry.items() if not isinstance(value, list)}
    return orjson.dumps(own, option=orjson.OPT_SORT_KEYS).decode()


def _below(field: Field | None) -> dict[str, Field]:
    return {child.name: child for child in field.fields} if field else {}


def _moved(path: str, moved: Mapping[str, str]) -> str:
    """A source's path after its list entries found their places."""
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        before = ".".join(steps[:length])
        if before in moved:
            return ".".join([moved[before], *steps[length:]])
    return path
