"""Where in a file a property of a record came from."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from loaders.draft import MASKED, TYPED
from loaders.personal import mask
from loaders.rules import PUBLISHER
from loaders.text import ZEROS, clean, written
from schemas.issue import Issue
from schemas.path import crossed

# [sheet, row, column, …] of what stands at a path, or of the nearest thing to it.
PlaceOf = Callable[[str], Sequence[Any]]


def source_of(path: str, sources: Mapping[str, Any]) -> list[Any] | None:
    """Where the value at a path, or the nearest thing above or below it, came from."""
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        above = ".".join(steps[:length])
        if above in sources:
            return list(sources[above])
    for length in range(len(steps), 0, -1):
        before = ".".join(steps[:length]) + "."
        below = next((source for place, source in sources.items() if place.startswith(before)), None)
        if below is not None:
            return list(below)
    return list(sources[""]) if "" in sources else None


def places(sources: Mapping[str, Any], sheet: str, row: int) -> PlaceOf:
    """Gives the place of what stands at a path; the record's first row where nothing is known of it."""
    if len(sources) == 1 and "" in sources:
        whole = list(sources[""])
        return lambda path: whole
    return lambda path: source_of(path, sources) or [sheet, row, None]


def of_row(sheet: str, row: int) -> dict[str, Any]:
    """The sources of a record that is what its row says."""
    return {"": [sheet, row, None, None]}


def of_whole(given: Mapping[str, Any], record: Mapping[str, Any], sheet: str, row: int) -> dict[str, Any]:
    """The sources of a record that was taken whole: its row, and what it said where that became something else.

    What a record does not say itself is its schema, which its type tells, and its publisher, who was named for the file.
    """
    found = of_row(sheet, row)
    for name, value in record.items():
        if name in given:
            said = given[name]
            if value is not said and value != said:
                found |= {path: [sheet, row, None, *rest] for path, *rest in _changes(said, value, name)}
        elif name != "schema":
            found[name] = [sheet, row, None, PUBLISHER]
    return found


def _changes(given: Any, value: Any, path: str) -> Iterator[tuple[str, str, str]]:
    """The path, the rule and the text of every value that a record said otherwise; personal numbers in it masked."""
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        for name, part in value.items():
            yield from _changes(given.get(name), part, f"{path}.{name}")
    elif isinstance(value, list):
        said = given if isinstance(given, list) else [given]
        # What is empty is left out of a list.
        if len(said) != len(value):
            said = [one for one in said if one not in (None, "")]
        for number, (one, part) in enumerate(zip(said, value, strict=False)):
            yield from _changes(one, part, f"{path}.{number}")
    elif type(value) is not type(given) or value != given:
        text = written(given)
        shown = mask(text)[0]
        yield path, TYPED if shown == text and not isinstance(value, str) else MASKED, shown


def placed(found: Issue, source: Sequence[Any]) -> Issue:
    """The finding at its cell; with what the cell says, where a rule made something else of it."""
    raw = written_at(source) if found.value is not None else None
    return found.at(sheet=source[0], row=source[1], column=source[2], written=raw)


def written_at(source: Sequence[Any]) -> str | None:
    """What a cell says as a report shows it, where a rule made something else of it; 12.50 is 12.5 to everybody."""
    return clean(source[4]) if len(source) > 4 and source[3] != ZEROS else None


def own_source(path: str, sources: Mapping[str, Any]) -> list[Any] | None:
    """Where the value at a path, or the first part of it, came from; it may stand elsewhere in its list."""
    wanted = crossed(path)
    found = next((source for place, source in sources.items() if _is_at(wanted, crossed(place))), None)
    return None if found is None else list(found)


def renamed(sources: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The sources with other names for some sheets and columns."""
    return {
        path: [names.get(sheet, sheet), row, names.get(column, column), *rest]
        for path, (sheet, row, column, *rest) in sources.items()
    }


def is_part(path: str, properties: Sequence[str]) -> bool:
    """Whether one of the properties is that at a path, or below it."""
    return any(_is_at(crossed(path), one) for one in properties)


def _is_at(wanted: str, path: str) -> bool:
    return path == wanted or path.startswith(f"{wanted}.")
