"""The ordinary peer: graphene-sqlalchemy's types over mapped classes, relations by dataloaders, relay's connections.

The library's own batching of relations wants a loader that SQLAlchemy 2.1 no longer shows, without which it reads
each relation of each row by itself. Its connections read a whole relation to cut a page out of it, or count and skip:
here pages go by cursor, and lists in a list by a dataloader with a limit.
"""

from typing import Any

import graphene
from graphene import Argument, Field, Float, Int, List, String, relay
from graphene_sqlalchemy import SQLAlchemyObjectType

from bench.query import peer_orm_models as models
from bench.query.peer_orm_loading import Entities
from bench.query.peer_schema import Profile, TenderFilter, cursor, filter_type, narrowed, tenders, yuan
from bench.query.peer_summary import Dimension, Facet, Statistics, buckets, groups
from bench.query.values import BUYER, TENDERS, property_of
from schemas.catalog import Catalog


def _reading(info: Any) -> Entities:
    reading: Entities = info.context
    return reading


class Publisher(SQLAlchemyObjectType):
    class Meta:
        model = models.Publisher

    disclosures = relay.ConnectionField(lambda: DisclosureConnection)

    async def resolve_disclosures(self: Any, info: Any, first: int = 20) -> Any:
        return _connection(await _reading(info).of_publisher.load((self.id, first)), first)


class Organization(Profile, SQLAlchemyObjectType):
    class Meta:
        model = models.Organization

    disclosures = relay.ConnectionField(lambda: DisclosureConnection)

    async def resolve_disclosures(self: Any, info: Any, first: int = 20) -> Any:
        return _connection(await _reading(info).of_organization.load((self.id, first)), first)


class Party(SQLAlchemyObjectType):
    class Meta:
        model = models.Party

    amount = Float()

    def resolve_amount(self: Any, info: Any) -> Any:
        return yuan(self.amount_fen)

    async def resolve_organization(self: Any, info: Any) -> Any:
        return await _reading(info).organizations.load(self.organization_id)


class Disclosure(SQLAlchemyObjectType):
    class Meta:
        model = models.Disclosure

    id = graphene.ID()
    amount = Float()

    def resolve_id(self: Any, info: Any) -> Any:
        return self.id  # not the pair that is the key

    def resolve_amount(self: Any, info: Any) -> Any:
        return yuan(self.amount_fen)

    async def resolve_publisher(self: Any, info: Any) -> Any:
        return await _reading(info).publishers.load(self.publisher_id)

    async def resolve_parties(self: Any, info: Any) -> Any:
        return await _reading(info).parties.load((self.shard, self.number))


class DisclosureConnection(relay.Connection):
    class Meta:
        node = Disclosure

    nodes = List(Disclosure)
    facets = List(Facet, of=List(Dimension), first=Int())

    def resolve_nodes(self: Any, info: Any) -> Any:
        return [edge.node for edge in self.edges]

    def resolve_facets(self: Any, info: Any, of: list[Any], first: int) -> Any:
        prefecture = self.filter["region"]["within"]
        return [(one.value, buckets(_reading(info), one.value, prefecture, first)) for one in of]


def schema(catalog: Catalog) -> graphene.Schema:
    """The peer's schema; its codes are those of the catalog."""
    buyer = property_of(catalog, TENDERS, BUYER)
    disclosure_filter = filter_type(catalog)

    class Query(graphene.ObjectType):
        disclosure = Field(Disclosure, id=graphene.ID(required=True))
        organization = Field(Organization, uscc=String(required=True))
        disclosures = relay.ConnectionField(
            DisclosureConnection, search=String(), filter=Argument(disclosure_filter)
        )
        procurement_tender_notices = relay.ConnectionField(
            DisclosureConnection, filter=Argument(TenderFilter)
        )
        statistics = Field(
            Statistics, filter=Argument(disclosure_filter), group_by=List(Dimension), first=Int()
        )

        def resolve_disclosure(self: Any, info: Any, id: str) -> Any:
            return Disclosure.get_query(info).filter_by(id=id).first()

        async def resolve_organization(self: Any, info: Any, uscc: str) -> Any:
            return await _reading(info).organizations.load(uscc)

        def resolve_disclosures(
            self: Any, info: Any, first: int = 20, after: str | None = None, search: str | None = None, filter: Any = None
        ) -> Any:  # fmt: skip
            query = narrowed(_reading(info).disclosures(), after, search, filter).limit(first + 1)
            return _connection(_reading(info).listed(query), first, filter)

        def resolve_procurement_tender_notices(self: Any, info: Any, first: int, filter: Any) -> Any:
            query = tenders(_reading(info).disclosures(), buyer, filter["buyer"]["uscc"]["eq"])
            return _connection(_reading(info).listed(query.limit(first)), first)

        def resolve_statistics(self: Any, info: Any, filter: Any, group_by: list[Any], first: int) -> Any:
            keys = [one.value for one in group_by]
            return groups(_reading(info), keys, filter["region"]["within"], first)

    return graphene.Schema(query=Query)


def _connection(rows: list[Any], first: int, filter: Any = None) -> Any:
    edges = [DisclosureConnection.Edge(node=row, cursor=cursor(row)) for row in rows[:first]]
    made = DisclosureConnection(
        edges=edges,
        page_info=relay.PageInfo(
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
            has_previous_page=False,
            has_next_page=len(rows) > first,
        ),
    )
    made.filter = filter
    return made
