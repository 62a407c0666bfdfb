"""A record while its cells come in: values put at paths, each with where it came from."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Step = str | int
Path = tuple[Step, ...]
Source = list[Any]  # [sheet, row, column, rule, raw cell where a rule changed it]

# Of cells that were more than read (`loaders.rules`).
PROFILE, ABOVE, JOINED, LABEL, MASKED, TYPED = "profile", "above", "joined", "label", "masked", "typed"
MORE_THAN_READ = frozenset({PROFILE, ABOVE, JOINED, LABEL, MASKED, TYPED})

STORED, SAME, CONFLICT = "stored", "same", "conflict"


class Places(dict[int, Any]):
    """The entries of a list while it is filled, by place; gaps close in the end."""


class Draft:
    """A record in the making."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._sources: dict[Path, Source] = {}

    def put(self, path: Path, value: Any, source: Source | None) -> str:
        """Put a value at a path: `STORED`, `SAME` if it is there, `CONFLICT` if another is (which then stays).

        An object is put part by part, so that two columns can fill one organization; each part has its source.
        """
        if isinstance(value, dict):
            outcomes = {self._put((*path, name), part, source) for name, part in value.items()}
            return next((one for one in (STORED, SAME) if one in outcomes), CONFLICT)
        return self._put(path, value, source)

    def _put(self, path: Path, value: Any, source: Source | None) -> str:
        outcome = self._set(path, value)
        if outcome == STORED and source is not None:
            self._sources.setdefault(path, _of_value(source, value))
        return outcome

    def get(self, path: Path) -> Any:
        """What stands at a path, None where nothing does."""
        node: Any = self._root
        for step in path:
            node = node.get(step) if isinstance(node, dict) else None
        return node

    def replace(self, path: Path, value: Any, source: Source | None) -> None:
        """Put a value at a path whatever stood there."""
        self.get(path[:-1])[path[-1]] = value
        if source is not None:
            self._sources[path] = _of_value(source, value)

    def remove(self, path: Path) -> None:
        """Leave out what stands at a path, and its sources."""
        del self.get(path[:-1])[path[-1]]
        self._sources = {
            place: source for place, source in self._sources.items() if place[: len(path)] != path
        }

    def leaves(self) -> dict[Path, Any]:
        """Every value that is no object, by its place."""
        found: dict[Path, Any] = {}
        open_: list[tuple[Path, dict[Any, Any]]] = [((), self._root)]
        while open_:
            path, node = open_.pop()
            for step, value in node.items():
                if isinstance(value, dict):
                    open_.append(((*path, step), value))
                else:
                    found[*path, step] = value
        return found

    def finish(self) -> tuple[dict[str, Any], dict[str, Source]]:
        """The record as JSON has it, and the sources by dotted path."""
        moved: dict[Path, Path] = {}
        record = _plain(self._root, (), (), moved)
        sources = {
            ".".join(map(str, moved.get(path, path))): source for path, source in self._sources.items()
        }
        return record, sources

    def _set(self, path: Path, value: Any) -> str:
        node: Any = self._root
        for step, following in pairwise(path):
            empty: dict[Any, Any] = Places() if isinstance(following, int) else {}
            node = node.setdefault(step, empty)
        last = path[-1]
        if last in node:
            return SAME if node[last] == value else CONFLICT
        node[last] = value
        return STORED


def _of_value(source: Source, value: Any) -> Source:
    """The source of one value: no rule of reading where the cell says just this, as a wording does beside its code."""
    if len(source) > 4 and source[4] == value and MORE_THAN_READ.isdisjoint(str(source[3]).split("+")):
        return [*source[:3], None]
    return source


def _plain(node: Any, old: Path, new: Path, moved: dict[Path, Path]) -> Any:
    moved[old] = new
    if isinstance(node, Places):
        return [
            _plain(node[place], (*old, place), (*new, number), moved)
            for number, place in enumerate(sorted(node))
        ]
    if isinstance(node, dict):
        return {name: _plain(value, (*old, name), (*new, name), moved) for name, value in node.items()}
    return node


def flattened(cells: Mapping[str, Any], lists: Sequence[str] = (), before: str = "") -> dict[str, Any]:
    """A JSON object as one level: `{"a": {"b": 1}}` → `{"a.b": 1}`; lists of plain values are joined with a pipe.

    Lists of objects stay as they are, as do the `lists` named; an object where one of these is expected is a list of one.
    """
    flat: dict[str, Any] = {}
    for name, value in cells.items():
        key = f"{before}{name}"
        if isinstance(value, Mapping) and key in lists:
            flat[key] = [value]
        elif isinstance(value, Mapping):
            flat.update(flattened(value, lists, f"{key}."))
        elif (
            isinstance(value, list)
            and key not in lists
            and not any(isinstance(v, (dict, list)) for v in value)
        ):
            flat[key] = "|".join("" if part is None else str(part) for part in value)
        else:
            flat[key] = value
    return flat


def inner_value(element: Mapping[str, Any], name: str) -> Any:
    """What an object has under a name, or inside its objects under a dotted one: `供应商.名称`."""
    if name in element:
        return element[name]
    first, dot, rest = name.partition(".")
    inner = element.get(first)
    return inner_value(inner, rest) if dot and isinstance(inner, Mapping) else None
