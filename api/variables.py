"""The variables of a request: their shape, by which plans are kept, and their values set free to be planned with."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

from api.planner import plain
from query.binding import Free, Path

Declared: TypeAlias = tuple[tuple[str, GraphQLInputType], ...]
Fixed: TypeAlias = frozenset[Path] | None  # the places whose values decide the plan; None: all do
ABSENT = "absent"
_KNOWN = 10_000  # characters of values that decide a plan, to be kept with it
_DEEPEST = 20  # levels of a variable whose plans are kept


class _Unkept(Exception):  # noqa: N818 - nothing is wrong
    """Variables by which no plan is kept."""


def shape_of(
    declared: Declared, variables: Mapping[str, Any], fixed: Fixed, most: int
) -> tuple[Any, ...] | None:
    """The shape of the declared variables; None for what is too large or too deep, or no JSON."""
    left = [most - len(declared), _KNOWN]
    try:
        return tuple(
            [
                _shape(variables[name], (name,), fixed, left) if name in variables else ABSENT
                for name, _ in declared
            ]
        )
    except _Unkept:
        return None


def _shape(value: Any, path: Path, fixed: Fixed, left: list[int]) -> Any:
    """Types and structure of a value; where its place is fixed (None: all are), the value with its type.

    `left` counts how many values, and how many characters of fixed ones, there may still be.
    """
    kind = type(value)
    if kind is str or kind is int or kind is float:
        if fixed is None or path in fixed:
            text = repr(value)  # tells 0.0 from -0.0
            left[1] -= len(text)
            return (kind, text)
        return kind
    if value is None or kind is bool:
        return value
    if kind is dict or kind is list:
        left[0] -= len(value)
    if min(left) < 0 or len(path) > _DEEPEST:
        raise _Unkept
    if kind is dict:
        return tuple([(name, _shape(one, (*path, name), fixed, left)) for name, one in value.items()])
    if kind is list:
        within = (*path, 0)
        return (list, tuple([_shape(one, within, fixed, left) for one in value]))
    raise _Unkept


def freed(
    declared: Declared, given: Mapping[str, Any], coerced: Mapping[str, Any], fixed: frozenset[Path]
) -> dict[str, Any]:
    """The coerced variables with what is free in the place of their values."""
    return {
        name: _free(type_, given[name], coerced[name], (name,), (name,), fixed)
        for name, type_ in declared
        if name in given and name in coerced
    }


def _free(
    type_: GraphQLInputType, given: Any, coerced: Any, path: Path, place: Path, fixed: frozenset[Path]
) -> Any:
    """`path` is where the value is, `place` the same with 0 for every place of a list."""
    if given is None or type(given) is bool:
        return coerced
    if isinstance(type_, GraphQLNonNull):
        return _free(type_.of_type, given, coerced, path, place, fixed)
    if isinstance(type_, GraphQLList):
        if not isinstance(given, list):
            return [_free(type_.of_type, given, coerced[0], path, place, fixed)]
        return [
            _free(type_.of_type, one, made, (*path, at), (*place, 0), fixed)
            for at, (one, made) in enumerate(zip(given, coerced, strict=True))
        ]
    if isinstance(type_, GraphQLInputObjectType):
        made = dict(coerced)
        for name, field_ in type_.fields.items():
            if name in given:
                out = field_.out_name or name
                made[out] = _free(field_.type, given[name], made[out], (*path, name), (*place, name), fixed)
        return made
    if place in fixed or type(given) not in (str, int, float):
        return coerced
    return Free(path, partial(_leaf, type_), plain(coerced))


def _leaf(type_: Any, value: Any) -> Any:
    """A leaf as graphql-core coerces it; raises for what is not of the type."""
    made = type_.parse_value(value)
    return getattr(made, "value", made)
