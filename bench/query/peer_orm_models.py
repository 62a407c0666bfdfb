"""The tables as mapped classes, with their relations: what the ordinary graphene peer is written over."""

from sqlalchemy import and_
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, relationship

from store import tables


class Base(DeclarativeBase):
    metadata = tables.metadata


class Publisher(Base):
    __table__ = tables.publisher


class Organization(Base):
    __table__ = tables.organization


class Party(Base):
    __table__ = tables.party

    organization: Mapped[Organization] = relationship(
        primaryjoin=foreign(tables.party.c.organization_id) == Organization.id, viewonly=True
    )


class Disclosure(Base):
    __table__ = tables.disclosure

    publisher: Mapped[Publisher] = relationship(
        primaryjoin=foreign(tables.disclosure.c.publisher_id) == Publisher.id, viewonly=True
    )
    parties: Mapped[list[Party]] = relationship(
        primaryjoin=and_(
            tables.disclosure.c.shard == foreign(tables.party.c.shard),
            tables.disclosure.c.number == foreign(tables.party.c.disclosure_number),
        ),
        order_by=tables.party.c.ordinal,
        viewonly=True,
    )
