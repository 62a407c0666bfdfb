"""Which types the cells of a file speak of: pairs of characters that they share with what the standard says of a type."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from math import log, sqrt
from typing import Any

from schemas.catalog import Catalog, Disclosure

_RUNS = re.compile(r"[\u4e00-\u9fff]{2,}")
# So much of one text counts; what follows is other people's prose.
_LONGEST = 400


class Tongue:
    """What every type is spoken of in: its titles, descriptions, codes and sample."""

    def __init__(self, catalog: Catalog) -> None:
        spoken = {name: Counter(_pairs(_texts(one, catalog))) for name, one in catalog.types.items()}
        in_types = Counter(pair for found in spoken.values() for pair in found)
        # What a third of the types say tells nothing.
        self._rarity = {pair: max(log(len(spoken) / (3 * count)), 0.0) for pair, count in in_types.items()}
        self._types = {name: self._weighed(found) for name, found in spoken.items()}

    def nearness(self, texts: Iterable[str]) -> Mapping[str, float]:
        """How much the texts speak as a type does, 0 to 1, the types that share nothing left out."""
        said = self._weighed(Counter(_pairs(texts)))
        return {
            name: near
            for name, own in self._types.items()
            if (near := sum(weight * own.get(pair, 0.0) for pair, weight in said.items()))
        }

    def _weighed(self, counts: Mapping[str, int]) -> dict[str, float]:
        weighed = {
            pair: (1 + log(count)) * rarity
            for pair, count in counts.items()
            if (rarity := self._rarity.get(pair, 0.0))
        }
        length = sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {pair: weight / length for pair, weight in weighed.items()}


def _texts(disclosure: Disclosure, catalog: Catalog) -> Iterator[str]:
    yield from (disclosure.title, str(disclosure.schema.get("description", "")))
    yield catalog.codelists["domain"].codes[disclosure.domain].title
    for field in disclosure.walk():
        yield from (field.title, field.description)
        if field.codelist and field.codelist != "region":
            yield from (code.title for code in catalog.codelists[field.codelist].codes.values())
    yield from _strings(disclosure.sample)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for one in node.values():
            yield from _strings(one)
    elif isinstance(node, list):
        for one in node:
            yield from _strings(one)


def _pairs(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for run in _RUNS.findall(text[:_LONGEST]):
            yield from (run[at : at + 2] for at in range(len(run) - 1))
