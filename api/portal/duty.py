"""Of which types a department has published nothing lately: those of every domain that it publishes or stated something in.

Which department has to publish what the policy says of kinds of bodies, by names of 2018: it is told beside each type, and
nobody is told to owe anything. A statement that there was nothing counts beside the figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.policy import Body
from schemas.statement import Stated, statements


@dataclass(frozen=True, slots=True)
class Row:
    """A type: how many of it a department published in each of the years; what it stated of it, by the statement's id."""

    disclosure: Disclosure
    bodies: tuple[Body, ...]
    counts: tuple[int, ...]
    stated: tuple[tuple[str, Stated], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of it, and nothing was stated."""
        return not any(self.counts) and not self.stated


def rows(
    by_year: Sequence[Mapping[str, Any]],
    stated: Sequence[tuple[str, Stated]],
    years: Sequence[int],
    catalog: Catalog,
) -> Iterator[Row]:
    """The types of the department's domains, in the order of the standard; `by_year` has its counts by type and year."""
    counts = {(one["type"], one["year"]): int(one["count"]) for one in by_year}
    stating = {disclosure.type for disclosure, _ in statements(catalog)}
    known = {type for type, _ in counts if type not in stating} | {one.type for _, one in stated}
    domains = {catalog.types[type].domain for type in known if type in catalog.types}
    for path, disclosure in catalog.types.items():
        if disclosure.domain in domains and path not in stating:
            matter = catalog.policy.matters.get(path)
            yield Row(
                disclosure,
                matter.responsible if matter else (),
                tuple(counts.get((path, year), 0) for year in years),
                tuple(one for one in stated if one[1].type == path),
            )


def read(nodes: Sequence[Mapping[str, Any]], catalog: Catalog) -> Iterator[tuple[str, Stated]]:
    """What statements state, by their ids; one whose document is gone states nothing."""
    known = {disclosure.name: found for disclosure, found in statements(catalog)}
    for node in nodes:
        document = (node["asOf"] or {}).get("document") or {}
        found = known.get(str(document.get("schema")))
        told = found.read(document) if found else None
        if told is not None:
            yield node["id"], told
