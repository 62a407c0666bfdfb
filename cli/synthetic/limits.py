"""What the schema allows at each property: ranges, lengths, patterns, sizes of lists.

`Field` does not carry them, so the validator is asked: it refuses a record that is wrong at every leaf, and its
refusals name the limits. Once for each type; nothing is validated when records are made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.catalog import Catalog, Disclosure
from schemas.check import validator
from schemas.field import Field

_HUGE = 1e18
_LONG = "文" * 601  # longer than any text that is made
_NUMBERS = ("integer", "number")


@dataclass(slots=True)
class Limits:
    """The narrowest limits that hold at one property."""

    minimum: float = -_HUGE
    maximum: float = _HUGE
    min_length: int = 1
    max_length: int = len(_LONG) - 1
    pattern: str | None = None
    min_items: int = 0
    max_items: int = 4

    def fit(self, text: str) -> str:
        """The text, cut or repeated to a length that is allowed."""
        if len(text) < self.min_length:
            text = (text * self.min_length)[: self.min_length]
        return text if len(text) <= self.max_length else text[: self.max_length]

    def narrow(self, keyword: str, value: Any) -> None:
        """Take what one keyword of the schema says."""
        if keyword == "minimum":
            self.minimum = max(self.minimum, value)
        elif keyword == "maximum":
            self.maximum = min(self.maximum, value)
        elif keyword == "minLength":
            self.min_length = max(self.min_length, value)
        elif keyword == "maxLength":
            self.max_length = min(self.max_length, value)
        elif keyword == "pattern":
            self.pattern = str(value)
        elif keyword == "minItems":
            self.min_items = max(self.min_items, value)
        elif keyword == "maxItems":
            self.max_items = min(self.max_items, value)


def limits(disclosure: Disclosure, catalog: Catalog) -> Mapping[tuple[str, ...], Limits]:
    """The limits of a type by path; a path that is not there has none of its own."""
    decides = validator(disclosure, catalog).decides
    found: dict[tuple[str, ...], Limits] = {}
    for probe in (_low, _high, _crowded):
        for error in decides.iter_errors(_filled(disclosure.fields, probe)):
            path = tuple(step for step in error.instance_path if isinstance(step, str))
            found.setdefault(path, Limits()).narrow(error.kind.name, error.kind.value)
    return found


def _filled(fields: tuple[Field, ...], probe: Callable[[Field], Any]) -> dict[str, Any]:
    return {field.name: value for field in fields if (value := probe(field)) is not None}


def _low(field: Field) -> Any:
    """Numbers too small, texts and lists too short."""
    leaf: Any = -int(_HUGE) if field.kind in _NUMBERS else ""
    value = _filled(field.fields, _low) if field.fields else leaf
    return [value] if field.many else value


def _high(field: Field) -> Any:
    """Numbers too large, texts too long and of no pattern."""
    leaf: Any = int(_HUGE) if field.kind in _NUMBERS else _LONG
    value = _filled(field.fields, _high) if field.fields else leaf
    return [value] if field.many else value


def _crowded(field: Field) -> Any:
    """Lists with more than are ever made; all else is left out."""
    if field.fields:
        value = _filled(field.fields, _crowded)
        return [value] * 5 if field.many else value or None
    return ["x"] * 5 if field.many else None
