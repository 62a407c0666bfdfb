"""The peer: graphene types with plain resolvers over SQLAlchemy Core and dataloaders, for the shapes' operations."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import graphene
from graphene import (
    Argument,
    Boolean,
    Date,
    Field,
    Float,
    InputField,
    InputObjectType,
    Int,
    List,
    ObjectType,
    String,
)
from sqlalchemy import ColumnElement, Select, text

from bench.query.peer_loading import Reading, disclosures, featured, profile
from bench.query.peer_summary import Dimension, Facet, Statistics, buckets, groups
from bench.query.values import BUYER, TENDERS, property_of
from query.search import read
from schemas.catalog import Catalog
from store.tables import disclosure, rollup_organization
from store.terms import match_expression


def _reading(info: Any) -> Reading:
    reading: Reading = info.context
    return reading


class PageInfo(ObjectType):
    endCursor = String()
    hasNextPage = Boolean()


class Publisher(ObjectType):
    name = String()
    disclosures = Field(lambda: Disclosures, first=Int())

    async def resolve_disclosures(self: Any, info: Any, first: int = 20) -> Any:
        return {"rows": await _reading(info).of_publisher.load((self["id"], first))}


class Group(ObjectType):
    role = String()
    domain = String()
    year = Int()
    disclosures = Int()
    partyAmount = Float()
    firstDate = Date()
    lastDate = Date()

    def resolve_role(self: Any, info: Any) -> Any:
        return self["value"]

    def resolve_domain(self: Any, info: Any) -> Any:
        return self["value"]

    def resolve_year(self: Any, info: Any) -> Any:
        return int(self["value"]) if self["value"] else None

    def resolve_partyAmount(self: Any, info: Any) -> Any:  # noqa: N802
        if not self["parties"]:
            return None
        return yuan(self["party_high"] * 1_000_000_000 + self["party_low"])

    def resolve_firstDate(self: Any, info: Any) -> Any:  # noqa: N802
        return self["first_date"]

    def resolve_lastDate(self: Any, info: Any) -> Any:  # noqa: N802
        return self["last_date"]


class Groups(ObjectType):
    nodes = List(Group)


class Profile:
    """What an organization did, in groups: the fields of its type."""

    roles = Field(Groups, first=Int())
    domains = Field(Groups, first=Int())
    years = Field(Groups, first=Int())

    def resolve_roles(self: Any, info: Any, first: int = 20) -> Any:
        return _groups(self, info, "role", _K.disclosures.desc(), _K.value.desc(), first=first)

    def resolve_domains(self: Any, info: Any, first: int = 20) -> Any:
        return _groups(self, info, "domain", _K.disclosures.desc(), _K.value.desc(), first=first)

    def resolve_years(self: Any, info: Any, first: int = 20) -> Any:
        return _groups(self, info, "year", _K.value.desc(), first=first)


class Organization(Profile, ObjectType):
    uscc = String()
    name = String()
    disclosures = Field(lambda: Disclosures, first=Int())

    async def resolve_disclosures(self: Any, info: Any, first: int = 20) -> Any:
        return {"rows": await _reading(info).of_organization.load((self["id"], first))}


class Party(ObjectType):
    role = String()
    amount = Float()
    organization = Field(Organization)

    def resolve_amount(self: Any, info: Any) -> Any:
        return yuan(self["amount_fen"])

    async def resolve_organization(self: Any, info: Any) -> Any:
        return await _reading(info).organizations.load(self["organization_id"])


class Disclosure(ObjectType):
    id = graphene.ID()
    title = String()
    type = String()
    publishedDate = Date()
    amount = Float()
    publisher = Field(Publisher)
    parties = List(Party)

    def resolve_publishedDate(self: Any, info: Any) -> Any:  # noqa: N802
        return self["published_date"]

    def resolve_amount(self: Any, info: Any) -> Any:
        return yuan(self["amount_fen"])

    async def resolve_publisher(self: Any, info: Any) -> Any:
        return await _reading(info).publishers.load(self["publisher_id"])

    async def resolve_parties(self: Any, info: Any) -> Any:
        return await _reading(info).parties.load((self["shard"], self["number"]))


class Disclosures(ObjectType):
    nodes = List(Disclosure)
    pageInfo = Field(PageInfo)
    facets = List(Facet, of=List(Dimension), first=Int())

    def resolve_facets(self: Any, info: Any, of: list[Any], first: int) -> Any:
        prefecture = self["filter"]["region"]["within"]
        return [(one.value, buckets(_reading(info), one.value, prefecture, first)) for one in of]

    def resolve_nodes(self: Any, info: Any) -> Any:
        return self["rows"]

    def resolve_pageInfo(self: Any, info: Any) -> Any:  # noqa: N802
        return {"endCursor": cursor(self["rows"][-1]) if self["rows"] else None, "hasNextPage": self["more"]}


class RegionFilter(InputObjectType):
    within = String()


class TextFilter(InputObjectType):
    eq = String()


class OrganizationFilter(InputObjectType):
    uscc = InputField(TextFilter)


class TenderFilter(InputObjectType):
    buyer = InputField(OrganizationFilter)


def filter_type(catalog: Catalog) -> type[InputObjectType]:
    """The filter of disclosures."""
    domain = graphene.Enum("Domain", [(code, code) for code in catalog.codelists["domain"].codes])
    domain_filter = type("DomainFilter", (InputObjectType,), {"eq": InputField(domain)})
    fields = {"domain": InputField(domain_filter), "region": InputField(RegionFilter)}
    return type("DisclosureFilter", (InputObjectType,), fields)


def narrowed(query: Select[Any], after: str | None, search: str | None, filter: Any) -> Select[Any]:
    """Disclosures after a cursor, found by a search, of a filter; newest first."""
    query = query.where(*_conditions(filter or {})).order_by(_D.recency.desc(), _D.id.desc())
    if after:
        query = query.where(_D.recency < int(urlsafe_b64decode(after)))
    if search:
        terms = match_expression(read(search).terms)
        hits = "disclosure.recency IN (SELECT rowid FROM search WHERE search MATCH :terms)"
        query = query.where(text(hits).bindparams(terms=terms))
    return query


def tenders(query: Select[Any], buyer: int, uscc: str) -> Select[Any]:
    """The tender notices of a buyer, newest first; `buyer` is the number of that property."""
    return query.where(_D.recency.in_(featured(buyer, uscc))).order_by(_D.recency.desc())


def schema(catalog: Catalog) -> graphene.Schema:
    """The peer's schema; its codes are those of the catalog."""
    buyer = property_of(catalog, TENDERS, BUYER)
    disclosure_filter = filter_type(catalog)

    class Query(ObjectType):
        disclosure = Field(Disclosure, id=graphene.ID(required=True))
        organization = Field(Organization, uscc=String(required=True))
        disclosures = Field(
            Disclosures, first=Int(), after=String(), search=String(), filter=Argument(disclosure_filter)
        )
        procurementTenderNotices = Field(Disclosures, first=Int(), filter=Argument(TenderFilter))
        statistics = Field(
            Statistics, filter=Argument(disclosure_filter), groupBy=List(Dimension), first=Int()
        )

        def resolve_procurementTenderNotices(  # noqa: N802
            self: Any, info: Any, first: int, filter: Any
        ) -> Any:
            query = tenders(disclosures(), buyer, filter["buyer"]["uscc"]["eq"]).limit(first)
            return {"rows": _reading(info).all(query), "more": False}

        def resolve_statistics(
            self: Any,
            info: Any,
            filter: Any,
            groupBy: list[Any],  # noqa: N803
            first: int,
        ) -> Any:
            keys = [one.value for one in groupBy]
            return groups(_reading(info), keys, filter["region"]["within"], first)

        def resolve_disclosure(self: Any, info: Any, id: str) -> Any:
            found = _reading(info).all(disclosures().where(_D.id == id))
            return found[0] if found else None

        async def resolve_organization(self: Any, info: Any, uscc: str) -> Any:
            return await _reading(info).organizations.load(uscc)

        def resolve_disclosures(
            self: Any, info: Any, first: int = 20, after: str | None = None, search: str | None = None, filter: Any = None
        ) -> Any:  # fmt: skip
            rows = _reading(info).all(narrowed(disclosures(), after, search, filter).limit(first + 1))
            return {"rows": rows[:first], "more": len(rows) > first, "filter": filter}

    return graphene.Schema(query=Query, auto_camelcase=False)


def _groups(organization: Any, info: Any, dimension: str, *order: Any, first: int) -> Any:
    query = profile(organization.id, dimension).order_by(*order).limit(first)
    return {"nodes": _reading(info).all(query)}


_D, _K = disclosure.c, rollup_organization.c


def _conditions(given: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if "domain" in given:
        wanted = given["domain"]["eq"]
        found.append(_D.domain == getattr(wanted, "value", wanted))
    if "region" in given:
        code = given["region"]["within"]
        column = _D.province if code.endswith("0000") else _D.prefecture if code.endswith("00") else _D.region
        found.append(column == code)
    return found


def cursor(row: Any) -> str:
    """Where a row stands in the order of lists."""
    return urlsafe_b64encode(str(row.recency).encode()).decode()


def yuan(fen: int | None) -> float | None:
    """An amount as it is answered."""
    return None if fen is None else fen / 100
