"""The GraphQL schema against its last release: what would break a client, and whether it was told in time.

`api/released/` holds the last released schema as text, the days of all releases, and since which of them each field,
argument, input field and enum value has been deprecated. What clients may use can go, or change its type, when a
release has said so for `NOTICE` days; a type can go when everything that leads to it can.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    print_schema,
)
from graphql.utilities import (
    BreakingChange,
    BreakingChangeType,
    find_breaking_changes,
    find_dangerous_changes,
)

from schemas.errors import OpenallocError

FOLDER = Path(__file__).resolve().parent / "released"
NOTICE = 180  # days between the release that deprecates and the one that takes away
SCHEMA, RELEASES, DEPRECATED = "schema.graphql", "releases.csv", "deprecated.csv"
Severity = Literal["refused", "announced", "dangerous"]

_KIND = BreakingChangeType
# How graphql-core words a change: the field or value that goes, and with `(` the argument of a field.
_WORDS: Mapping[BreakingChangeType, str] = {
    _KIND.FIELD_REMOVED: r"(?P<of>\w+\.\w+) was removed",
    _KIND.FIELD_CHANGED_KIND: r"(?P<of>\w+\.\w+) changed type",
    _KIND.VALUE_REMOVED_FROM_ENUM: r"(?P<value>\w+) was removed from enum type (?P<type>\w+)",
    _KIND.ARG_REMOVED: r"(?P<of>\w+\.\w+) arg (?P<arg>\w+) was removed",
    _KIND.ARG_CHANGED_KIND: r"(?P<of>\w+\.\w+) arg (?P<arg>\w+) has changed type",
    _KIND.REQUIRED_ARG_ADDED: r"A required arg \w+ on (?P<of>\w+\.\w+) was added",
    _KIND.REQUIRED_INPUT_FIELD_ADDED: r"A required field \w+ on input type (?P<type>\w+) was added",
    _KIND.TYPE_REMOVED: r"(?P<type>\w+) was removed",
    _KIND.TYPE_CHANGED_KIND: r"(?P<type>\w+) changed from",
    _KIND.IMPLEMENTED_INTERFACE_REMOVED: r"(?P<type>\w+) no longer implements",
    _KIND.TYPE_REMOVED_FROM_UNION: r"\w+ was removed from union type (?P<type>\w+)",
}


@dataclass(frozen=True, slots=True)
class Released:
    """The last release: its day, its text, and since when what is deprecated in it has been so."""

    day: date
    text: str
    since: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Change:
    """A change since the last release; what was announced long enough may go, what is refused may not."""

    severity: Severity
    kind: str
    description: str


def last(folder: Path = FOLDER) -> Released | None:
    """The last release; None where there was none. Raises OpenallocError A070 where its text was changed since."""
    if not (folder / RELEASES).is_file():
        return None
    *_, newest = _rows(folder / RELEASES)
    text = (folder / SCHEMA).read_text("utf-8")
    if _sha256(text) != newest["sha256"]:
        raise OpenallocError(
            "A070", f"{SCHEMA} 与发布时不同", f"{SCHEMA} is not what was released",
            "它由 openalloc graphql release 写出,不要手工修改。", "openalloc graphql release writes it; do not edit it.",
        )  # fmt: skip
    since = {row["coordinate"]: date.fromisoformat(row["since"]) for row in _rows(folder / DEPRECATED)}
    return Released(date.fromisoformat(newest["day"]), text, since)


def changes(before: Released, now: GraphQLSchema, today: date) -> list[Change]:
    """What changed since a release, the worst first; additions are not told."""
    # Both from text: graphene's scalars are of a class of their own, which would count as another kind of type.
    old, new = build_schema(before.text), build_schema(print_schema(now))
    breaking = find_breaking_changes(old, new)
    gone = {_named(one).get("type", "") for one in breaking if one.type is _KIND.TYPE_REMOVED}
    notice = _Notice(old, before.since, today - timedelta(days=NOTICE), gone)
    found = [
        Change("announced" if notice.of(one) else "refused", one.type.name, one.description)
        for one in breaking
        if not one.description.startswith("Standard scalar")
    ]
    found += [Change("dangerous", one.type.name, one.description) for one in find_dangerous_changes(old, new)]
    order: list[Severity] = ["refused", "announced", "dangerous"]
    return sorted(found, key=lambda one: (order.index(one.severity), one.kind, one.description))


def release(schema: GraphQLSchema, today: date, folder: Path = FOLDER) -> Released:
    """Write a release; raises OpenallocError A071 where it would break a client without notice, A072 for an earlier day."""
    before = last(folder)
    since: Mapping[str, date] = {}
    rows: list[dict[str, Any]] = []
    if before is not None:
        refused = [one for one in changes(before, schema, today) if one.severity == "refused"]
        if refused:
            raise OpenallocError(
                "A071", f"有 {len(refused)} 处变更会使客户端出错而未预先通知", f"{len(refused)} changes would break clients without notice",
                f"先标注 deprecated 并发布,{NOTICE} 天后再去掉;见 openalloc graphql diff。",
                f"Deprecate first, release, take away after {NOTICE} days; see openalloc graphql diff.",
            )  # fmt: skip
        if today < before.day:
            raise OpenallocError(
                "A072", f"发布日期 {today} 早于上次发布({before.day})", f"the day {today} is before the last release ({before.day})",
                "用 --on 指明日期。", "Name the day with --on.",
            )  # fmt: skip
        since, rows = before.since, list(_rows(folder / RELEASES))
    text = print_schema(schema) + "\n"
    marked = {one: since.get(one, today) for one in deprecated(schema)}
    rows.append({"day": today.isoformat(), "sha256": _sha256(text)})
    folder.mkdir(exist_ok=True)
    (folder / SCHEMA).write_text(text, "utf-8")
    _write(folder / DEPRECATED, ("coordinate", "since"),
           ({"coordinate": one, "since": day.isoformat()} for one, day in sorted(marked.items())))  # fmt: skip
    _write(folder / RELEASES, ("day", "sha256"), rows)
    return Released(today, text, marked)


def deprecated(schema: GraphQLSchema) -> Iterator[str]:
    """The coordinates of what a schema deprecates: `Type.field`, `Type.field(argument:)`, `Enum.VALUE`."""
    for name, made in schema.type_map.items():
        members: Mapping[str, Any] = {}
        if isinstance(made, GraphQLEnumType):
            members = made.values
        elif isinstance(made, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            members = made.fields
        for member, about in members.items():
            if about.deprecation_reason is not None:
                yield f"{name}.{member}"
            for argument, described in getattr(about, "args", {}).items():
                if described.deprecation_reason is not None:
                    yield f"{name}.{member}({argument}:)"


@dataclass
class _Notice:
    """What of the old schema was announced early enough to go."""

    old: GraphQLSchema
    since: Mapping[str, date]
    by: date
    gone: set[str]  # types that are no more
    _types: dict[str, bool] = field(default_factory=dict)

    def of(self, change: BreakingChange) -> bool:
        named = _named(change)
        if "value" in named:
            return self.announced(f"{named['type']}.{named['value']}") or self.type(named["type"])
        if "of" in named:
            argument = f"{named['of']}({named['arg']}:)" if "arg" in named else named["of"]
            return self.announced(argument) or self.announced(named["of"])
        return "type" in named and self.type(named["type"])

    def announced(self, coordinate: str) -> bool:
        return coordinate in self.since and self.since[coordinate] <= self.by

    def type(self, name: str) -> bool:
        """Whether everything that leads to a type was announced, or goes with a type of which that is so."""
        if name not in self._types:
            self._types[name] = True  # types that lead to each other go together
            uses = list(_uses(self.old, name))
            self._types[name] = bool(uses) and all(self._use(*use) for use in uses)
        return self._types[name]

    def _use(self, owner: str, *coordinates: str) -> bool:
        return any(map(self.announced, coordinates)) or (owner in self.gone and self.type(owner))


def _uses(schema: GraphQLSchema, name: str) -> Iterator[tuple[str, ...]]:
    """What has a type: its owner, then the coordinates by any of which it may be announced."""
    for owner, made in schema.type_map.items():
        if isinstance(made, GraphQLUnionType):
            if any(one.name == name for one in made.types):
                yield (owner,)
        elif isinstance(made, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for member, about in made.fields.items():
                if get_named_type(about.type).name == name:
                    yield owner, f"{owner}.{member}"
                for argument, described in getattr(about, "args", {}).items():
                    if get_named_type(described.type).name == name:
                        yield owner, f"{owner}.{member}({argument}:)", f"{owner}.{member}"


def _named(change: BreakingChange) -> dict[str, str]:
    found = re.match(_WORDS.get(change.type, r"(?!)"), change.description)
    return found.groupdict() if found else {}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _write(path: Path, names: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
