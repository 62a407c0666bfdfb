"""How far a property is from being a column of its own: deep ones, those of lists inside lists, of other people's seats."""

from loaders.mapping.candidates import ASIDE, Candidate
from schemas.catalog import Disclosure
from schemas.field import Field

# A list inside a list is rarely meant; parts of parties and documents hardly ever.
_DEEPER, _INNER_LIST, _OF_ASIDE, _OF_OTHERS, _SECOND = 0.02, 0.08, 0.12, 0.3, 0.08


def remoteness(candidate: Candidate, disclosure: Disclosure, under: tuple[str, ...]) -> float:
    """What is taken off for a property that is rarely a column of its own, or of the list `under`."""
    field = candidate.field
    off = _DEEPER * (len(field.path) - 1) + _INNER_LIST * max(_lists(field, disclosure, under) - 1, 0)
    off += _OF_ASIDE if field.path[0] in ASIDE and not under else 0.0
    off += _OF_OTHERS if field.path[0] in ("relatedDisclosures", "withheld") else 0.0
    off += _SECOND if candidate.secondary else 0.0
    # The seat of an organization is hardly ever a column of its own; the region of the record is.
    return off + (_OF_OTHERS if field.codelist == "region" and len(field.path) > 1 else 0.0)


def is_entry(field: Field, under: tuple[str, ...], disclosure: Disclosure, *, inner: bool) -> bool:
    """Whether a property is of the entries of a list; of a list inside them only for an `inner` object."""
    return field.path[: len(under)] == under and _lists(field, disclosure, under) <= inner


def _lists(field: Field, disclosure: Disclosure, under: tuple[str, ...]) -> int:
    """How many lists lead from one to a property."""
    return sum(
        disclosure.by_path[".".join(field.path[:length])].many
        for length in range(len(under) + 1, len(field.path) + 1)
    )
