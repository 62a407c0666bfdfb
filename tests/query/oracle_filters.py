"""Filters said a second time, over plain rows and documents: the oracle's half of `query.filtering`.

The kinds of values are read from the schema that clients see: the name of a field's input says how it compares.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

from tests.query import reference
from tests.query.reference import Row, Thing

# What a filter's field of a thing is called in its row, and what one unit of it is there.
COLUMNS = {("party", "id"): "organization_id"}
AMOUNTS = {"amount": ("amount_fen", 100), "price": ("unit_price", 10_000)}
DIGITS = {"province": 2, "prefecture": 4, "county": 6, "township": 9}


class Filters:
    """Whether things meet filters; `oracle` is an `oracle.Oracle`."""

    def __init__(self, oracle: Any, schema: GraphQLSchema) -> None:
        self.oracle, self.schema = oracle, schema

    def meets(self, one: Any, wanted: Mapping[str, Any], type_name: str) -> bool:
        """Whether a thing, or an object of a document that may be absent, meets a filter of that type."""
        type_ = self.schema.type_map[type_name]
        assert isinstance(type_, GraphQLInputObjectType)
        return all(self._holds(one, name, value, type_) for name, value in wanted.items())

    def _holds(self, one: Any, name: str, value: Any, type_: GraphQLInputObjectType) -> bool:
        match name:
            case "and":
                return all(self.meets(one, part, type_.name) for part in value)
            case "or":
                return any(self.meets(one, part, type_.name) for part in value)
            case "not":
                return not self.meets(one, value, type_.name)
            case "isNull":
                return bool((one is None) == value)
        given = get_named_type(type_.fields[name].type)
        if self._is_own(one, name, given):
            return self.meets(self.oracle.called_in(one.document or {}, name), value, given.name)
        found = self._found(one, name)
        if name in ("organization", "process") and isinstance(found, list):  # some of them
            return any(self.meets(part, value, given.name) for part in found)
        if "some" in given.fields:
            return self._list(found or [], value, given)
        if "and" in given.fields:
            return (
                found is not None or not isinstance(one, Thing) or self._is_read(one, name)
            ) and self.meets(found, value, given.name)
        return self._compares(one, name, found, value, given.name)

    def _is_own(self, one: Any, name: str, filter_: Any) -> bool:
        """Whether a property of its own is called as what every disclosure is related to, or as a column of its row."""
        related = {"organization": "PartyFilter", "process": "ProcessFilter"}
        if isinstance(one, Thing) and one.kind in ("lot", "item"):
            return "and" in filter_.fields and name != "disclosure"
        return (
            isinstance(one, Thing)
            and one.kind == "disclosure"
            and filter_.name != related.get(name, filter_.name)
        )

    def _is_read(self, one: Thing, name: str) -> bool:
        """Whether an object is read from the document; a related thing that is not there meets nothing."""
        return name not in ("organization", "publisher", "process", "lot", "disclosure") or one.kind not in (
            "disclosure",
            "party",
            "process",
            "change",
        )

    def _list(self, found: Iterable[Any], wanted: Mapping[str, Any], type_: Any) -> bool:
        return all(self._quantified(list(found), name, value, type_) for name, value in wanted.items())

    def _quantified(self, found: list[Any], name: str, value: Any, type_: Any) -> bool:
        element = get_named_type(type_.fields["some"].type)
        if name == "count":
            where = value.get("where")
            count = sum(where is None or self._one(part, where, element) for part in found)
            return reference.meets(count, {n: v for n, v in value.items() if n != "where"}, "IntFilter")
        met = [self._one(part, value, element) for part in found]
        return {"some": any(met), "none": not any(met), "every": all(met)}[name]

    def _one(self, part: Any, wanted: Mapping[str, Any], element: Any) -> bool:
        if "and" in element.fields:
            return self.meets(part, wanted, element.name)
        return self._compares(None, "", part, wanted, element.name)

    def _found(self, one: Any, name: str) -> Any:
        """What a filter's field is about."""
        if not isinstance(one, Thing):
            return None if one is None else self.oracle.called_in(one, name)
        oracle, row = self.oracle, one.row
        match one.kind, name:
            case "disclosure", "publisher":
                return oracle.one("publisher", "id", row["publisher_id"])
            case "disclosure", "parties" | "organization":
                return oracle.parts(one, "party")
            case "disclosure", "lots" | "items":
                return oracle.parts(one, name[:-1])
            case "disclosure", "process":
                return oracle.processes(one)
            case "process", "publisher":
                return oracle.one("publisher", "id", row["publisher_id"])
            case "party", "organization":
                return oracle.one("organization", "id", row["organization_id"])
            case "party", "uscc":
                return oracle.one("organization", "id", row["organization_id"]).row["uscc"]
            case "item", "disclosure":
                return one.owner
            case "change", "disclosure":
                return oracle.one("disclosure", "id", row["disclosure_id"])
            case "party", "lot":
                lots = oracle.parts(one.owner, "lot")
                return next((lot for lot in lots if lot.row["ordinal"] == row["lot_ordinal"]), None)
            case _, "disclosures":
                return self._disclosures(one)
            case "disclosure" | "party" | "lot" | "item", "amount" | "price" if AMOUNTS[name][0] in row:
                column, unit = AMOUNTS[name]
                return None if row[column] is None else Decimal(row[column]) / unit
        column = COLUMNS.get((one.kind, name), reference.snake(name))
        return row[column] if column in row else oracle.called_in(one.document or {}, name)

    def _disclosures(self, one: Thing) -> list[Thing]:
        match one.kind:
            case "organization":
                rows = self.oracle.linked("party", "organization_id", one.row["id"])
            case "process":
                rows = self.oracle.linked("disclosure_process", "process_id", one.row["id"])
            case _:
                rows = self.oracle.all("disclosure", "publisher_id", one.row["id"])
        return [self.oracle.thing("disclosure", row) for row in rows]

    def _compares(self, one: Any, name: str, found: Any, wanted: Mapping[str, Any], input_: str) -> bool:
        others = {operator: given for operator, given in wanted.items() if operator != "within"}
        if "within" in wanted and not self._within(one, name, found, wanted["within"]):
            return False
        prefix = ""
        if input_ == "IdFilter":
            assert isinstance(one, Thing)
            prefix = "organization:" if one.kind == "party" else f"{one.kind}:"
        return reference.meets(found, others, input_, prefix)

    def _within(self, one: Any, name: str, found: Any, code: str) -> bool:
        (region,) = self.oracle.all("region", "code", code)
        level = region["level"]
        if isinstance(one, Thing) and one.kind == "disclosure" and name == "region":
            return self._lies(one.row, code, level)
        return found is not None and str(found).startswith(
            "" if level == "national" else code[: DIGITS[level]]
        )

    def _lies(self, row: Row, code: str, level: str) -> bool:
        match level:
            case "national":
                return True
            case "province" | "prefecture":
                return bool(row[level] == code)
            case "county":
                return str(row["region"] or "").startswith(code)
        return bool(row["region"] == code)
