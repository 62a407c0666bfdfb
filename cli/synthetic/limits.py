"""What the schema allows at each property, with what is made where it says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.catalog import Disclosure
from schemas.field import Field

_HUGE = 1e18
_LONGEST = 600  # no longer text is made


@dataclass(slots=True)
class Limits:
    """The limits of one property."""

    minimum: float = -_HUGE
    maximum: float = _HUGE
    min_length: int = 1
    max_length: int = _LONGEST
    pattern: str | None = None
    min_items: int = 0
    max_items: int = 4

    @classmethod
    def of(cls, field: Field) -> "Limits":
        """The field's own limits, never wider than what is made."""
        said = field.limits
        return cls(
            minimum=-_HUGE if said.minimum is None else said.minimum,
            maximum=_HUGE if said.maximum is None else said.maximum,
            min_length=max(said.min_length or 1, 1),
            max_length=min(said.max_length or _LONGEST, _LONGEST),
            pattern=said.pattern,
            min_items=said.min_items or 0,
            max_items=4 if said.max_items is None else min(said.max_items, 4),
        )

    def fit(self, text: str) -> str:
        """The text, cut or repeated to a length that is allowed."""
        if len(text) < self.min_length:
            text = (text * self.min_length)[: self.min_length]
        return text if len(text) <= self.max_length else text[: self.max_length]


def limits(disclosure: Disclosure) -> Mapping[tuple[str, ...], Limits]:
    """The limits of a type by path."""
    return {field.path: Limits.of(field) for field in disclosure.walk()}
