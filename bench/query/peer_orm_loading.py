"""What the ordinary graphene peer reads: entities, in a session a request, by dataloaders."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from aiodataloader import DataLoader
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from bench.query.peer_loading import Lists
from bench.query.peer_orm_models import Disclosure, Organization, Party, Publisher


class Entities(Lists):
    """One request's session and its loaders; the library asks for the session as it would ask a dict."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.session = session
        self.publishers = ById(session, Publisher)
        self.organizations = ById(session, Organization)
        self.parties = Parties(session)

    def get(self, name: str) -> Any:
        return getattr(self, name)

    def disclosures(self) -> Select[Any]:
        return select(Disclosure)

    def listed(self, query: Select[Any]) -> list[Any]:
        return list(self.session.scalars(query))


class ById(DataLoader[str, Any]):
    """Entities of a class by id."""

    def __init__(self, session: Session, entity: type[Publisher | Organization]) -> None:
        super().__init__()
        self.session, self.entity = session, entity

    async def batch_load_fn(self, keys: Sequence[str]) -> list[Any]:
        found = self.session.scalars(select(self.entity).where(self.entity.id.in_(keys)))
        by_id = {one.id: one for one in found}
        return [by_id.get(key) for key in keys]


class Parties(DataLoader[tuple[str, int], list[Party]]):
    """The parties of disclosures, by (shard, number)."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    async def batch_load_fn(self, keys: Sequence[tuple[str, str]]) -> list[list[Party]]:
        query = select(Party).where(tuple_(Party.shard, Party.disclosure_number).in_(keys))
        found = defaultdict(list)
        for one in self.session.scalars(query.order_by(Party.shard, Party.disclosure_number, Party.ordinal)):
            found[one.shard, one.disclosure_number].append(one)
        return [found[key] for key in keys]
