"""How a file is to be read: what the asker, a profile or nobody said, and what follows for reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from loaders.bounds import Bounds
from loaders.cells import Reader
from loaders.names import Names, names_of, normal
from loaders.profile import Profile
from schemas.catalog import Catalog
from schemas.uscc import region_of

_WHOLE_COUNTRY = "100000"


@dataclass(frozen=True)
class Asked:
    """How a file is to be read: the catalog, and what the asker, a profile or nobody said.

    `type` is the path of a type, or names an older version of one: `land/grant-notice/1.0`.
    `of_texts`: the file's format has only texts, so that a record's numbers are texts too.
    `since_1904`: the workbook counts its days from that year.
    `bounds`: what records may not go beyond; they also say who publishes what names nobody, and where.
    `below`: the units that lines below a table state, by its sheet and the row of its headings.
    `checking`: nothing is stored, so that checks go on where storing could not: without a publisher, without a column.
    """

    catalog: Catalog
    type: str | None = None
    profile: Profile | None = None
    publisher: Mapping[str, str] = field(default_factory=dict)
    publisher_given: bool = False
    checking: bool = False
    file_name: str = ""
    of_texts: bool = False
    bounds: Bounds | None = None
    since_1904: bool = False
    below: Mapping[tuple[str, int], Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def place(self) -> str | None:
        """Where the publisher is at home, None for one of the whole country or of nowhere that is known.

        A credit code has the division that registered its owner.
        """
        if self.bounds is not None:
            return None if self.bounds.region == _WHOLE_COUNTRY else self.bounds.region
        return None if self.level in (None, "national") else self._home

    @cached_property
    def level(self) -> str | None:
        """The publisher's level, as said or as its division has it."""
        said = self.publisher.get("level")
        return said or (self.catalog.regions.level(self._home) if self._home else None)

    @cached_property
    def organization(self) -> dict[str, str]:
        """The publisher as a record has it: the region said of it is its jurisdiction."""
        names = {"name": "name", "uscc": "uscc", "region": "jurisdiction"}
        return {names[said]: part for said, part in self.publisher.items() if said in names}

    @cached_property
    def stand_in(self) -> dict[str, str]:
        """Who publishes a file that does not say so, while it is only checked: one body, wherever its rows lie."""
        whole = {"jurisdiction": _WHOLE_COUNTRY} if self.catalog.regions.get(_WHOLE_COUNTRY) else {}
        return {"name": "公开主体（未写明）", **whole}

    @property
    def _home(self) -> str | None:
        own = self.bounds.publisher if self.bounds else ""
        code = self.publisher.get("region") or region_of(self.publisher.get("uscc", own))
        return code if code and self.catalog.regions.get(code) else None

    @cached_property
    def reader(self) -> Reader:
        """Reads cells; short names of places are looked up near the publisher first."""
        return Reader(self.catalog, self.place, self.since_1904)

    @cached_property
    def names(self) -> dict[str, Names]:
        """The names of the properties of every type that is asked for."""
        return {name: names_of(self.catalog.type(name), self.catalog) for name in self.types}

    @property
    def types(self) -> list[str]:
        """The types that rows may become."""
        named = [rule.type for rule in self.profile.records if rule.type] if self.profile else []
        return [self.type] if self.type else list(dict.fromkeys(named)) or list(self.catalog.types)

    def knows(self, heading: str) -> float:
        """How surely a text is a heading: a property's name in one of the types, or in the profile."""
        known = self._known.get(heading)
        if known is None:
            found = (names.find(heading) for names in self.names.values())
            known = max((meanings[0].weight for meanings in found if meanings), default=0.0)
            known = self._known[heading] = 1.0 if normal(heading) in self._said else known
        return known

    @cached_property
    def _known(self) -> dict[str, float]:
        """What `knows` has found: the first rows of a sheet are looked up again and again."""
        return {}

    @cached_property
    def _said(self) -> frozenset[str]:
        said = self.profile.headings_named() if self.profile else ()
        return frozenset(heading.partition("#")[0] for heading in map(normal, said))
