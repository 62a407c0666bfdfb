"""The graphene peer's statistics and facets, from the rollups that all have."""

from typing import Any

from graphene import ID, Enum, Field, Float, Int, List, ObjectType, String
from sqlalchemy import Row, Select, Table, func, select

from bench.query.peer_loading import Lists
from store.tables import rollup_domain, rollup_type, rollup_year

_KEYS = {"DOMAIN": "domain", "TYPE": "type", "YEAR": "year"}
_ROLLUPS = (rollup_type, rollup_domain, rollup_year)  # the smallest first


Dimension = Enum("StatisticsDimension", [(key, key) for key in _KEYS])


def grouped(keys: list[str], prefecture: str) -> Select[Any]:
    """How many disclosures of a prefecture there are by these keys, and their amounts."""
    r = _rollup(keys).c
    columns = [r[_KEYS[key]] for key in keys]
    return (
        select(
            *columns, func.sum(r.disclosures), func.sum(r.amounts), func.sum(r.amount_high), func.sum(r.amount_low)
        )
        .where(r.prefecture == prefecture)
        .group_by(*columns)
    )  # fmt: skip


def _rollup(keys: list[str]) -> Table:
    """The smallest that has all the keys."""
    return next(one for one in _ROLLUPS if all(_KEYS[key] in one.columns for key in keys))


def groups(reading: Lists, keys: list[str], prefecture: str, first: int) -> list[Row[Any]]:
    """The groups in the order of their keys."""
    r = _rollup(keys).c
    query = grouped(keys, prefecture).order_by(*(r[_KEYS[key]].nulls_last() for key in keys)).limit(first)
    return list(reading.connection.execute(query))


def buckets(reading: Lists, key: str, prefecture: str, first: int) -> list[Row[Any]]:
    """The values of one key, the most frequent first."""
    r = _rollup([key]).c
    query = grouped([key], prefecture).order_by(func.sum(r.disclosures).desc(), r[_KEYS[key]].nulls_last())
    return list(reading.connection.execute(query.limit(first)))


class Key(ObjectType):
    value = String()

    def resolve_value(self: Any, info: Any) -> Any:
        return self


class Amount(ObjectType):
    sum = Float()

    def resolve_sum(self: Any, info: Any) -> Any:
        amounts, high, low = self
        return (int(high) * 1_000_000_000 + int(low)) / 100 if amounts else None


class StatisticsGroup(ObjectType):
    keys = List(Key)
    count = Int()
    amount = Field(Amount)

    def resolve_keys(self: Any, info: Any) -> Any:
        return self[:-4]

    def resolve_count(self: Any, info: Any) -> Any:
        return self[-4]

    def resolve_amount(self: Any, info: Any) -> Any:
        return self[-3:]


class Statistics(ObjectType):
    groups = List(StatisticsGroup)

    def resolve_groups(self: Any, info: Any) -> Any:
        return self


class Bucket(ObjectType):
    key = ID()
    count = Int()

    def resolve_key(self: Any, info: Any) -> Any:
        return self[0]

    def resolve_count(self: Any, info: Any) -> Any:
        return self[1]


class Facet(ObjectType):
    dimension = String()
    buckets = List(Bucket)

    def resolve_dimension(self: Any, info: Any) -> Any:
        return self[0]

    def resolve_buckets(self: Any, info: Any) -> Any:
        return self[1]
