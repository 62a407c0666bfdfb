"""What the graphene peer reads: one request's connection, and loaders that ask once for all keys of one step."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiodataloader import DataLoader
from sqlalchemy import Connection, RowMapping, Select, select, tuple_
from sqlalchemy.orm import Session

from store.tables import disclosure, feature, organization, party, publisher, rollup_organization

Rows = list[RowMapping]
Columns = tuple[str, ...]
# The columns that any of the fields reads, besides the keys: nothing else is fetched.
DISCLOSURE: Columns = (
    "shard", "number", "id", "recency", "title", "type", "domain", "published_date", "amount_fen", "publisher_id",
)  # fmt: skip


def disclosures() -> Select[Any]:
    """The columns of disclosures that a list needs."""
    return select(*(disclosure.c[name] for name in DISCLOSURE))


class Lists:
    """One request's connection or session, and the loaders of lists in a list."""

    def __init__(self, connection: Connection | Session) -> None:
        self.connection = connection
        self.of_publisher = Latest(self)
        self.of_organization = Involving(self)

    def disclosures(self) -> Select[Any]:
        """What is read of disclosures."""
        return disclosures()

    def listed(self, query: Select[Any]) -> list[Any]:
        """Disclosures."""
        return self.all(query)

    def all(self, query: Select[Any]) -> Rows:
        """The rows of a statement."""
        return list(self.connection.execute(query).mappings())


class Reading(Lists):
    """One request's connection and its loaders."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.publishers = Publishers(self)
        self.parties = Parties(self)
        self.organizations = Organizations(self)


class _Loader(DataLoader[Any, Any]):
    def __init__(self, reading: Lists) -> None:
        super().__init__()
        self.reading = reading


class Publishers(_Loader):
    """Publishers by id."""

    async def batch_load_fn(self, keys: Sequence[str]) -> list[Any]:
        query = select(publisher.c.id, publisher.c.name).where(publisher.c.id.in_(keys))
        found = {row["id"]: row for row in self.reading.all(query)}
        return [found.get(key) for key in keys]


class Organizations(_Loader):
    """Organizations by id."""

    async def batch_load_fn(self, keys: Sequence[str]) -> list[Any]:
        query = select(organization.c.id, organization.c.uscc, organization.c.name)
        found = {row["id"]: row for row in self.reading.all(query.where(organization.c.id.in_(keys)))}
        return [found.get(key) for key in keys]


class Parties(_Loader):
    """The parties of disclosures, by (shard, number)."""

    async def batch_load_fn(self, keys: Sequence[tuple[str, str]]) -> list[Any]:
        c = party.c
        query = (
            select(c.shard, c.disclosure_number, c.role, c.amount_fen, c.organization_id)
            .where(tuple_(c.shard, c.disclosure_number).in_(keys))
            .order_by(c.shard, c.disclosure_number, c.ordinal)
        )
        found: dict[tuple[str, str], Rows] = defaultdict(list)
        for row in self.reading.all(query):
            found[row["shard"], row["disclosure_number"]].append(row)
        return [found[key] for key in keys]


class Latest(_Loader):
    """The newest disclosures of publishers, by (publisher, how many): a statement each, which the index answers.

    One statement with a window function would read all that each of them ever published.
    """

    async def batch_load_fn(self, keys: Sequence[tuple[str, int]]) -> list[Any]:
        c = disclosure.c
        query = self.reading.disclosures().order_by(c.recency.desc())
        return [self.reading.listed(query.where(c.publisher_id == one).limit(most)) for one, most in keys]


class Involving(_Loader):
    """The newest disclosures of organizations, by (organization, how many)."""

    async def batch_load_fn(self, keys: Sequence[tuple[str, int]]) -> list[Any]:
        c, p = disclosure.c, party.c
        found = []
        for one, most in keys:
            places = (
                select(p.shard, p.disclosure_number).where(p.organization_id == one)
                .group_by(p.recency, p.shard, p.disclosure_number).order_by(p.recency.desc()).limit(most).subquery()
            )  # fmt: skip
            query = self.reading.disclosures().join(
                places, (places.c.shard == c.shard) & (places.c.disclosure_number == c.number)
            )
            found.append(self.reading.listed(query.order_by(c.recency.desc())))
        return found


def featured(number: int, value: str) -> Select[Any]:
    """The recencies of records whose property has a value, from the index that all have."""
    f = feature.c
    return select(f.recency).where(f.property == number, f.text == value)


def profile(uscc: str, dimension: str) -> Select[Any]:
    """What is kept of an organization by role, by domain or by year."""
    k = rollup_organization.c
    columns = (k.value, k.disclosures, k.parties, k.party_high, k.party_low, k.first_date, k.last_date)
    return select(*columns).where(k.organization_id == uscc, k.dimension == dimension)
