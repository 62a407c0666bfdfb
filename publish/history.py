"""The versions of a type: since when each is what it is, and what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from publish.wording import Words
from schemas.catalog import Catalog, Disclosure
from schemas.changes import Change
from schemas.compatibility import compare
from schemas.release import Status

STATUSES: Mapping[Status, Words] = {
    "draft": ("草案", "draft"), "current": ("现行", "current"), "deprecated": ("已弃用", "deprecated"),
    "retired": ("已停用", "retired"),
}  # fmt: skip
_DAYS: Mapping[str, Words] = {
    "released": ("发布", "released"), "deprecated": ("弃用", "deprecated"), "retired": ("停用", "retired"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """A version, its status on a day, the days on which that changed, and its changes against the one before."""

    disclosure: Disclosure
    status: Status
    days: tuple[tuple[Words, date], ...]
    changes: tuple[Change, ...]
    first: bool


def history(type: str, catalog: Catalog, on: date) -> tuple[Version, ...]:
    """The versions of a type on a day, the newest first."""
    versions = catalog.history(type)
    changes = [(), *(compare(old, new, catalog.codelists).changes for old, new in pairwise(versions))]
    made = [
        Version(one, one.release.status(on), _days(one), what, place == 0)
        for place, (one, what) in enumerate(zip(versions, changes, strict=True))
    ]
    return tuple(reversed(made))


def changelog(type: str, catalog: Catalog, on: date) -> str:
    """The history of a type as Markdown, in both languages."""
    newest = catalog.types[type]
    lines = [f"# {newest.title} · {newest.title_en}", "", f"`{type}`", ""]
    for version in history(type, catalog, on):
        chinese, english = STATUSES[version.status]
        lines += [f"## {version.disclosure.version}", "", f"{chinese} · {english}"]
        lines += [f"{zh} · {en}: {day}" for (zh, en), day in version.days]
        lines.append("")
        if version.first:
            lines.append("- 第一版。The first version.")
        for one in version.changes:
            place = f"`{one.path}` " if one.path else ""
            lines.append(f"- {place}{one.message}。{one.message_en}.")
        if version.disclosure.release.note:
            lines += ["", f"{version.disclosure.release.note} {version.disclosure.release.note_en}".rstrip()]
        lines.append("")
    return "\n".join(lines)


def _days(disclosure: Disclosure) -> tuple[tuple[Words, date], ...]:
    release = disclosure.release
    days = {"released": release.released, "deprecated": release.deprecated, "retired": release.retired}
    return tuple((_DAYS[name], day) for name, day in days.items() if day is not None)
