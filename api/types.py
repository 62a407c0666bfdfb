"""The GraphQL schema: graphene types made from the query model. The only module that imports graphene."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import graphene
from graphql import GraphQLError, GraphQLSchema, StringValueNode, ValueNode

from query.arguments import Argument, FilterType
from query.inputs import logical, quantified
from query.model import Model
from query.objects import Attribute, EnumType, ObjectType
from query.operators import COMPARISONS, operators_of


def graphql_schema(model: Model) -> GraphQLSchema:
    """The executable schema of a model; operations are not run on it, they are planned from it."""
    made = _Types(model)
    schema = graphene.Schema(
        query=made.classes["Query"],
        subscription=made.classes["Subscription"],
        types=made.concrete(),
        auto_camelcase=False,
    )
    core: GraphQLSchema = schema.graphql_schema
    return core


def _iso(check: Callable[[str], Any], name: str, example: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        try:
            check(value)
        except (ValueError, TypeError):
            raise GraphQLError(f"{name} 应写作 {example} / a {name} is written {example}") from None
        return str(value)

    return parse


def _scalar(name: str, description: str, check: Callable[[str], Any], example: str) -> type[graphene.Scalar]:
    parse = _iso(check, name, example)

    def parse_literal(node: ValueNode, _variables: Any = None) -> str:
        return parse(node.value if isinstance(node, StringValueNode) else None)

    return type(
        name,
        (graphene.Scalar,),
        {
            "__doc__": description,
            "serialize": staticmethod(str),
            "parse_value": staticmethod(parse),
            "parse_literal": staticmethod(parse_literal),
        },
    )


def _day(value: str) -> None:
    # 20240618 and 2024-W25-2 are dates to Python as well, but not to SQLite.
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError(value)


def _instant(value: str) -> None:
    if datetime.fromisoformat(value).tzinfo is None or len(value) < 17:
        raise ValueError(value)


def _moment(value: str) -> None:
    if len(value) == 10:
        date.fromisoformat(value)
    else:
        datetime.fromisoformat(value)


class _Types:
    """graphene classes by name."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.classes: dict[str, Any] = {
            "String": graphene.String, "ID": graphene.ID, "Int": graphene.Int, "Float": graphene.Float,
            "Boolean": graphene.Boolean, "JSON": _json(),
            "Date": _scalar("Date", "日期 YYYY-MM-DD。A date.", _day, "2024-06-18"),
            "DateTime": _scalar(
                "DateTime", "带时区的日期时间。A date and time with offset.", _instant, "2024-06-18T09:30:00+08:00",
            ),
            "DateOrDateTime": _scalar(
                "DateOrDateTime", "日期,或者带时区的日期时间。A date, or a date and time with offset.",
                _moment, "2024-06-18T09:30:00+08:00",
            ),
        }  # fmt: skip
        for enum in model.enums.values():
            self.classes[enum.name] = _enum(enum)
        self._inputs()
        for made in model.types.values():
            if made.abstract:
                self.classes[made.name] = self._object(made, graphene.Interface)
        for made in model.types.values():
            if not made.abstract:
                self.classes[made.name] = self._object(made, graphene.ObjectType)

    def concrete(self) -> list[Any]:
        """The object types, for the schema to know those that only an interface leads to."""
        return [self.classes[made.name] for made in self.model.types.values() if not made.abstract]

    def _object(self, made: ObjectType, base: type) -> type:
        interfaces = tuple(self.classes[name] for name in made.implements)
        meta = type(
            "Meta", (), {"name": made.name, "description": made.description, "interfaces": interfaces}
        )
        fields = {attribute.name: self._field(attribute) for attribute in made.attributes}
        return type(made.name, (base,), {**fields, "Meta": meta})

    def _field(self, attribute: Attribute) -> graphene.Field:
        arguments = {one.name: self._argument(one) for one in attribute.arguments}
        return graphene.Field(
            self._typed(attribute.type), description=attribute.description,
            deprecation_reason=attribute.deprecated, args=arguments,
        )  # fmt: skip

    def _argument(self, argument: Argument) -> graphene.Argument:
        return graphene.Argument(self._typed(argument.type), description=argument.description)

    def _typed(self, notation: str) -> Any:
        """`[Lot!]!` as graphene has it; a name is looked up late, so that types may refer to each other."""
        if notation.endswith("!"):
            return graphene.NonNull(self._typed(notation[:-1]))
        if notation.startswith("["):
            return graphene.List(self._typed(notation[1:-1]))
        return lambda: self.classes[notation]

    def _inputs(self) -> None:
        for name, comparison in self.model.comparisons.items():
            self._input(name, comparison.description, self._operators(comparison.kind, comparison.value))
        for made in self.model.filters.values():
            self._input(made.name, made.description, self._parts(made))
        self._order("StatisticsOrder", "各组的一项排序。One order of groups.")
        self.classes["OrderDirection"] = _enum(
            EnumType(
                "OrderDirection",
                "方向;空值总在最后。Direction; nulls come last.",
                (("ASC", "升序。Ascending."), ("DESC", "降序。Descending.")),
            )
        )
        for name, orders in self.model.orders.items():
            values = tuple((order.name, order.description) for order in orders)
            self.classes[f"{name}Field"] = _enum(
                EnumType(f"{name}Field", "排序的依据。What to order by.", values)
            )
            self._order(name, "排序。An order.")

    def _order(self, name: str, description: str) -> None:
        fields = {
            "field": self._part(f"{name}Field!", "依据。What to order by."),
            "direction": self._part("OrderDirection", "方向,默认降序。Direction, DESC by default."),
        }
        self._input(name, description, fields)

    def _operators(self, kind: str, value: str) -> dict[str, graphene.InputField]:
        types = {"one": value, "several": f"[{value}!]", "two": f"[{value}!]", "flag": "Boolean"}
        return {one.name: self._part(types[one.takes], one.description) for one in operators_of(kind)}

    def _parts(self, made: FilterType) -> dict[str, graphene.InputField]:
        """The fields of a filter of a thing, of a list, or of how many there are."""
        if made.of == "count":
            numbers = COMPARISONS["IntFilter"]
            where = self._part(made.element, "哪些。Which ones.")
            compared = self._operators(numbers.kind, numbers.value)
            return {"where": where} | {name: one for name, one in compared.items() if name != "isNull"}
        if made.of == "list":
            return {name: self._part(*one) for name, one in quantified(made).items()}
        fields = {one.name: self._part(one.input, one.description) for one in made.fields}
        return fields | {name: self._part(*one) for name, one in logical(made).items()}

    def _part(self, notation: str, description: str) -> graphene.InputField:
        return graphene.InputField(self._typed(notation), description=description)

    def _input(self, name: str, description: str, fields: dict[str, Any]) -> None:
        meta = type("Meta", (), {"name": name, "description": description})
        self.classes[name] = type(name, (graphene.InputObjectType,), {**fields, "Meta": meta})


def _enum(enum: EnumType) -> Any:
    texts = dict(enum.values)
    return graphene.Enum(
        enum.name,
        [(name, name) for name, _ in enum.values],
        description=lambda member: texts[member.value] if member else enum.description,
    )


def _json() -> type[graphene.Scalar]:
    return type(
        "JSON",
        (graphene.Scalar,),
        {"__doc__": "JSON 全文。Any JSON.", "serialize": staticmethod(lambda value: value)},
    )
