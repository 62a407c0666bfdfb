"""How a file is to be read: what the asker, a profile or nobody said, and what follows for reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from loaders.cells import Reader
from loaders.names import Names, normal
from loaders.profile import Profile
from schemas.catalog import Catalog


@dataclass(frozen=True)
class Asked:
    """How a file is to be read: the catalog, and what the asker, a profile or nobody said."""

    catalog: Catalog
    type: str | None = None
    profile: Profile | None = None
    publisher: Mapping[str, str] = field(default_factory=dict)
    publisher_given: bool = False

    @cached_property
    def reader(self) -> Reader:
        """Reads cells; short names of places are looked up in the publisher's province first."""
        region = self.publisher.get("region")
        within = self.catalog.regions.province(region) if region else None
        return Reader(self.catalog, within)

    @cached_property
    def names(self) -> dict[str, Names]:
        """The names of the properties of every type that is asked for."""
        return {name: Names(self.catalog.type(name), self.reader.units) for name in self.types}

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
