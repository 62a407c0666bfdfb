"""How much an introspection answers, told from its selections and the schema before graphql-core makes it.

Right below `__schema.types` every type is there once, so that averages are exact; what the fields of types lead to is
counted by the mean of what they lead to, and anything further by the most that any type has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
)

LISTS = ("fields", "inputFields", "enumValues", "possibleTypes", "interfaces")
WRAPPED = 0.5  # types that a type wraps
# Where a selection stands: of the schema, of all types, of the types that fields of these have, of any type.
SCHEMA, TYPES, NEAR, ANY = "schema", "types", "near", "any"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each list there are, by where it stands."""

    counts: Mapping[str, Mapping[str, float]]

    @classmethod
    def of(cls, schema: GraphQLSchema) -> "Sizes":
        """The sizes of a schema."""
        lists = {type_: _lists(schema, type_) for type_ in schema.type_map.values()}
        fields = [one for type_ in lists for one in _fields(type_)]
        outputs = [one for one in fields if not isinstance(one, GraphQLInputField)]
        given = [one for field in outputs for one in field.args.values()]
        inputs = [one for one in fields if isinstance(one, GraphQLInputField)]
        led = [[lists[get_named_type(one.type)] for one in ones] for ones in (outputs, given, inputs) if ones]
        args = [len(field.args) for field in outputs]
        most = {name: max(one[name] for one in lists.values()) for name in LISTS}
        return cls({
            SCHEMA: {"types": len(lists), "directives": len(schema.directives)},
            TYPES: {name: fmean(one[name] for one in lists.values()) for name in LISTS}
            | {"args": fmean(args)},
            NEAR: {name: max(fmean(one[name] for one in ones) for ones in led) for name in LISTS}
            | {"args": max(args), "ofType": WRAPPED},
            ANY: {**most, "args": max(args), "ofType": WRAPPED},
        })  # fmt: skip

    def count(self, place: str, name: str) -> float:
        """How many there are of what a field gives."""
        return self.counts[place].get(name, 1)


def below(place: str, name: str) -> str:
    """Where the selection of a field stands that stands somewhere itself; empty where it is no introspection."""
    match place, name:
        case _, "__schema":
            return SCHEMA
        case _, "__type":
            return ANY
        case "", _:
            return ""
        case "schema", "types":
            return TYPES
        case "types", "fields" | "inputFields" | "args" | "enumValues":
            return TYPES
        case "types", "type":
            return NEAR
    return ANY


def _fields(type_: Any) -> list[Any]:
    return list(getattr(type_, "fields", {}).values())


def _lists(schema: GraphQLSchema, type_: Any) -> dict[str, int]:
    is_input = isinstance(type_, GraphQLInputObjectType)
    count = len(_fields(type_))
    return {
        "fields": 0 if is_input else count,
        "inputFields": count if is_input else 0,
        "enumValues": len(type_.values) if isinstance(type_, GraphQLEnumType) else 0,
        "possibleTypes": len(schema.get_possible_types(type_)) if is_abstract_type(type_) else 0,
        "interfaces": len(getattr(type_, "interfaces", ())),
    }
