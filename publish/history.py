"""The versions of a type and what each brought."""

from collections.abc import Mapping
from dataclasses import dataclass

from publish.wording import Words
from schemas.catalog import Catalog, Disclosure

STATUSES: Mapping[str, Words] = {
    "current": ("现行", "current"), "superseded": ("已有新版本", "superseded"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Release:
    """A version: its status (a key of STATUSES) and what it changed, a sentence each."""

    version: str
    status: str
    changes: tuple[Words, ...]
    disclosure: Disclosure


def releases(type: str, catalog: Catalog) -> tuple[Release, ...]:
    """The versions of a type, the newest first."""
    versions = [one for one in catalog.versions.values() if one.type == type]
    made = [
        Release(
            one.version,
            status(one, catalog),
            (("第一版。", "The first version."),) if place == 0 else (),
            one,
        )
        for place, one in enumerate(versions)
    ]
    return tuple(reversed(made))


def status(disclosure: Disclosure, catalog: Catalog) -> str:
    """Whether a version is the one to use."""
    return "current" if catalog.types[disclosure.type] is disclosure else "superseded"


def changelog(type: str, catalog: Catalog) -> str:
    """The history of a type as Markdown, in both languages."""
    newest = catalog.types[type]
    lines = [f"# {newest.title} · {newest.title_en}", "", f"`{type}`", ""]
    for release in releases(type, catalog):
        chinese, english = STATUSES[release.status]
        lines += [f"## {release.version} ({chinese} · {english})", ""]
        lines += [f"- {zh} {en}" for zh, en in release.changes]
        lines.append("")
    return "\n".join(lines)
